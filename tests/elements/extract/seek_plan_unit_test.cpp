// When to seek, and how a landing is judged.
#include "elements/extract/seek_plan.h"

#include <gtest/gtest.h>

namespace quad::extract {
namespace {

using Landing = SeekPlan::Landing;

constexpr Nanoseconds s (double seconds) { return static_cast<Nanoseconds> (seconds * 1e9); }

// A plan that has sought from 0 to the frame at 60 s.
SeekPlan sought ()
{
  SeekPlan plan;
  plan.reset (true);
  EXPECT_TRUE (plan.worth (false, 0, s (0.1), s (60)));
  EXPECT_EQ (plan.seek (false, 0, s (60), kUnlimited), s (59.5));
  return plan;
}

TEST (SeekPlan, SeeksWhereThatIsWorthIt)
{
  SeekPlan plan;
  plan.reset (true);
  EXPECT_FALSE (plan.worth (false, 0, s (0.1), s (5)));
  EXPECT_TRUE (plan.worth (false, 0, s (0.1), s (5.1)));
  EXPECT_TRUE (plan.worth (true, 0, s (0.1), s (0.2)));
  EXPECT_FALSE (plan.worth (true, 0, s (0.1), s (0.1)));
  plan.reset (false);
  EXPECT_FALSE (plan.allowed ());
  EXPECT_FALSE (plan.worth (true, 0, s (0.1), s (100)));
}

TEST (SeekPlan, AimsNoFurtherThanTheFilm)
{
  SeekPlan plan;
  plan.reset (true);
  EXPECT_EQ (plan.seek (false, 0, s (1000), s (100)), s (100) - 1 - s (0.5));
  plan.reset (true);
  EXPECT_EQ (plan.seek (false, s (98), s (1000), s (100)), std::nullopt);
}

TEST (SeekPlan, SeeksOnceForATime)
{
  SeekPlan plan = sought ();
  EXPECT_TRUE (plan.looking ());
  EXPECT_FALSE (plan.worth (false, 0, s (0.1), s (60)));
  // The application has sought: it may be tried again.
  plan.postponed ();
  EXPECT_FALSE (plan.looking ());
  EXPECT_TRUE (plan.worth (false, 0, s (0.1), s (60)));
}

TEST (SeekPlan, ALandingCountsFromAKeyframeOn)
{
  SeekPlan plan = sought ();
  const EntryPoints entries{s (58), {}};
  EXPECT_EQ (plan.judge (s (57.9), false, entries), Landing::early);
  EXPECT_TRUE (plan.lost ());
  EXPECT_EQ (plan.judge (s (58), false, entries), Landing::good);
  EXPECT_FALSE (plan.lost ());
  EXPECT_EQ (plan.judge (s (60.1), false, {s (58), s (60)}), Landing::good);
  EXPECT_FALSE (plan.looking ());
}

TEST (SeekPlan, GoesBackInDoublingSteps)
{
  SeekPlan plan = sought ();
  Nanoseconds margin = s (0.5);
  for (int i = 0; i < 6; i++) {
    EXPECT_EQ (plan.judge (s (61), false, {s (61), {}}), Landing::bad);
    margin *= 2;
    EXPECT_EQ (plan.back (0), s (60) - margin);
  }
  // The next position would be before the film.
  EXPECT_EQ (plan.judge (s (61), false, {s (61), {}}), Landing::bad);
  EXPECT_EQ (plan.back (0), std::nullopt);
}

// Where to seek to for a later frame, after a landing of which these frames came.
Nanoseconds next_after (std::initializer_list<Nanoseconds> frames, bool bad = false)
{
  SeekPlan plan = sought ();
  if (bad) {
    EXPECT_EQ (plan.judge (s (61), false, {s (61), {}}), Landing::bad);
    EXPECT_EQ (plan.back (0), s (59));
  }
  for (const Nanoseconds time : frames)
    EXPECT_NE (plan.judge (time, false, {*frames.begin (), {}}), Landing::bad);
  EXPECT_EQ (plan.judge (s (60.1), false, {*frames.begin (), {}}), Landing::good);
  return plan.seek (true, s (61), s (100), kUnlimited).value_or (-1);
}

TEST (SeekPlan, AimsAtTheFrameWhereFramesFromBeforeThePositionCome)
{
  EXPECT_EQ (next_after ({s (58), s (59), s (60)}), s (100));
  // Clipped to the position, perhaps.
  EXPECT_EQ (next_after ({s (59.5), s (60)}), s (99.5));
  EXPECT_EQ (next_after ({s (59.8), s (60)}), s (99.5));
  EXPECT_EQ (next_after ({s (57), s (60)}, true), s (99));
}

TEST (SeekPlan, IsCarefulAgainAfterABadLanding)
{
  SeekPlan plan = sought ();
  EXPECT_EQ (plan.judge (s (58), false, {s (58), {}}), Landing::good);
  EXPECT_EQ (plan.judge (s (60.1), false, {s (58), {}}), Landing::good);
  EXPECT_EQ (plan.seek (true, s (61), s (100), kUnlimited), s (100));
  EXPECT_EQ (plan.judge (s (100.1), false, {s (100.1), {}}), Landing::bad);
  EXPECT_EQ (plan.back (0), s (99.5));
  EXPECT_EQ (plan.judge (s (98), false, {s (98), {}}), Landing::good);
  EXPECT_EQ (plan.judge (s (100.1), false, {s (98), {}}), Landing::good);
  EXPECT_EQ (plan.seek (true, s (101), s (200), kUnlimited), s (199.5));
}

TEST (SeekPlan, DamageCountsWhereItIsThereFromAnEarlierKeyframe)
{
  SeekPlan plan = sought ();
  EXPECT_EQ (plan.judge (s (59.9), true, {s (59.9), {}}), Landing::early);
  EXPECT_EQ (plan.judge (s (60.1), false, {s (59.9), {}}), Landing::bad);
  ASSERT_TRUE (plan.back (0));
  EXPECT_EQ (plan.judge (s (59.9), true, {s (58), {}}), Landing::good);
}

TEST (SeekPlan, FramesAfterABadLandingAreNotTakenTwice)
{
  SeekPlan plan = sought ();
  EXPECT_EQ (plan.judge (s (59), false, {s (59), {}}), Landing::good);
  EXPECT_EQ (plan.judge (s (60.1), false, {s (59), {}}), Landing::good);
  EXPECT_EQ (plan.judge (s (60.2), true, {s (59), {}}), Landing::bad);
  EXPECT_TRUE (plan.repeats (s (60.1)));
  EXPECT_FALSE (plan.repeats (s (60.2)));
  plan.forget ();
  EXPECT_FALSE (plan.repeats (s (60.1)));
}

TEST (SeekPlan, GivesUpForGood)
{
  SeekPlan plan = sought ();
  plan.give_up ();
  EXPECT_FALSE (plan.allowed ());
  EXPECT_FALSE (plan.looking ());
  EXPECT_FALSE (plan.worth (true, 0, s (0.1), s (100)));
}

}  // namespace
}  // namespace quad::extract
