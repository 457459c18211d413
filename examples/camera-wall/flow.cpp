#include "flow.h"

#include <utility>

namespace wall {
namespace {

// How far the first frame of a connection may be off: jitter buffers, decoders that look ahead.
constexpr gint64 kMostLate = GST_SECOND, kMostEarly = 5 * GST_SECOND;
// How far others may fall behind, as after a stall of the network.
constexpr gint64 kMostBehind = GST_SECOND / 2;

// How long a first frame without rate and duration counts as new: it may be the photo of a camera
// that is asked for another one soon.
constexpr GstClockTime kPhoto = GST_SECOND;

// Whether the stream says how many frames a second it has.
bool has_rate (GstPad *pad)
{
  const Owned<GstCaps> caps (gst_pad_get_current_caps (pad));
  int numerator = 0, denominator = 1;
  return caps &&
         gst_structure_get_fraction (gst_caps_get_structure (caps.get (), 0), "framerate",
                                     &numerator, &denominator) &&
         numerator > 0;
}

// Whether the frames are stamped by the clock, as those of cameras are.
bool is_live (GstPad *pad)
{
  const Owned<GstQuery> query (gst_query_new_latency ());
  gboolean live = FALSE;
  if (gst_pad_query (pad, query.get ()))
    gst_query_parse_latency (query.get (), &live, nullptr, nullptr);
  return live;
}

GstClockTime running_time_of (GstPad *pad, GstBuffer *buffer)
{
  const Owned<GstEvent> event (gst_pad_get_sticky_event (pad, GST_EVENT_SEGMENT, 0));
  if (!event) return GST_CLOCK_TIME_NONE;
  const GstSegment *segment;
  gst_event_parse_segment (event.get (), &segment);
  return segment->format == GST_FORMAT_TIME
             ? gst_segment_to_running_time (segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer))
             : GST_CLOCK_TIME_NONE;
}

}  // namespace

void Flow::watch (GstPad *inner, GstPad *outer, std::shared_ptr<Counters> counters)
{
  auto *flow = new Flow;
  flow->outer_ = outer;
  flow->counters_ = std::move (counters);
  const auto probe = [] (GstPad *pad, GstPadProbeInfo *info, gpointer self) {
    auto *flow_of_pad = static_cast<Flow *> (self);
    info->data = flow_of_pad->hold_photo (pad, GST_PAD_PROBE_INFO_BUFFER (info));
    flow_of_pad->see (pad, GST_PAD_PROBE_INFO_BUFFER (info));
    return GST_PAD_PROBE_OK;
  };
  gst_pad_add_probe (inner, GST_PAD_PROBE_TYPE_BUFFER, probe, flow,
                     [] (gpointer self) { delete static_cast<Flow *> (self); });
}

GstBuffer *Flow::hold_photo (GstPad *inner, GstBuffer *buffer)
{
  if (std::exchange (seen_, true) || GST_BUFFER_DURATION_IS_VALID (buffer) || has_rate (inner))
    return buffer;
  buffer = gst_buffer_make_writable (buffer);
  GST_BUFFER_DURATION (buffer) = kPhoto;
  return buffer;
}

void Flow::see (GstPad *inner, GstBuffer *buffer)
{
  counters_->frames++;
  counters_->last_frame = g_get_monotonic_time ();
  const GstClockTime running = running_time_of (inner, buffer);
  if (GST_CLOCK_TIME_IS_VALID (running)) pace (inner, running);
}

void Flow::pace (GstPad *inner, GstClockTime running)
{
  const Owned<GstElement> element (gst_pad_get_parent_element (inner));
  const GstClockTime now =
      element ? gst_element_get_current_running_time (element.get ()) : GST_CLOCK_TIME_NONE;
  if (!GST_CLOCK_TIME_IS_VALID (now)) return;
  const gint64 late = static_cast<gint64> (now) - static_cast<gint64> (running) - shift_;
  const bool first = !std::exchange (began_, true);
  bool off = !stamped_ && late > kMostBehind;
  if (first) {
    // HTTP counts as live whatever it carries.
    stamped_ = is_live (inner) && late < kMostLate && late > -kMostEarly;
    off = !stamped_;
  }
  if (!off) return;
  shift_ += late;
  gst_pad_set_offset (outer_, shift_);
}

}  // namespace wall
