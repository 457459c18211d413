/**
 * SECTION:element-quadmux-grid
 * @title: quadmux-grid
 * @short_description: Shows several videos side by side in a grid
 *
 * Every sink pad has a cell of `rows` by `columns`, or an area of the template `areas`, or lies
 * freely where it has a `width` and a `height`. Each picture is scaled, turned and blended straight
 * into the output frame, of which every byte is written once.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 quadmux-grid name=grid ! video/x-raw,width=640,height=360 ! videoconvert !
 * autovideosink videotestsrc num-buffers=90 ! grid. videotestsrc num-buffers=90 pattern=ball !
 * grid.
 * ]| Two of four cells, for three seconds.
 * |[
 * gst-launch-1.0 quadmux-grid name=grid rows=1 columns=0 gap=8 margin=8 background-color=0xff202020
 * sink_0::fit=cover sink_1::orientation=90r ! videoconvert ! autovideosink videotestsrc
 * num-buffers=90 ! grid.sink_0 videotestsrc num-buffers=90 pattern=smpte ! grid.sink_1
 * ]| One row of as many columns as there are inputs.
 * |[
 * gst-launch-1.0 quadmux-grid name=grid eos-policy=shortest ! video/x-raw,width=1280,height=720 !
 * videoconvert ! autovideosink videotestsrc num-buffers=90 ! video/x-raw,width=1920,height=1080 !
 * quaddownscale ! queue ! grid. videotestsrc num-buffers=60 pattern=ball ! grid.
 * ]| The first input is shrunk to its cell before it is queued; the output ends
 * with the shorter input.
 */
#include "elements/grid/quadmuxgrid.h"

#include <algorithm>
#include <utility>

#include "elements/about.h"
#include "elements/grid/cells.h"
#include "elements/grid/events.h"
#include "elements/grid/frames.h"
#include "elements/grid/life.h"
#include "elements/grid/log.h"
#include "elements/grid/negotiation.h"
#include "elements/grid/properties.h"
#include "glue/drawable_caps.h"

GST_DEBUG_CATEGORY (quad_mux_grid_debug);

namespace {

constexpr char kBackground[] = "background";  // a pad and its template

void child_proxy_init (gpointer interface, gpointer data);

}  // namespace

G_DEFINE_TYPE_WITH_CODE (GstQuadMuxGrid, gst_quad_mux_grid, GST_TYPE_VIDEO_AGGREGATOR,
                         G_IMPLEMENT_INTERFACE (GST_TYPE_CHILD_PROXY, child_proxy_init))
GST_ELEMENT_REGISTER_DEFINE (quadmux_grid, "quadmux-grid", GST_RANK_NONE,
                             gst_quad_mux_grid_get_type ())

namespace quad {

GridPads sink_pads_of (GstQuadMuxGrid *self, std::pmr::memory_resource *memory)
{
  GridPads pads (memory);
  GST_OBJECT_LOCK (self);
  pads.reserve (GST_ELEMENT (self)->numsinkpads);
  for (GList *l = GST_ELEMENT (self)->sinkpads; l; l = l->next)
    pads.emplace_back (as_grid_pad (gst_object_ref (l->data)));
  GST_OBJECT_UNLOCK (self);
  const auto background = std::find_if (pads.begin (), pads.end (),
                                        [] (const auto &p) { return p->impl->is_background; });
  if (background != pads.end ()) std::rotate (pads.begin (), background, background + 1);
  return pads;
}

FrameRate output_rate (GstQuadMuxGrid *self)
{
  const GstVideoInfo &info = GST_VIDEO_AGGREGATOR (self)->info;
  const FrameRate rate = {GST_VIDEO_INFO_FPS_N (&info), GST_VIDEO_INFO_FPS_D (&info)};
  return rate.num > 0 && rate.den > 0 ? rate : FrameRate{25, 1};
}

}  // namespace quad

namespace {

GstElementClass *element_parent () { return GST_ELEMENT_CLASS (gst_quad_mux_grid_parent_class); }
GstAggregatorClass *aggregator_parent ()
{
  return GST_AGGREGATOR_CLASS (gst_quad_mux_grid_parent_class);
}

void set_context (GstElement *element, GstContext *context)
{
  as_grid (element)->impl->backends.take_context (context);
  element_parent ()->set_context (element, context);
}

// Pads.

GstPadTemplate *background_template (GstAggregator *agg)
{
  return gst_element_get_pad_template (GST_ELEMENT (agg), kBackground);
}

// There is one at most. It covers the output, and lies below all others.
GstAggregatorPad *new_background (GstAggregator *agg, GstPadTemplate *templ)
{
  const quad::Owned<GstPad> old{gst_element_get_static_pad (GST_ELEMENT (agg), kBackground)};
  if (old) {
    GST_WARNING_OBJECT (agg, "has a background already");
    return nullptr;
  }
  auto *pad =
      GST_AGGREGATOR_PAD (g_object_new (gst_quad_mux_grid_pad_get_type (), "name", kBackground,
                                        "direction", GST_PAD_SINK, "template", templ, nullptr));
  quad::GridPad &impl = *as_grid_pad (pad)->impl;
  impl.is_background = impl.settings.is_background = true;
  impl.settings.fit = quad::Fit::cover;
  impl.settings.repeat_after_eos = true;
  return pad;
}

GstAggregatorPad *create_new_pad (GstAggregator *agg, GstPadTemplate *templ, const gchar *name,
                                  const GstCaps *caps)
{
  GstAggregatorPad *pad = templ == background_template (agg)
                              ? new_background (agg, templ)
                              : aggregator_parent ()->create_new_pad (agg, templ, name, caps);
  if (pad) as_grid_pad (pad)->impl->serial = ++as_grid (agg)->impl->next_serial;
  return pad;
}

GstPad *request_new_pad (GstElement *element, GstPadTemplate *templ, const gchar *name,
                         const GstCaps *caps)
{
  GstQuadMuxGrid *self = as_grid (element);
  GstPad *pad = element_parent ()->request_new_pad (element, templ, name, caps);
  if (!pad) return nullptr;
  gst_child_proxy_child_added (GST_CHILD_PROXY (element), G_OBJECT (pad), GST_OBJECT_NAME (pad));
  quad::layout_changed (self);
  return pad;
}

// Lets go of the pad's pictures and, if it does not glide out, of the memory that was kept for
// them.
void forget_pictures (GstQuadMuxGrid *self, quad::GridPad &impl, bool leaves = false)
{
  if (!leaves) quad::forget_kept (impl);
  self->impl->shown.forget (impl.serial);
  quad::Owned<GstBuffer> held;
  const std::lock_guard guard (impl.lock);
  held = std::move (impl.held);
}

void release_pad (GstElement *element, GstPad *pad)
{
  quad::Owned<GstPad> kept{GST_PAD (gst_object_ref (pad))};
  gst_child_proxy_child_removed (GST_CHILD_PROXY (element), G_OBJECT (pad), GST_OBJECT_NAME (pad));
  {
    const std::lock_guard guard (as_grid_pad (pad)->impl->releasing);
    as_grid_pad (pad)->impl->released = true;
  }
  GstQuadMuxGrid *self = as_grid (element);
  bool leaves = false;
  {
    const std::lock_guard drawing (self->impl->drawing);
    leaves = self->impl->glides.leave (self, as_grid_pad (pad));
  }
  element_parent ()->release_pad (element, pad);
  {
    // The application may keep the pad, but it must not keep the device's memory. No later snapshot
    // has the pad.
    const std::lock_guard drawing (self->impl->drawing);
    forget_pictures (self, *as_grid_pad (pad)->impl, leaves);
  }
  {
    const std::lock_guard guard (self->impl->cells_lock);
    quad::set_cell (as_grid_pad (pad), -1);
  }
  quad::cells_changed (self);
  quad::tell_cell (as_grid_pad (pad));
}

GObject *child_by_index (GstChildProxy *proxy, guint index)
{
  GST_OBJECT_LOCK (proxy);
  gpointer pad = g_list_nth_data (GST_ELEMENT (proxy)->sinkpads, index);
  if (pad) gst_object_ref (pad);
  GST_OBJECT_UNLOCK (proxy);
  return static_cast<GObject *> (pad);
}

guint children_count (GstChildProxy *proxy)
{
  GST_OBJECT_LOCK (proxy);
  const guint count = GST_ELEMENT (proxy)->numsinkpads;
  GST_OBJECT_UNLOCK (proxy);
  return count;
}

void child_proxy_init (gpointer interface, gpointer)
{
  auto *proxy = static_cast<GstChildProxyInterface *> (interface);
  proxy->get_child_by_index = child_by_index;
  proxy->get_children_count = children_count;
}

// States.

void forget (GstQuadMuxGrid *self) { self->impl->failed = false; }

gboolean start (GstAggregator *agg)
{
  GstQuadMuxGrid *self = as_grid (agg);
  forget (self);
  self->impl->cells_untold = false;
  self->impl->warned = {};
  self->impl->refusal.clear ();
  self->impl->patience.reset ();
  self->impl->position.reset ();
  self->impl->pacer.restart ();
  for (const quad::GridPadRef &p : quad::sink_pads_of (self)) {
    p->impl->problems = {};
    p->impl->fault = {};
    p->impl->end = {};
    p->impl->flushed = false;
    p->impl->ended = false;
    p->impl->warned = {};
    p->impl->warned_of_no_frame = false;
    p->impl->said_moved = false;
    p->impl->warned_of_peer = false;
    p->impl->alone_since = g_get_monotonic_time ();
  }
  quad::restart_states (self);
  self->impl->refused.post ();
  self->impl->peers.start ();
  return aggregator_parent ()->start (agg);
}

// The base class's thread may still run: a flush starts it again.
gboolean stop (GstAggregator *agg)
{
  GstQuadMuxGrid *self = as_grid (agg);
  self->impl->peers.stop ();
  const gboolean done = aggregator_parent ()->stop (agg);
  gst_aggregator_set_force_live (agg, self->impl->force_live);
  const std::lock_guard drawing (self->impl->drawing);
  self->impl->painter.reset ();
  self->impl->glides.reset ();
  for (const quad::GridPadRef &p : quad::sink_pads_of (self)) {
    forget_pictures (self, *p->impl);
    const std::lock_guard guard (p->impl->lock);
    p->impl->said = p->impl->said_of_shown = {};
    p->impl->shown_buffer = nullptr;
    p->impl->shown_at = GST_CLOCK_TIME_NONE;
    p->impl->glide = {};
    p->impl->glides = {};
    p->impl->frame = {};
    p->impl->cell_size = p->impl->told_size = std::nullopt;
  }
  self->impl->backends.close ();
  self->impl->changes.clear ();
  return done;
}

GstFlowReturn flush (GstAggregator *agg)
{
  forget (as_grid (agg));
  as_grid (agg)->impl->position.reset ();
  as_grid (agg)->impl->pacer.restart ();
  return aggregator_parent ()->flush (agg);
}

void finalize (GObject *object)
{
  delete as_grid (object)->impl;
  G_OBJECT_CLASS (gst_quad_mux_grid_parent_class)->finalize (object);
}

// The class.

GstPad *pad_at_position (GstQuadMuxGrid *self, gdouble x, gdouble y, gpointer)
{
  return GST_PAD (quad::pad_at (self, {x, y}).release ());
}

gchar *apply (GstQuadMuxGrid *self, const GstStructure *structure, gpointer)
{
  const std::string refusal = quad::apply (self, structure);
  return refusal.empty () ? nullptr : g_strdup (refusal.c_str ());
}

void install_signals (GObjectClass *klass)
{
  constexpr auto kAction =
      static_cast<GSignalFlags> (int{G_SIGNAL_RUN_LAST} | int{G_SIGNAL_ACTION});
  /**
   * GstQuadMuxGrid::pad-at-position:
   * @x: in pixels of the output
   * @y: in pixels of the output
   *
   * Returns: (transfer full) (nullable): the sink pad of the topmost picture there in the
   * last output frame; where no picture is, the topmost whose cell or rectangle is there.
   */
  g_signal_new_class_handler ("pad-at-position", G_TYPE_FROM_CLASS (klass), kAction,
                              G_CALLBACK (pad_at_position), nullptr, nullptr, nullptr, GST_TYPE_PAD,
                              2, G_TYPE_DOUBLE, G_TYPE_DOUBLE);
  /**
   * GstQuadMuxGrid::apply:
   * @change: properties of the element by name; `pads`: an array of structures named as pads,
   *   with properties of theirs; `running-time`: of the output frame with which it takes effect,
   *   else the next one
   *
   * Changes several properties on one output frame: all of them, or none.
   *
   * Returns: (transfer full) (nullable): why nothing was changed
   */
  g_signal_new_class_handler ("apply", G_TYPE_FROM_CLASS (klass), kAction, G_CALLBACK (apply),
                              nullptr, nullptr, nullptr, G_TYPE_STRING, 1,
                              GST_TYPE_STRUCTURE | G_SIGNAL_TYPE_STATIC_SCOPE);
}

void add_templates (GstElementClass *klass)
{
  quad::Owned<GstCaps> caps = quad::drawable_caps_in (quad::memories ());
  gst_element_class_add_pad_template (
      klass, gst_pad_template_new_with_gtype ("src", GST_PAD_SRC, GST_PAD_ALWAYS, caps.get (),
                                              GST_TYPE_AGGREGATOR_PAD));
  gst_element_class_add_pad_template (
      klass, gst_pad_template_new_with_gtype ("sink_%u", GST_PAD_SINK, GST_PAD_REQUEST, caps.get (),
                                              gst_quad_mux_grid_pad_get_type ()));
  gst_element_class_add_pad_template (
      klass, gst_pad_template_new_with_gtype (kBackground, GST_PAD_SINK, GST_PAD_REQUEST,
                                              caps.get (), gst_quad_mux_grid_pad_get_type ()));
  quad::set_about (klass, "Video grid", "Filter/Editor/Video/Compositor",
                   "Shows several videos side by side in a grid, drawn in one pass",
                   "quadmux-grid");
  quad::document_types ({gst_quad_mux_grid_pad_get_type (), GST_TYPE_QUAD_METHOD, GST_TYPE_QUAD_FIT,
                         GST_TYPE_QUAD_EOS_POLICY, GST_TYPE_QUAD_CELL_STATE,
                         GST_TYPE_QUAD_LOST_POLICY, GST_TYPE_QUAD_LABEL_POSITION,
                         GST_TYPE_QUAD_PAD_LABEL_POSITION, GST_TYPE_QUAD_TRANSITION_MODE});
}

}  // namespace

static void gst_quad_mux_grid_class_init (GstQuadMuxGridClass *klass)
{
  GST_DEBUG_CATEGORY_INIT (quad_mux_grid_debug, "quadmux-grid", 0, "Grids of videos");
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  object_class->finalize = finalize;
  quad::install_grid_properties (object_class);
  install_signals (object_class);

  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  element_class->request_new_pad = request_new_pad;
  element_class->release_pad = release_pad;
  element_class->set_context = set_context;
  add_templates (element_class);

  GstAggregatorClass *aggregator_class = GST_AGGREGATOR_CLASS (klass);
  aggregator_class->create_new_pad = create_new_pad;
  aggregator_class->start = start;
  aggregator_class->stop = stop;
  aggregator_class->flush = flush;
  quad::install_frames (aggregator_class);
  quad::install_negotiation (aggregator_class);
  quad::install_events (aggregator_class);
  quad::install_life (aggregator_class);
}

static void gst_quad_mux_grid_init (GstQuadMuxGrid *self)
{
  self->impl = new quad::QuadMuxGrid (GST_ELEMENT (self));
  gst_aggregator_set_ignore_inactive_pads (GST_AGGREGATOR (self), TRUE);
  quad::init_life (self);
}
