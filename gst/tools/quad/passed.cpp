#include "tools/quad/passed.h"

#include <algorithm>

namespace quad {
namespace {

GstClockTime end_of (const GstBuffer *buffer, const GstSegment &segment)
{
  GstClockTime end =
      GST_BUFFER_PTS_IS_VALID (buffer) ? GST_BUFFER_PTS (buffer) : GST_BUFFER_DTS (buffer);
  if (segment.format != GST_FORMAT_TIME || !GST_CLOCK_TIME_IS_VALID (end)) return 0;
  if (GST_BUFFER_DURATION_IS_VALID (buffer)) end += GST_BUFFER_DURATION (buffer);
  if (GST_CLOCK_TIME_IS_VALID (segment.stop)) end = std::min (end, segment.stop);
  const GstClockTime time = gst_segment_to_running_time (&segment, GST_FORMAT_TIME, end);
  return GST_CLOCK_TIME_IS_VALID (time) ? time : 0;
}

}  // namespace

void Passed::watch (GstPad *pad)
{
  const auto what = GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM;
  const auto probe = [] (GstPad *, GstPadProbeInfo *info, gpointer self) {
    static_cast<Passed *> (self)->see (info);
    return GST_PAD_PROBE_OK;
  };
  gst_pad_add_probe (pad, static_cast<GstPadProbeType> (what), probe, this, nullptr);
}

void Passed::see (GstPadProbeInfo *info)
{
  if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER) {
    buffers_++;
    end_ = std::max (end_.load (), end_of (GST_PAD_PROBE_INFO_BUFFER (info), segment_));
  } else if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_SEGMENT) {
    gst_event_copy_segment (GST_PAD_PROBE_INFO_EVENT (info), &segment_);
  }
}

}  // namespace quad
