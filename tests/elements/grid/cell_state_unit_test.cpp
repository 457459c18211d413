// When an input counts as late and lost.
#include "elements/grid/cell_state.h"

#include <gtest/gtest.h>

namespace quad {
namespace {

constexpr GstClockTime kMs = GST_MSECOND;

TEST (CellState, AFrameLastsAsLongAsItsRateOrItsDurationSays)
{
  struct {
    FrameRate rate;
    GstClockTime duration, interval;
  } cases[] = {
      {{25, 1}, GST_CLOCK_TIME_NONE, 40 * kMs}, {{25, 1}, 40 * kMs, 40 * kMs},
      {{25, 1}, 5000 * kMs, 5000 * kMs},        {{25, 1}, 1 * kMs, 40 * kMs},
      {{0, 1}, 200 * kMs, 200 * kMs},           {{0, 1}, GST_CLOCK_TIME_NONE, GST_CLOCK_TIME_NONE},
  };
  for (const auto &c : cases) EXPECT_EQ (frame_interval (c.rate, c.duration), c.interval);
}

TEST (CellState, TheLimitsFollowFromTheInputsRate)
{
  struct {
    GstClockTime late_after, lost_after, interval, late, lost;
  } cases[] = {
      {0, 0, 10 * kMs, 500 * kMs, 2000 * kMs},
      {0, 0, 40 * kMs, 500 * kMs, 2000 * kMs},
      {0, 0, 100 * kMs, 500 * kMs, 2500 * kMs},
      {0, 0, 1000 * kMs, 3000 * kMs, 25000 * kMs},
      {0, 0, GST_CLOCK_TIME_NONE, 500 * kMs, 2000 * kMs},
      {70 * kMs, 90 * kMs, 1000 * kMs, 70 * kMs, 90 * kMs},
      {0, 90 * kMs, 40 * kMs, 500 * kMs, 90 * kMs},
  };
  for (const auto &c : cases) {
    const StateLimits limits =
        limits_of ({.late_after = c.late_after, .lost_after = c.lost_after}, c.interval);
    EXPECT_EQ (limits.late, c.late);
    EXPECT_EQ (limits.lost, c.lost);
  }
  // No overflow.
  EXPECT_GT (limits_of ({}, GST_CLOCK_TIME_NONE - 1).lost, 24 * 3600 * GST_SECOND);
}

class Watched {
 public:
  explicit Watched (StateSettings settings = {.late_after = 100 * kMs, .lost_after = 300 * kMs})
      : settings_ (settings)
  {
  }
  CellState look (const StateWatch::Seen &seen) { return watch_.look (seen, settings_); }
  CellState frame (GstClockTime time)
  {
    return look ({.time = time, .is_new = true, .interval = 40 * kMs});
  }
  CellState none (GstClockTime time) { return look ({.time = time}); }
  CellState not_shown () { return watch_.not_shown (settings_); }
  const StateWatch &watch () const { return watch_; }

 private:
  StateSettings settings_;
  StateWatch watch_;
};

TEST (CellState, IsJudgedByTheFramesThatAreShown)
{
  Watched w;
  EXPECT_EQ (w.none (0), CellState::waiting);
  EXPECT_EQ (w.none (10000 * kMs), CellState::waiting);
  EXPECT_EQ (w.watch ().age (10000 * kMs), GST_CLOCK_TIME_NONE);
  EXPECT_EQ (w.frame (10000 * kMs), CellState::live);
  EXPECT_EQ (w.none (10099 * kMs), CellState::live);
  EXPECT_EQ (w.none (10100 * kMs), CellState::late);
  EXPECT_EQ (w.none (10299 * kMs), CellState::late);
  EXPECT_EQ (w.none (10300 * kMs), CellState::lost);
  EXPECT_EQ (w.watch ().age (10300 * kMs), 300 * kMs);
  EXPECT_EQ (w.frame (10340 * kMs), CellState::live);
  EXPECT_EQ (w.watch ().age (10340 * kMs), 0u);
}

TEST (CellState, FramesThatTheOutputWaitsForAreNeverLate)
{
  Watched w;
  EXPECT_EQ (w.frame (0), CellState::live);
  EXPECT_EQ (w.look ({.time = 3600 * GST_SECOND, .waits = true}), CellState::live);
}

TEST (CellState, AfterTheEndANewStreamIsWaitedFor)
{
  Watched w;
  EXPECT_EQ (w.look ({.time = 0, .ended = true}), CellState::ended) << "it never had a frame";
  EXPECT_EQ (w.none (40 * kMs), CellState::waiting);
  EXPECT_EQ (w.frame (80 * kMs), CellState::live);
  EXPECT_EQ (w.look ({.time = 120 * kMs, .ended = true}), CellState::ended);
  EXPECT_EQ (w.look ({.time = 9000 * kMs, .ended = true}), CellState::ended);
  EXPECT_EQ (w.none (9040 * kMs), CellState::waiting);
  EXPECT_EQ (w.frame (9080 * kMs), CellState::live);
}

TEST (CellState, AFaultyInputIsLostOrStillWaits)
{
  for (const bool waits : {false, true}) {
    Watched w;
    EXPECT_EQ (w.look ({.time = 0, .faulty = true, .waits = waits}), CellState::waiting);
    EXPECT_EQ (w.frame (40 * kMs), CellState::live);
    EXPECT_EQ (w.look ({.time = 80 * kMs, .faulty = true, .waits = waits}), CellState::lost);
    EXPECT_EQ (w.frame (120 * kMs), CellState::live);
  }
}

TEST (CellState, AFrameThatCannotBeShownIsNoFrame)
{
  Watched w;
  EXPECT_EQ (w.frame (0), CellState::live);
  EXPECT_EQ (w.not_shown (), CellState::waiting) << "there was none before";
  EXPECT_EQ (w.frame (40 * kMs), CellState::live);
  for (GstClockTime t = 80 * kMs; t < 140 * kMs; t += 20 * kMs) {
    EXPECT_EQ (w.frame (t), CellState::live);
    EXPECT_EQ (w.not_shown (), CellState::live);
    EXPECT_EQ (w.watch ().age (t), t - 40 * kMs);
  }
  w.frame (140 * kMs);
  EXPECT_EQ (w.not_shown (), CellState::late);
  w.frame (340 * kMs);
  EXPECT_EQ (w.not_shown (), CellState::lost);
  EXPECT_FALSE (w.watch ().was_shown ());
  EXPECT_EQ (w.frame (360 * kMs), CellState::live);
  EXPECT_TRUE (w.watch ().was_shown ());
}

TEST (CellState, AFlushMaySetTimeBack)
{
  Watched w;
  EXPECT_EQ (w.frame (5000 * kMs), CellState::live);
  EXPECT_EQ (w.none (0), CellState::live);
  EXPECT_EQ (w.watch ().age (0), 0u);
  EXPECT_EQ (w.none (100 * kMs), CellState::late);
}

}  // namespace
}  // namespace quad
