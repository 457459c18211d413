#include "elements/grid/timing.h"

#include <algorithm>

#include "core/frame_choice.h"

namespace quad {
namespace {

// Containers round times (Matroska to milliseconds), so an input's begin and end may each be half a
// millisecond off.
constexpr GstClockTime kRounded = 2 * static_cast<GstClockTime> (kRounding);

// The first and last timestamp that have a running time. The segment's `offset` cuts another part
// off (gst_segment_to_running_time).
struct Range {
  GstClockTime begin;
  GstClockTime end;
};

Range playable (const GstSegment &s)
{
  Range r = {s.start, s.stop};
  if (s.rate >= 0)
    r.begin += s.offset;
  else if (GST_CLOCK_TIME_IS_VALID (r.end))
    r.end = r.end > r.begin + s.offset ? r.end - s.offset : r.begin;
  return r;
}

bool has_ended (const InputState &input, GstClockTime start, GstClockTime tolerance)
{
  if (!input.eos) return false;
  return !GST_CLOCK_TIME_IS_VALID (input.end.time) || start + tolerance >= input.end.time;
}

}  // namespace

Owned<GstBuffer> clipped (Owned<GstBuffer> buffer, const GstSegment &segment, FrameRate rate,
                          InputEnd &end)
{
  const Range range = playable (segment);
  GstClockTime pts = GST_BUFFER_PTS (buffer.get ());
  GstClockTime duration = GST_BUFFER_DURATION (buffer.get ());
  if (!GST_CLOCK_TIME_IS_VALID (duration) && gst_buffer_get_size (buffer.get ()) > 0 &&
      rate.num > 0 && rate.den > 0)
    duration = gst_util_uint64_scale_int (GST_SECOND, rate.den, rate.num);
  if (GST_CLOCK_TIME_IS_VALID (duration) && duration > GST_CLOCK_TIME_NONE - 1 - pts)
    duration = GST_CLOCK_TIME_NONE;

  if (pts >= range.end) return nullptr;
  if (GST_CLOCK_TIME_IS_VALID (duration)) {
    if (pts + duration <= range.begin && duration > 0) return nullptr;
    const GstClockTime last = std::min (pts + duration, range.end);
    pts = std::max (pts, range.begin);
    if (last < pts) return nullptr;
    duration = last - pts;
  } else {
    pts = std::max (pts, range.begin);
  }

  end.any = true;
  end.time = GST_CLOCK_TIME_NONE;
  if (GST_CLOCK_TIME_IS_VALID (duration))
    end.time = gst_segment_to_running_time (&segment, GST_FORMAT_TIME,
                                            segment.rate >= 0 ? pts + duration : pts);
  if (pts == GST_BUFFER_PTS (buffer.get ()) && duration == GST_BUFFER_DURATION (buffer.get ()))
    return buffer;
  Owned<GstBuffer> changed{gst_buffer_make_writable (buffer.release ())};
  GST_BUFFER_PTS (changed.get ()) = pts;
  GST_BUFFER_DURATION (changed.get ()) = duration;
  return changed;
}

Owned<GstBuffer> deferred (Owned<GstBuffer> buffer, const GstSegment &segment, GstClockTime from,
                           GstClockTime to)
{
  const GstClockTime pts = GST_BUFFER_PTS (buffer.get ());
  const GstClockTime duration = GST_BUFFER_DURATION (buffer.get ());
  const GstClockTime start = gst_segment_to_running_time (&segment, GST_FORMAT_TIME, pts);
  if (segment.rate < 0 || !GST_CLOCK_TIME_IS_VALID (start) || start < from || start >= to)
    return buffer;
  const GstClockTime later = gst_segment_position_from_running_time (&segment, GST_FORMAT_TIME, to);
  if (!GST_CLOCK_TIME_IS_VALID (later)) return buffer;
  const bool timed = GST_CLOCK_TIME_IS_VALID (duration);
  if (timed && pts + duration <= later) return buffer;
  Owned<GstBuffer> changed{gst_buffer_make_writable (buffer.release ())};
  GST_BUFFER_PTS (changed.get ()) = later;
  if (timed) GST_BUFFER_DURATION (changed.get ()) = pts + duration - later;
  return changed;
}

bool output_ended (EosPolicy policy, std::span<const InputState> inputs, GstClockTime start,
                   GstClockTime duration)
{
  if (inputs.empty ()) return false;
  const GstClockTime tolerance = std::min (kRounded, duration / 2);
  if (policy == EosPolicy::shortest &&
      std::any_of (inputs.begin (), inputs.end (), [&] (const InputState &i) {
        return i.counts && !i.repeats && has_ended (i, start, tolerance);
      }))
    return true;
  return std::all_of (inputs.begin (), inputs.end (),
                      [&] (const InputState &i) { return has_ended (i, start, tolerance); });
}

}  // namespace quad
