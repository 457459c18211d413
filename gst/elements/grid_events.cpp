// The event functions of quadmux-grid.
#include <gst/video/navigation.h>

#include <cmath>

#include "elements/grid_cells.h"

namespace quad {
namespace {

GstAggregatorClass *parent_class ()
{
  return GST_AGGREGATOR_CLASS (g_type_class_peek (GST_TYPE_VIDEO_AGGREGATOR));
}

// Posts why, and then marks the element as failed: other threads answer their
// sources with that mark, and a source's own error must not come before the reason.
gboolean refuse (GstQuadMuxGrid *self, GstAggregatorPad *pad, const std::string &why)
{
  GST_ELEMENT_ERROR (self, STREAM, FORMAT, ("The input of %s %s", GST_PAD_NAME (pad), why.c_str ()),
                     (nullptr));
  self->impl->failed = true;
  as_grid_pad (pad)->impl->refused = true;
  return FALSE;
}

// Why frames of `caps` cannot be drawn; empty where they can.
std::string problem_with (const GstCaps *caps, GstVideoInfo &info)
{
  if (!gst_video_info_from_caps (&info, caps)) {
    const Owned<char> text{gst_caps_to_string (caps)};
    return std::string ("has caps that describe no picture: ") + text.get ();
  }
  if (GST_VIDEO_INFO_IS_INTERLACED (&info))
    return "is interlaced: put deinterlace in front of the pad.";
  if (from_gst (GST_VIDEO_INFO_FORMAT (&info)) == PixelFormat::unknown)
    return std::string ("has the format ") +
           gst_video_format_to_string (GST_VIDEO_INFO_FORMAT (&info)) +
           ", which is not drawn: put videoconvert in front of the pad.";
  if (info.width > kMaxSide || info.height > kMaxSide)
    return "is larger than " + std::to_string (kMaxSide) + " pixels on a side.";
  return {};
}

gboolean caps_event (GstQuadMuxGrid *self, GstAggregatorPad *pad, GstEvent *event)
{
  GstCaps *caps = nullptr;
  gst_event_parse_caps (event, &caps);
  GstVideoInfo info;
  if (const std::string problem = problem_with (caps, info); !problem.empty ()) {
    gst_event_unref (event);
    return refuse (self, pad, problem);
  }
  {
    GridPad &impl = *as_grid_pad (pad)->impl;
    const std::lock_guard guard (impl.lock);
    impl.rate = {info.fps_n, info.fps_d};
    impl.memory = memory_of (caps);
  }
  return parent_class ()->sink_event (GST_AGGREGATOR (self), pad, event);
}

void set_tagged (GstQuadMuxGrid *self, GstAggregatorPad *pad, Orientation orientation)
{
  {
    GridPad &impl = *as_grid_pad (pad)->impl;
    const std::lock_guard guard (impl.lock);
    if (impl.tagged == orientation) return;
    impl.tagged = orientation;
  }
  layout_changed (self);
}

void tag_event (GstQuadMuxGrid *self, GstAggregatorPad *pad, GstEvent *event)
{
  GstTagList *tags = nullptr;
  gst_event_parse_tag (event, &tags);
  GstVideoOrientationMethod method = GST_VIDEO_ORIENTATION_IDENTITY;
  if (gst_video_orientation_from_tag (tags, &method))
    set_tagged (self, pad, orientation_of (method, Orientation::identity));
}

// Of all inputs' SEGMENT_DONE the last one goes downstream: then all that they
// sent has been drawn.
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
    case GST_EVENT_CAPS: return caps_event (self, pad, event);
    case GST_EVENT_STREAM_START:
      as_grid_pad (pad)->impl->left_out = false;
      set_tagged (self, pad, Orientation::identity);
      break;
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

GstFlowReturn sink_event_pre_queue (GstAggregator *agg, GstAggregatorPad *pad, GstEvent *event)
{
  GstQuadMuxGrid *self = as_grid (agg);
  if (GST_EVENT_TYPE (event) == GST_EVENT_STREAM_START) {
    GridPad &impl = *as_grid_pad (pad)->impl;
    impl.ended = false;
    const std::lock_guard guard (impl.lock);
    impl.had_frame = false;
  }
  if (GST_EVENT_TYPE (event) == GST_EVENT_SEGMENT) {
    const GstSegment *segment = nullptr;
    gst_event_parse_segment (event, &segment);
    if (segment->format != GST_FORMAT_TIME) {
      const std::string format = gst_format_get_name (segment->format);
      gst_event_unref (event);
      refuse (self, pad,
              "counts in " + format +
                  ", not in time: put a parser or a decoder in front, or with appsrc set "
                  "format=time.");
      return GST_FLOW_ERROR;
    }
    as_grid_pad (pad)->impl->has_time_segment = true;
  }
  return parent_class ()->sink_event_pre_queue (agg, pad, event);
}

// To the input under the pointer, in that input's own pixels; what has no place on
// the canvas goes to all inputs.
gboolean navigation_event (GstQuadMuxGrid *self, Owned<GstEvent> event)
{
  const std::vector<GridPadRef> pads = sink_pads_of (self);
  Point at;
  bool taken = false;
  if (!gst_navigation_event_get_coordinates (event.get (), &at.x, &at.y)) {
    for (const GridPadRef &p : pads)
      taken |= gst_pad_push_event (GST_PAD (p.get ()), gst_event_ref (event.get ())) != FALSE;
    return taken;
  }
  for (auto p = pads.rbegin (); p != pads.rend (); ++p) {
    ShownPicture shown;
    {
      const std::lock_guard guard ((*p)->impl->lock);
      shown = (*p)->impl->shown;
    }
    const auto inside = source_point (shown.placement, shown.orientation, at);
    if (!inside) continue;
    Owned<GstEvent> moved{
        gst_event_new_navigation (gst_structure_copy (gst_event_get_structure (event.get ())))};
    gst_event_set_seqnum (moved.get (), gst_event_get_seqnum (event.get ()));
    gst_navigation_event_set_coordinates (moved.get (), inside->x, inside->y);
    return gst_pad_push_event (GST_PAD (p->get ()), moved.release ());
  }
  return FALSE;
}

// A rate of 0 cannot be asked for, but one that is no number can. The base class
// counts on through a seek without a flush, and its frames would have no duration.
bool can_seek (GstEvent *seek)
{
  gdouble rate = 0;
  GstSeekFlags flags = GST_SEEK_FLAG_NONE;
  gst_event_parse_seek (seek, &rate, nullptr, &flags, nullptr, nullptr, nullptr, nullptr);
  return std::isfinite (rate) && (flags & GST_SEEK_FLAG_FLUSH);
}

gboolean src_event (GstAggregator *agg, GstEvent *event)
{
  if (GST_EVENT_TYPE (event) == GST_EVENT_NAVIGATION)
    return navigation_event (as_grid (agg), Owned<GstEvent>{event});
  if (GST_EVENT_TYPE (event) == GST_EVENT_SEEK && !can_seek (event)) {
    gst_event_unref (event);
    return FALSE;
  }
  return parent_class ()->src_event (agg, event);
}

// With `shortest` the output is as long as its shortest input.
gboolean src_query (GstAggregator *agg, GstQuery *query)
{
  GstQuadMuxGrid *self = as_grid (agg);
  if (self->impl->device.answer (query)) return TRUE;
  if (GST_QUERY_TYPE (query) != GST_QUERY_DURATION ||
      self->impl->snapshot ().eos_policy == EosPolicy::longest)
    return parent_class ()->src_query (agg, query);
  GstFormat format = GST_FORMAT_TIME;
  gst_query_parse_duration (query, &format, nullptr);
  gint64 shortest = -1;
  for (const GridPadRef &p : sink_pads_of (self)) {
    gint64 duration = -1;
    if (p->impl->snapshot ().repeat_after_eos) continue;
    if (!gst_pad_peer_query_duration (GST_PAD (p.get ()), format, &duration) || duration < 0)
      return FALSE;
    if (shortest < 0 || duration < shortest) shortest = duration;
  }
  if (shortest < 0) return FALSE;
  gst_query_set_duration (query, format, shortest);
  return TRUE;
}

}  // namespace

void install_events (GstAggregatorClass *klass)
{
  klass->sink_event = sink_event;
  klass->sink_event_pre_queue = sink_event_pre_queue;
  klass->src_event = src_event;
  klass->src_query = src_query;
}

}  // namespace quad
