#include "tensor/packet_times.h"

#include <algorithm>

namespace quad::tensor {

void PacketTimes::take (GstEvent *event)
{
  if (GST_EVENT_TYPE (event) == GST_EVENT_SEGMENT) {
    gst_event_copy_segment (event, &segment_);
    film_begin_.take (segment_);
  } else if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS) {
    GstCaps *caps = nullptr;
    gst_event_parse_caps (event, &caps);
    int n = 0, d = 1;
    if (gst_structure_get_fraction (gst_caps_get_structure (caps, 0), "framerate", &n, &d) && n > 0)
      frame_length_ = gst_util_uint64_scale_int (GST_SECOND, d, n);
  }
}

std::optional<Shown> PacketTimes::shown (GstBuffer *unit) const
{
  // As GstVideoDecoder does, which takes 40 ms for an unknown duration.
  constexpr GstClockTime kUnknown = 40 * GST_MSECOND;
  guint64 begin = GST_BUFFER_PTS (unit), duration = GST_BUFFER_DURATION (unit);
  if (!GST_CLOCK_TIME_IS_VALID (duration)) duration = frame_length_;
  guint64 end = begin + (GST_CLOCK_TIME_IS_VALID (duration) ? duration : kUnknown);
  if (!gst_segment_clip (&segment_, GST_FORMAT_TIME, begin, end, &begin, &end)) return {};
  if (GST_CLOCK_TIME_IS_VALID (duration)) duration = end - begin;
  const GstClockTime time = gst_segment_to_stream_time (&segment_, GST_FORMAT_TIME, begin);
  return Shown{time - std::min (time, film_begin_.get ()), duration};
}

}  // namespace quad::tensor
