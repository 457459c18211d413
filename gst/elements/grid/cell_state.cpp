#include "elements/grid/cell_state.h"

#include <algorithm>

namespace quad {
namespace {

// Without a setting: so many frames of the input, but no less than so long.
constexpr int kLateFrames = 3, kLostFrames = 25;
constexpr GstClockTime kLeastLate = GST_SECOND / 2, kLeastLost = 2 * GST_SECOND;

GstClockTime limit (GstClockTime set, GstClockTime interval, int frames, GstClockTime least)
{
  if (set > 0) return set;
  if (!GST_CLOCK_TIME_IS_VALID (interval)) return least;
  constexpr GstClockTime kLongest = GST_SECOND * 60 * 60 * 24;  // products stay in range
  return std::max (least, std::min (interval, kLongest) * static_cast<GstClockTime> (frames));
}

}  // namespace

GstClockTime frame_interval (FrameRate rate, GstClockTime duration)
{
  GstClockTime interval = GST_CLOCK_TIME_NONE;
  if (rate.num > 0 && rate.den > 0)
    interval = gst_util_uint64_scale_int (GST_SECOND, rate.den, rate.num);
  if (!GST_CLOCK_TIME_IS_VALID (duration)) return interval;
  return GST_CLOCK_TIME_IS_VALID (interval) ? std::max (interval, duration) : duration;
}

StateLimits limits_of (const StateSettings &settings, GstClockTime interval)
{
  return {limit (settings.late_after, interval, kLateFrames, kLeastLate),
          limit (settings.lost_after, interval, kLostFrames, kLeastLost)};
}

CellState StateWatch::judged (const Seen &seen, const StateSettings &settings)
{
  if (seen.is_new) {
    since_ = seen.time;
    interval_ = seen.interval;
    return CellState::live;
  }
  if (seen.ended) return CellState::ended;
  // A new stream after the end has had no frame yet.
  if (state_ == CellState::ended) since_ = GST_CLOCK_TIME_NONE;
  if (!GST_CLOCK_TIME_IS_VALID (since_)) return CellState::waiting;
  since_ = std::min (since_, seen.time);  // a flush sets time back
  if (seen.faulty) return CellState::lost;
  if (seen.waits) return CellState::live;
  const StateLimits limits = limits_of (settings, interval_);
  const GstClockTime age = seen.time - since_;
  return age >= limits.lost   ? CellState::lost
         : age >= limits.late ? CellState::late
                              : CellState::live;
}

CellState StateWatch::look (const Seen &seen, const StateSettings &settings)
{
  return state_ = judged (seen, settings);
}

GstClockTime StateWatch::age (GstClockTime time) const
{
  if (!GST_CLOCK_TIME_IS_VALID (since_) || !GST_CLOCK_TIME_IS_VALID (time))
    return GST_CLOCK_TIME_NONE;
  return time > since_ ? time - since_ : 0;
}

}  // namespace quad
