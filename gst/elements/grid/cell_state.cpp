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

void StateWatch::judge (const Seen &seen, const StateSettings &settings)
{
  const CellState before = known_.state;
  CellState &state = known_.state;
  GstClockTime &since = known_.since;
  if (seen.is_new) {
    known_ = {CellState::live, seen.time, seen.interval};
    return;
  }
  state = CellState::ended;
  if (seen.ended) return;
  // A new stream after the end has had no frame yet.
  if (before == CellState::ended) since = GST_CLOCK_TIME_NONE;
  state = CellState::waiting;
  if (!GST_CLOCK_TIME_IS_VALID (since)) return;
  since = std::min (since, seen.time);  // a flush sets time back
  state = seen.faulty ? CellState::lost : CellState::live;
  if (seen.faulty || seen.waits) return;
  const StateLimits limits = limits_of (settings, known_.interval);
  const GstClockTime age = seen.time - since;
  if (age >= limits.late) state = CellState::late;
  if (age >= limits.lost) state = CellState::lost;
}

CellState StateWatch::look (const Seen &seen, const StateSettings &settings)
{
  before_ = known_;
  seen_ = seen;
  was_shown_ = true;
  judge (seen, settings);
  return state ();
}

CellState StateWatch::not_shown (const StateSettings &settings)
{
  known_ = before_;
  seen_.is_new = was_shown_ = false;
  judge (seen_, settings);
  return state ();
}

GstClockTime StateWatch::age (GstClockTime time) const
{
  const GstClockTime since = known_.since;
  if (!GST_CLOCK_TIME_IS_VALID (since) || !GST_CLOCK_TIME_IS_VALID (time))
    return GST_CLOCK_TIME_NONE;
  return time > since ? time - since : 0;
}

}  // namespace quad
