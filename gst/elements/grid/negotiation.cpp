#include "elements/grid/negotiation.h"

#include <algorithm>

#include "elements/grid/caps.h"
#include "elements/grid/cell_size.h"
#include "elements/grid/cells.h"
#include "elements/grid/input_caps.h"
#include "elements/grid/log.h"
#include "glue/drawable_caps.h"
#include "glue/picture_memory.h"
#include "glue/video.h"

namespace quad {
namespace {

Owned<GstCaps> downstream_caps (GstQuadMuxGrid *self)
{
  GstPad *src = GST_AGGREGATOR_SRC_PAD (self);
  Owned<GstCaps> filter{gst_pad_get_pad_template_caps (src)};
  return Owned<GstCaps>{gst_pad_peer_query_caps (src, filter.get ())};
}

// The formats that the output may have, the current one first.
std::vector<std::string> output_formats (GstQuadMuxGrid *self, const GstCaps *downstream)
{
  std::vector<std::string> names = formats_in (downstream);
  Owned<GstCaps> current{gst_pad_get_current_caps (GST_AGGREGATOR_SRC_PAD (self))};
  if (current) {
    const std::vector<std::string> first = formats_in (current.get ());
    names.insert (names.begin (), first.begin (), first.end ());
  }
  return names;
}

// The canvas, if its size does not depend on the inputs.
std::optional<Canvas> known_canvas (const GstCaps *downstream,
                                    const std::vector<std::string> &names)
{
  std::optional<Canvas> canvas = fixed_canvas (downstream);
  if (!canvas || names.empty ()) return canvas;
  canvas->chroma_unit =
      info_of (from_gst (gst_video_format_from_string (names[0].c_str ()))).chroma_unit ();
  return canvas;
}

// The output's memory. Before it is known: the memory that it may get, a device's if downstream
// takes that.
Memory output_memory (GstQuadMuxGrid *self, const GstCaps *downstream)
{
  Owned<GstCaps> current{gst_pad_get_current_caps (GST_AGGREGATOR_SRC_PAD (self))};
  if (current) return memory_of (current.get ());
  for (guint i = 0; i < gst_caps_get_size (downstream); i++)
    if (const Memory memory = memory_of (downstream, i); memory != Memory::host) return memory;
  return Memory::host;
}

Owned<GstCaps> sink_caps (GstQuadMuxGrid *self, GstQuadMuxGridPad *pad, GstCaps *filter)
{
  Owned<GstCaps> downstream = downstream_caps (self);
  const std::vector<std::string> names = output_formats (self, downstream.get ());
  InputWish wish;
  if (const auto canvas = known_canvas (downstream.get (), names)) {
    const GridSnapshot snapshot = snapshot_of (self);
    for (const PadSnapshot &p : snapshot.pads)
      if (p.pad.get () == pad) wish = wish_of (snapshot, p, *canvas);
  }
  {
    const std::lock_guard guard (pad->impl->lock);
    pad->impl->wish = wish;
    pad->impl->asked = true;
  }
  Owned<GstCaps> caps = caps_for (wish, names, output_memory (self, downstream.get ()));
  return input_caps (std::move (caps), downstream.get (), filter);
}

// Answers the query `quad-target`. False if the size depends on the inputs.
bool answer_target (GstQuadMuxGrid *self, GstQuadMuxGridPad *pad, GstQuery *query)
{
  const auto picture = asked_target (query);
  if (!picture) return false;
  const Owned<GstCaps> downstream = downstream_caps (self);
  const auto canvas = known_canvas (downstream.get (), output_formats (self, downstream.get ()));
  const GridSnapshot snapshot = snapshot_of (self);
  const auto p = std::find_if (snapshot.pads.begin (), snapshot.pads.end (),
                               [pad] (const PadSnapshot &s) { return s.pad.get () == pad; });
  if (p == snapshot.pads.end ()) return false;
  const auto room = room_of (snapshot, *p, canvas);
  {
    const std::lock_guard guard (pad->impl->lock);
    pad->impl->room = room.value_or (Canvas{}).size;
    pad->impl->asked = true;
  }
  if (room) answer_target (query, GST_ELEMENT (self), shown_part (*room, p->settings, *picture));
  return room.has_value ();
}

// A pad accepts all raw video, also what cannot be drawn. Queues and bins ask for caps that are
// already on their way; a "no" would end upstream, and with it the pipeline. Elements that can
// choose use the caps query.
bool is_raw_video (const GstCaps *caps)
{
  for (guint i = 0; i < gst_caps_get_size (caps); i++)
    if (!gst_structure_has_name (gst_caps_get_structure (caps, i), "video/x-raw")) return false;
  return true;
}

gboolean sink_query (GstAggregator *agg, GstAggregatorPad *pad, GstQuery *query)
{
  GstCaps *given = nullptr;
  if (GST_QUERY_TYPE (query) == GST_QUERY_CAPS) {
    gst_query_parse_caps (query, &given);
    gst_query_set_caps_result (query, sink_caps (as_grid (agg), as_grid_pad (pad), given).get ());
    return TRUE;
  }
  if (GST_QUERY_TYPE (query) == GST_QUERY_ACCEPT_CAPS) {
    gst_query_parse_accept_caps (query, &given);
    gst_query_set_accept_caps_result (query, is_raw_video (given));
    return TRUE;
  }
  if (as_grid (agg)->impl->backends.answer (query)) return TRUE;
  if (asked_target (query)) return answer_target (as_grid (agg), as_grid_pad (pad), query);
  return parent_class ()->sink_query (agg, pad, query);
}

gboolean decide_allocation (GstAggregator *agg, GstQuery *query)
{
  GstCaps *caps = nullptr;
  gst_query_parse_allocation (query, &caps, nullptr);
  as_grid (agg)->impl->problem.clear ();  // from here on, what fails posts its own error
  const Memory memory = caps ? memory_of (caps) : Memory::host;
  Backend *device = as_grid (agg)->impl->backends.device_of (memory);
  if (!device) return parent_class ()->decide_allocation (agg, query);
  if (!device->open ()) return FALSE;
  if (device->decide (query)) return TRUE;
  const char *usage = backend_of (memory).usage;
  GST_ELEMENT_ERROR (agg, RESOURCE, SETTINGS,
                     ("There is no %s memory for output frames: make the output "
                      "smaller, or free some of that memory. %s",
                      backend_of (memory).name, usage ? usage : ""),
                     (nullptr));
  return FALSE;
}

// The grid may hold three buffers of an input: the current one, an older one to repeat, and the
// next one, without which the output does not go on; with a transition also the last one, which
// fades out if the pad is released. A decoder that hands out its own surfaces has few more than it
// is asked for.
guint held_buffers (const GridSettings &settings) { return settings.transition.is_on () ? 4 : 3; }

// Offers a pool of the device's memory to an input whose frames lie there.
void propose_allocation (Backends &backends, GstQuery *query, guint held)
{
  GstCaps *caps = nullptr;
  gst_query_parse_allocation (query, &caps, nullptr);
  GstVideoInfo info;
  if (Backend *device = caps ? backends.device_of (memory_of (caps)) : nullptr) {
    if (device->open ()) device->propose (query, held);
  } else if (caps && problem_with (caps).empty () && gst_video_info_from_caps (&info, caps)) {
    ask_for_buffers (query, info, held);
    offer_picture_memory (query, info);
  }
  gst_query_add_allocation_meta (query, GST_VIDEO_META_API_TYPE, nullptr);
  gst_query_add_allocation_meta (query, GST_VIDEO_CROP_META_API_TYPE, nullptr);
}

// Answers ALLOCATION queries at once, out of the stream's order. Otherwise an input that changes
// its caps would wait until its frames are shown.
gboolean sink_query_pre_queue (GstAggregator *agg, GstAggregatorPad *pad, GstQuery *query)
{
  if (GST_QUERY_TYPE (query) == GST_QUERY_ALLOCATION) {
    propose_allocation (as_grid (agg)->impl->backends, query,
                        held_buffers (as_grid (agg)->impl->snapshot ()));
    return TRUE;
  }
  const bool serialized =
      gst_query_type_get_flags (GST_QUERY_TYPE (query)) & GST_QUERY_TYPE_SERIALIZED;
  if (serialized && as_grid_pad (pad)->impl->ended) return FALSE;
  return parent_class ()->sink_query_pre_queue (agg, pad, query);
}

std::vector<InputCaps> inputs_of (const GridSnapshot &snapshot)
{
  std::vector<InputCaps> inputs;
  for (const PadSnapshot &p : snapshot.pads) {
    const GstVideoInfo &info = p.pad->parent.info;
    if (is_known (info))
      inputs.push_back (
          {info, p.orientation, p.memory, asked_rect (p.settings), p.settings.is_background});
  }
  return inputs;
}

// The output's canvas; `caps`: null if they are those that its pad has.
std::optional<Canvas> output_canvas (GstQuadMuxGrid *self, const GstCaps *caps)
{
  const Owned<GstCaps> current{gst_pad_get_current_caps (GST_AGGREGATOR_SRC_PAD (self))};
  GstVideoInfo info;
  if (!caps) caps = current.get ();
  if (!caps || !gst_video_info_from_caps (&info, caps)) return std::nullopt;
  return canvas_of (info);
}

std::optional<InputCaps> current_output (GstQuadMuxGrid *self)
{
  Owned<GstCaps> caps{gst_pad_get_current_caps (GST_AGGREGATOR_SRC_PAD (self))};
  InputCaps output;
  if (!caps || !gst_video_info_from_caps (&output.info, caps.get ())) return std::nullopt;
  output.memory = memory_of (caps.get ());
  return output;
}

GstFlowReturn update_src_caps (GstAggregator *agg, GstCaps *downstream, GstCaps **caps)
{
  GstQuadMuxGrid *self = as_grid (agg);
  const GridSnapshot snapshot = snapshot_of (self);
  const std::vector<InputCaps> inputs = inputs_of (snapshot);
  OutputChoice choice = choose_output (downstream, inputs, snapshot.grid);
  // If no input is left, keep the output as it is, if downstream still takes it.
  if (const auto current = current_output (self); inputs.empty () && current)
    choice = choose_output (downstream, {&*current, 1}, Grid{1, 1});
  if (!choice.refusal.empty ()) {
    GST_INFO_OBJECT (self, "downstream takes %" GST_PTR_FORMAT ": %s", gconstpointer (downstream),
                     choice.refusal.c_str ());
    self->impl->problem = choice.refusal;
    return GST_FLOW_NOT_NEGOTIATED;
  }
  if (!choice.caps) return GST_AGGREGATOR_FLOW_NEED_DATA;
  GST_INFO_OBJECT (self,
                   "output of %d rows and %d columns, for %d inputs with caps: %" GST_PTR_FORMAT,
                   snapshot.grid.rows, snapshot.grid.columns, static_cast<int> (inputs.size ()),
                   gconstpointer (choice.caps.get ()));
  *caps = choice.caps.release ();
  return GST_FLOW_OK;
}

gboolean negotiate (GstAggregator *agg)
{
  GstQuadMuxGrid *self = as_grid (agg);
  QuadMuxGrid &impl = *self->impl;
  GstPad *src = GST_AGGREGATOR_SRC_PAD (agg);
  // While caps behind a running grid change, downstream may take nothing for a moment.
  const bool running = gst_pad_has_current_caps (src);
  Patience patience;
  for (;;) {
    // If downstream takes nothing, the base class does not call update_src_caps.
    impl.problem = kTakesNothing;
    if (parent_class ()->negotiate (agg)) break;
    if (GST_PAD_IS_FLUSHING (src)) return FALSE;
    if (running && impl.problem == kTakesNothing && patience.wait ()) continue;
    if (!impl.problem.empty ()) refuse (self, impl.problem);
    return FALSE;
  }
  impl.refusal.clear ();
  return TRUE;
}

gboolean negotiated_src_caps (GstAggregator *agg, GstCaps *caps)
{
  if (!parent_class ()->negotiated_src_caps (agg, caps)) return FALSE;
  cells_changed (as_grid (agg), caps);
  return TRUE;
}

}  // namespace

void refuse (GstQuadMuxGrid *self, const std::string &why)
{
  if (self->impl->refusal == why) return;
  self->impl->refusal = why;
  GST_ELEMENT_ERROR (self, CORE, NEGOTIATION, ("%s", why.c_str ()), (nullptr));
}

GstFlowReturn ask_again (GstQuadMuxGrid *self)
{
  if (self->impl->patience.wait ()) {
    gst_pad_mark_reconfigure (GST_AGGREGATOR_SRC_PAD (self));
    return GST_AGGREGATOR_FLOW_NEED_DATA;
  }
  const Owned<GstCaps> caps{gst_pad_get_current_caps (GST_AGGREGATOR_SRC_PAD (self))};
  const Owned<char> text{caps ? gst_caps_to_string (caps.get ()) : nullptr};
  refuse (self, std::string ("Downstream refuses frames that it has asked for: ") +
                    (text ? text.get () : "no caps"));
  return GST_FLOW_NOT_NEGOTIATED;
}

void cells_changed (GstQuadMuxGrid *self, const GstCaps *output)
{
  if (self->impl->changes.defers ()) return;
  const GridPads pads = sink_pads_of (self);
  if (pads.empty ()) return;
  Owned<GstCaps> downstream = downstream_caps (self);
  const auto canvas = known_canvas (downstream.get (), output_formats (self, downstream.get ()));
  const GridSnapshot snapshot = snapshot_of (self);
  const auto shown = snapshot.settings.post_cell_size ? output_canvas (self, output) : std::nullopt;
  for (const PadSnapshot &p : snapshot.pads) {
    const InputWish wish = canvas ? wish_of (snapshot, p, *canvas) : InputWish{};
    const Size room = room_of (snapshot, p, canvas).value_or (Canvas{}).size;
    const auto size = shown ? std::optional{cell_size_of (snapshot, p, shown)} : std::nullopt;
    bool changed = false;
    {
      GridPad &impl = *p.pad->impl;
      const std::lock_guard guard (impl.lock);
      changed = impl.asked && (impl.wish != wish || impl.room != room);
      impl.wish = wish;
      impl.room = room;
      impl.cell_size = size;
    }
    if (changed && !wish.any)
      GST_INFO_OBJECT (p.pad.get (), "would like %dx%d, for cell %d", wish.size.width,
                       wish.size.height, p.cell);
    if (changed) gst_pad_push_event (GST_PAD (p.pad.get ()), gst_event_new_reconfigure ());
  }
  if (self->impl->maker.load () == std::this_thread::get_id ())
    self->impl->cells_untold = true;
  else
    tell_cells (self);
}

void layout_changed (GstQuadMuxGrid *self)
{
  gst_pad_mark_reconfigure (GST_AGGREGATOR_SRC_PAD (self));
  cells_changed (self);
}

void free_pad_changed (GstQuadMuxGrid *self, bool resized)
{
  const GridPads pads = sink_pads_of (self);
  const bool any_cell = std::any_of (pads.begin (), pads.end (), [] (const GridPadRef &p) {
    return !p->impl->snapshot ().lies_freely ();
  });
  // The output's size depends on free pads only if no pad has a cell.
  if (!any_cell) gst_pad_mark_reconfigure (GST_AGGREGATOR_SRC_PAD (self));
  if (resized) cells_changed (self);
}

// Each frame of an animation may call this: nothing is asked for that does not change.
void zoom_changed (GstQuadMuxGrid *self, bool rescaled)
{
  if (rescaled || self->impl->snapshot ().post_cell_size) cells_changed (self);
}

void install_negotiation (GstAggregatorClass *klass)
{
  klass->sink_query = sink_query;
  klass->sink_query_pre_queue = sink_query_pre_queue;
  klass->update_src_caps = update_src_caps;
  klass->negotiate = negotiate;
  klass->decide_allocation = decide_allocation;
  klass->negotiated_src_caps = negotiated_src_caps;
}

}  // namespace quad
