#include "elements/grid/events.h"

#include <gst/video/navigation.h>

#include <cmath>

#include "elements/grid/cells.h"
#include "elements/grid/life.h"
#include "elements/grid/log.h"
#include "elements/grid/negotiation.h"
#include "glue/drawable_caps.h"
#include "glue/light.h"
#include "glue/orientation.h"
#include "glue/target.h"
#include "glue/video.h"
#include "public/gstquad.h"

namespace quad {
namespace {

gboolean caps_event (GstQuadMuxGrid *self, GstAggregatorPad *pad, GstEvent *event)
{
  GstCaps *caps = nullptr;
  gst_event_parse_caps (event, &caps);
  GridPad &impl = *as_grid_pad (pad)->impl;
  const std::lock_guard release (impl.releasing);
  if (impl.released) {
    gst_event_unref (event);
    return TRUE;
  }
  GstVideoInfo info;
  if (gst_video_info_from_caps (&info, caps)) {
    impl.rate = {info.fps_n, info.fps_d};
    const std::lock_guard guard (impl.lock);
    impl.memory = memory_of (caps);
    impl.peak = peak_of (caps);
    impl.frame = {{info.width, info.height}, sample_shape_of (info)};
  }
  GST_INFO_OBJECT (pad, "has %" GST_PTR_FORMAT, gconstpointer (caps));
  return parent_class ()->sink_event (GST_AGGREGATOR (self), pad, event);
}

// The picture's shape decides how much of it is shown.
gboolean caps_event_told (GstQuadMuxGrid *self, GstAggregatorPad *pad, GstEvent *event)
{
  const gboolean done = caps_event (self, pad, event);
  if (self->impl->snapshot ().post_cell_size) cells_changed (self);
  return done;
}

void set_reduced (GstAggregatorPad *pad, const std::optional<ReducedPicture> &reduced)
{
  GridPad &impl = *as_grid_pad (pad)->impl;
  const std::lock_guard guard (impl.lock);
  impl.said.reduced = reduced;
}

void set_tagged (GstQuadMuxGrid *self, GstAggregatorPad *pad, Orientation orientation)
{
  {
    GridPad &impl = *as_grid_pad (pad)->impl;
    const std::lock_guard guard (impl.lock);
    if (impl.said.tagged == orientation) return;
    impl.said.tagged = orientation;
  }
  GST_INFO_OBJECT (pad, "the stream's tag says orientation %d", static_cast<int> (orientation));
  layout_changed (self);
}

void tag_event (GstQuadMuxGrid *self, GstAggregatorPad *pad, GstEvent *event)
{
  if (const auto tagged = tagged_orientation (event)) set_tagged (self, pad, *tagged);
}

// Only the last input's SEGMENT_DONE goes downstream: by then all inputs' frames have been drawn.
bool all_segments_done (GstQuadMuxGrid *self, GstAggregatorPad *pad)
{
  bool all = true;
  for (const GridPadRef &p : sink_pads_of (self)) {
    const bool eos = gst_aggregator_pad_is_eos (GST_AGGREGATOR_PAD (p.get ()));
    const std::lock_guard guard (p->impl->lock);
    if (GST_AGGREGATOR_PAD (p.get ()) == pad) p->impl->segment_done = true;
    all = all && (p->impl->segment_done || eos);
  }
  return all;
}

gboolean sink_event (GstAggregator *agg, GstAggregatorPad *pad, GstEvent *event)
{
  GstQuadMuxGrid *self = as_grid (agg);
  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_CAPS: return caps_event_told (self, pad, event);
    case GST_EVENT_STREAM_START:
      as_grid_pad (pad)->impl->left_out = false;
      learn_latency (self, pad);
      set_tagged (self, pad, Orientation::identity);
      set_reduced (pad, std::nullopt);
      if (!as_grid_pad (pad)->impl->faults ().is_untimed ()) break;
      parent_class ()->sink_event (agg, pad, event);
      wait_for_input (self, pad, false);  // the base class would set it again
      return TRUE;
    case GST_EVENT_FLUSH_START: {
      const guint32 seqnum = gst_event_get_seqnum (event);
      const gboolean done = parent_class ()->sink_event (agg, pad, event);
      // Pads without a peer get this event too.
      if (gst_pad_is_linked (GST_PAD (pad))) self->impl->peers.flush (GST_PAD (pad), seqnum);
      return done;
    }
    case GST_EVENT_CUSTOM_DOWNSTREAM:
      if (take_problem (self, pad, event)) return TRUE;
      break;
    case GST_EVENT_CUSTOM_DOWNSTREAM_STICKY:
      if (const auto reduced = reduced_picture (event)) {
        // It is about an input's pictures, not about the output's.
        set_reduced (pad, reduced);
        gst_event_unref (event);
        return TRUE;
      }
      break;
    case GST_EVENT_EOS: GST_INFO_OBJECT (pad, "has ended"); break;
    case GST_EVENT_TAG: tag_event (self, pad, event); break;
    case GST_EVENT_SEGMENT: {
      const std::lock_guard guard (as_grid_pad (pad)->impl->lock);
      as_grid_pad (pad)->impl->segment_done = false;
      break;
    }
    case GST_EVENT_SEGMENT_DONE:
      if (all_segments_done (self, pad)) break;
      gst_event_unref (event);
      return TRUE;
    default: break;
  }
  return parent_class ()->sink_event (agg, pad, event);
}

// Takes a new segment. One that cannot be shown is not passed on.
GstFlowReturn take_segment (GstQuadMuxGrid *self, GstAggregatorPad *pad, GstEvent *event)
{
  GridPad &impl = *as_grid_pad (pad)->impl;
  const GstSegment *segment = nullptr;
  gst_event_parse_segment (event, &segment);
  impl.problems.segment = problem_with (*segment);
  impl.problems.times.clear ();
  impl.has_time_segment = impl.problems.segment.empty ();
  GST_DEBUG_OBJECT (pad, "%" GST_SEGMENT_FORMAT " %s", gconstpointer (segment),
                    impl.problems.segment.c_str ());
  tell_problem (self, pad);
  if (impl.has_time_segment)
    return parent_class ()->sink_event_pre_queue (GST_AGGREGATOR (self), pad, event);
  gst_event_unref (event);
  return GST_FLOW_OK;
}

// The base class needs a segment in time to place a gap.
bool has_place (GstAggregatorPad *pad, GstEvent *gap)
{
  GstClockTime time = 0, duration = 0;
  gst_event_parse_gap (gap, &time, &duration);
  return as_grid_pad (pad)->impl->has_time_segment &&
         (!GST_CLOCK_TIME_IS_VALID (duration) || duration < GST_CLOCK_TIME_NONE - time);
}

GstFlowReturn sink_event_pre_queue (GstAggregator *agg, GstAggregatorPad *pad, GstEvent *event)
{
  GstQuadMuxGrid *self = as_grid (agg);
  GridPad &impl = *as_grid_pad (pad)->impl;
  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_STREAM_START:
      impl.ended = false;
      impl.had_frame = false;
      break;
    case GST_EVENT_CAPS: {
      const GstFlowReturn flow = parent_class ()->sink_event_pre_queue (agg, pad, event);
      tell_problem (self, pad);
      return flow;
    }
    case GST_EVENT_SEGMENT: return take_segment (self, pad, event);
    case GST_EVENT_GAP:
      if (has_place (pad, event)) break;
      gst_event_unref (event);
      return GST_FLOW_OK;
    default: break;
  }
  return parent_class ()->sink_event_pre_queue (agg, pad, event);
}

// A press of the first button, or a finger that touches.
bool is_selection (GstEvent *event)
{
  gint button = 0;
  switch (gst_navigation_event_get_type (event)) {
    case GST_NAVIGATION_EVENT_MOUSE_BUTTON_PRESS:
      return gst_navigation_event_parse_mouse_button_event (event, &button, nullptr, nullptr) &&
             button == 1;
    case GST_NAVIGATION_EVENT_TOUCH_DOWN: return true;
    default: return false;
  }
}

void post_selection (GstQuadMuxGrid *self, GstEvent *event, Point at)
{
  if (!self->impl->snapshot ().post_selections || !is_selection (event)) return;
  const GridPadRef pad = pad_at (self, at);
  if (!pad || pad->impl->is_background) return;
  gst_element_post_message (
      GST_ELEMENT (self),
      gst_message_new_element (
          GST_OBJECT (self),
          gst_structure_new (GST_QUAD_MESSAGE_CELL_SELECTED, GST_QUAD_FIELD_PAD, GST_TYPE_PAD,
                             GST_PAD (pad.get ()), GST_QUAD_FIELD_X, G_TYPE_DOUBLE, at.x,
                             GST_QUAD_FIELD_Y, G_TYPE_DOUBLE, at.y, nullptr)));
}

// Sends a navigation event to the input under the pointer, in that input's own pixels. An event
// without a position goes to all inputs.
gboolean navigation_event (GstQuadMuxGrid *self, Owned<GstEvent> event)
{
  Point at;
  bool taken = false;
  if (!gst_navigation_event_get_coordinates (event.get (), &at.x, &at.y)) {
    for (const GridPadRef &p : sink_pads_of (self))
      taken |= gst_pad_push_event (GST_PAD (p.get ()), gst_event_ref (event.get ())) != FALSE;
    return taken;
  }
  post_selection (self, event.get (), at);
  Point inside;
  const GridPadRef pad = picture_at (self, at, inside);
  if (!pad) return FALSE;
  Owned<GstEvent> moved{
      gst_event_new_navigation (gst_structure_copy (gst_event_get_structure (event.get ())))};
  gst_event_set_seqnum (moved.get (), gst_event_get_seqnum (event.get ()));
  gst_navigation_event_set_coordinates (moved.get (), inside.x, inside.y);
  return gst_pad_push_event (GST_PAD (pad.get ()), moved.release ());
}

// The seek in a form that the base class can do; null if there is none. It can do seeks in time,
// with a flush and a finite rate: without a flush it would go on counting, and frames would have no
// duration. A seek backwards begins at its stop, so a missing stop becomes the end.
Owned<GstEvent> playable (GstAggregator *agg, Owned<GstEvent> seek)
{
  gdouble rate = 0;
  GstFormat format = GST_FORMAT_UNDEFINED;
  GstSeekFlags flags = GST_SEEK_FLAG_NONE;
  GstSeekType start_type = GST_SEEK_TYPE_NONE, stop_type = GST_SEEK_TYPE_NONE;
  gint64 start = 0, stop = -1;
  gst_event_parse_seek (seek.get (), &rate, &format, &flags, &start_type, &start, &stop_type,
                        &stop);
  if (!std::isfinite (rate) || format != GST_FORMAT_TIME || !(flags & GST_SEEK_FLAG_FLUSH))
    return nullptr;
  if (rate > 0 || (stop_type == GST_SEEK_TYPE_SET && stop != -1)) return seek;
  gint64 duration = -1;
  const bool from_end = stop_type == GST_SEEK_TYPE_END;
  if (!gst_pad_query_duration (GST_AGGREGATOR_SRC_PAD (agg), format, &duration) || duration < 0)
    return nullptr;
  Owned<GstEvent> whole{
      gst_event_new_seek (rate, format, flags, start_type, start, GST_SEEK_TYPE_SET,
                          from_end ? std::max<gint64> (0, duration + stop) : duration)};
  gst_event_set_seqnum (whole.get (), gst_event_get_seqnum (seek.get ()));
  return whole;
}

// Without an output rate the base class would divide by 0.
bool has_rate (GstAggregator *agg)
{
  GST_OBJECT_LOCK (agg);
  const bool has = GST_VIDEO_INFO_FPS_N (&GST_VIDEO_AGGREGATOR (agg)->info) > 0;
  GST_OBJECT_UNLOCK (agg);
  return has;
}

gboolean src_event (GstAggregator *agg, GstEvent *event)
{
  Owned<GstEvent> owned{event};
  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_NAVIGATION: return navigation_event (as_grid (agg), std::move (owned));
    case GST_EVENT_SEEK:
      GST_INFO_OBJECT (agg, "asked for %" GST_PTR_FORMAT, gconstpointer (event));
      owned = playable (agg, std::move (owned));
      GST_INFO_OBJECT (agg, "seeks: %" GST_PTR_FORMAT, gconstpointer (owned.get ()));
      break;
    case GST_EVENT_QOS:
      if (!has_rate (agg)) return FALSE;
      break;
    default: break;
  }
  return owned ? parent_class ()->src_event (agg, owned.release ()) : FALSE;
}

// Before PAUSED the base class handles a seek itself.
gboolean send_event (GstElement *element, GstEvent *event)
{
  Owned<GstEvent> owned{event};
  if (GST_EVENT_TYPE (event) == GST_EVENT_SEEK)
    owned = playable (GST_AGGREGATOR (element), std::move (owned));
  return owned ? GST_ELEMENT_CLASS (parent_class ())->send_event (element, owned.release ())
               : FALSE;
}

// The output is as long as its longest input; with `shortest`, as its shortest. Pads without a peer
// do not count.
gboolean duration_query (GstQuadMuxGrid *self, GstQuery *query)
{
  const bool shortest = self->impl->snapshot ().eos_policy == EosPolicy::shortest;
  GstFormat format = GST_FORMAT_TIME;
  gst_query_parse_duration (query, &format, nullptr);
  gint64 whole = -1;
  const GridPads pads = sink_pads_of (self);
  for (const GridPadRef &p : pads) {
    GstPad *pad = GST_PAD (p.get ());
    gint64 duration = -1;
    if (p->impl->is_background && pads.size () > 1) continue;
    if (!gst_pad_is_linked (pad) || (shortest && p->impl->snapshot ().repeat_after_eos)) continue;
    if (!gst_pad_peer_query_duration (pad, format, &duration) || duration < 0) return FALSE;
    whole = whole < 0 || (duration < whole) == shortest ? duration : whole;
  }
  if (whole < 0) return FALSE;
  gst_query_set_duration (query, format, whole);
  return TRUE;
}

gboolean src_query (GstAggregator *agg, GstQuery *query)
{
  GstQuadMuxGrid *self = as_grid (agg);
  if (self->impl->backends.answer (query)) return TRUE;
  if (GST_QUERY_TYPE (query) == GST_QUERY_DURATION) return duration_query (self, query);
  return parent_class ()->src_query (agg, query);
}

}  // namespace

void install_events (GstAggregatorClass *klass)
{
  klass->sink_event = sink_event;
  klass->sink_event_pre_queue = sink_event_pre_queue;
  klass->src_event = src_event;
  klass->src_query = src_query;
  GST_ELEMENT_CLASS (klass)->send_event = send_event;
}

}  // namespace quad
