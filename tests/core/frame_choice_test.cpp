#include "core/frame_choice.h"

#include <gtest/gtest.h>

#include <random>

namespace quad {
namespace {

constexpr Nanoseconds kMs = 1'000'000;

struct Case {
  const char *name;
  ChoiceRule rule;
  Nanoseconds time;
  std::optional<Nanoseconds> earlier, later;
  bool past_end;
  Choice expected;
};

TEST (FrameChoice, Table)
{
  constexpr auto at = Policy::played_at, nearest = Policy::nearest, next = Policy::next;
  constexpr auto any = kUnlimited;
  const Case cases[] = {
      {"on screen", {at}, 50 * kMs, 40 * kMs, 80 * kMs, false, Choice::earlier},
      {"just before the next", {at}, 79 * kMs, 40 * kMs, 80 * kMs, false, Choice::earlier},
      {"nothing shown yet", {at}, 10 * kMs, {}, 20 * kMs, false, Choice::none},
      {"soon enough", {at, any, 10 * kMs}, 10 * kMs, {}, 20 * kMs, false, Choice::later},
      {"not soon enough", {at, any, 9 * kMs}, 10 * kMs, {}, 20 * kMs, false, Choice::none},
      {"too old", {at, 9 * kMs, any}, 50 * kMs, 40 * kMs, 80 * kMs, false, Choice::none},
      {"old enough", {at, 10 * kMs, any}, 50 * kMs, 40 * kMs, 80 * kMs, false, Choice::earlier},
      {"too old, the next will do",
       {at, 0, 40 * kMs},
       50 * kMs,
       40 * kMs,
       80 * kMs,
       false,
       Choice::later},
      {"both will do", {at, any, any}, 79 * kMs, 40 * kMs, 80 * kMs, false, Choice::earlier},
      {"past the end", {at}, 50 * kMs, 40 * kMs, {}, true, Choice::none},
      {"past the end, within a limit",
       {at, 10 * kMs},
       50 * kMs,
       40 * kMs,
       {},
       true,
       Choice::earlier},
      {"past the end, not within it", {at, 9 * kMs}, 50 * kMs, 40 * kMs, {}, true, Choice::none},
      {"nearer before", {nearest}, 59 * kMs, 40 * kMs, 80 * kMs, false, Choice::earlier},
      {"nearer after", {nearest}, 61 * kMs, 40 * kMs, 80 * kMs, false, Choice::later},
      {"as near", {nearest}, 60 * kMs, 40 * kMs, 80 * kMs, false, Choice::earlier},
      {"nearest before the first", {nearest}, 0, {}, 80 * kMs, false, Choice::later},
      {"nearer, but too far",
       {nearest, 10 * kMs},
       55 * kMs,
       40 * kMs,
       80 * kMs,
       false,
       Choice::later},
      {"both too far", {nearest, 1, 1}, 60 * kMs, 40 * kMs, 80 * kMs, false, Choice::none},
      {"nearest past the end", {nearest}, 60 * kMs, 40 * kMs, {}, true, Choice::none},
      {"begins there", {next}, 40 * kMs, 40 * kMs, 80 * kMs, false, Choice::earlier},
      {"begins later", {next}, 41 * kMs, 40 * kMs, 80 * kMs, false, Choice::later},
      {"begins too late", {next, any, 38 * kMs}, 41 * kMs, 40 * kMs, 80 * kMs, false, Choice::none},
      {"none begins", {next}, 41 * kMs, 40 * kMs, {}, false, Choice::none},
      {"rounded up", {at, 0, 0}, 41'666'666, 42 * kMs, 83 * kMs, false, Choice::earlier},
      {"rounded down", {at, 0, 0}, 41'666'666, 41'200'000, 83 * kMs, false, Choice::earlier},
  };
  for (const Case &c : cases)
    EXPECT_EQ (choose (c.rule, c.time, c.earlier, c.later, c.past_end), c.expected) << c.name;
}

TEST (FrameChoice, AFrameBeginsHalfAMillisecondEarly)
{
  EXPECT_FALSE (is_after (42 * kMs, 41'666'666));
  EXPECT_FALSE (is_after (42 * kMs, 41'500'000));
  EXPECT_TRUE (is_after (42 * kMs, 41'499'999));
}

std::vector<Target> all (Targets targets)
{
  std::vector<Target> list;
  for (; !targets.done (); targets.advance ()) list.push_back (targets.current ());
  return list;
}

TEST (Targets, ListInOrderOfTimeWithItsPlaces)
{
  const auto list = all (Targets (std::vector<Nanoseconds>{30, 10, 20, 10}));
  ASSERT_EQ (list.size (), 4u);
  const Target expected[] = {{1, 10}, {3, 10}, {2, 20}, {0, 30}};
  for (std::size_t i = 0; i < 4; i++) {
    EXPECT_EQ (list[i].index, expected[i].index);
    EXPECT_EQ (list[i].time, expected[i].time);
  }
  EXPECT_TRUE (Targets ().done ());
  EXPECT_TRUE (Targets (std::vector<Nanoseconds>{}).done ());
}

TEST (Targets, TicksDoNotDrift)
{
  Targets ticks (7, 30000, 1001, 100'000 * kSecond);
  for (std::uint64_t k = 0; k < 100'000; k++, ticks.advance ()) {
    ASSERT_FALSE (ticks.done ());
    const auto exact = (static_cast<long double> (k) * 1001 * kSecond) / 30000;
    ASSERT_EQ (ticks.current ().index, k);
    ASSERT_NEAR (static_cast<double> (ticks.current ().time - 7 - exact), -0.5, 0.5001) << k;
  }
}

TEST (Targets, TicksEndBeforeTheStop)
{
  EXPECT_EQ (all (Targets (0, 2, 1, kSecond)).size (), 2u);
  EXPECT_EQ (all (Targets (0, 2, 1, kSecond + 1)).size (), 3u);
  EXPECT_EQ (all (Targets (kSecond, 2, 1, kSecond)).size (), 0u);
  Targets last (0, 2, 1, kSecond);
  EXPECT_EQ (last.next_time (), kSecond / 2);
  last.advance ();
  EXPECT_EQ (last.next_time (), kUnlimited);
}

TEST (Targets, SkipsToATime)
{
  Targets ticks (kSecond, 30000, 1001, kUnlimited);
  ticks.skip_before (3600 * kSecond);
  EXPECT_GE (ticks.current ().time, 3600 * kSecond);
  EXPECT_LT (ticks.current ().time, 3600 * kSecond + kSecond / 29);
  const std::uint64_t index = ticks.current ().index;
  ticks.skip_before (0);
  EXPECT_EQ (ticks.current ().index, index);
  Targets list (std::vector<Nanoseconds>{5, 1, 3});
  list.skip_before (3);
  EXPECT_EQ (list.current ().index, 2u);
}

TEST (Targets, EndlessTicksDoNotOverflow)
{
  const Targets ticks (kUnlimited - 5, 1, 2147483647, kUnlimited);
  EXPECT_FALSE (ticks.done ());
  EXPECT_EQ (ticks.next_time (), kUnlimited);
}

TEST (ParseTimes, WhatIsRead)
{
  std::vector<Nanoseconds> times;
  std::string problem;
  ASSERT_TRUE (parse_times (" 1.5, 3 ,00:01:02.250,2:05,0.000000001 ", times, problem));
  EXPECT_EQ (times,
             (std::vector<Nanoseconds>{1500 * kMs, 3 * kSecond, 62'250 * kMs, 125 * kSecond, 1}));
  ASSERT_TRUE (parse_times ("", times, problem));
  EXPECT_TRUE (times.empty ());
  ASSERT_TRUE (parse_times ("90:00", times, problem));
  EXPECT_EQ (times.at (0), 5400 * kSecond);
  // As far as 64 bits reach.
  ASSERT_TRUE (
      parse_times ("2562048,9223372036.854775807,153722867:16.854775807,"
                   "2562047:47:16.854775807",
                   times, problem));
  EXPECT_EQ (times,
             (std::vector<Nanoseconds>{2'562'048 * kSecond, kUnlimited, kUnlimited, kUnlimited}));
}

TEST (ParseTimes, WhatIsNot)
{
  for (const char *text : {"x",
                           "1,,2",
                           "1,",
                           ",1",
                           "-1",
                           "1.",
                           ".5",
                           "1.0000000001",
                           "1:60",
                           "1:60:00",
                           "1:2:3:4",
                           "1e3",
                           "1.5.2",
                           "99999999999999999999",
                           "1 2",
                           "9999999999999:00:00",
                           "+1",
                           "1.-5",
                           "9223372036.854775808",
                           "9223372037",
                           "153722867:16.854775808",
                           "153722867:17",
                           "2562047:47:16.854775808",
                           "2562048:00:00"}) {
    std::vector<Nanoseconds> times = {42};
    std::string problem;
    EXPECT_FALSE (parse_times (text, times, problem)) << text;
    EXPECT_EQ (times, std::vector<Nanoseconds>{42}) << text;
  }
}

TEST (SeekAdvice, LearnsTheDistanceOfKeyframes)
{
  SeekAdvice advice;
  EXPECT_FALSE (advice.worth (4 * kSecond));
  EXPECT_TRUE (advice.worth (10 * kSecond));
  // Keyframes every second: half of that is decoded after a seek.
  for (int i = 1; i < 20; i++)
    advice.landed (0, 100 * i * kSecond, 100 * i * kSecond - kSecond / 2);
  EXPECT_TRUE (advice.worth (2 * kSecond));
  EXPECT_FALSE (advice.worth (kSecond));
}

TEST (SeekAdvice, LearnsThatASeekWasInVain)
{
  SeekAdvice advice;
  advice.landed (100 * kSecond, 110 * kSecond, 90 * kSecond);
  EXPECT_FALSE (advice.worth (15 * kSecond));
  EXPECT_TRUE (advice.worth (30 * kSecond));
}

}  // namespace
}  // namespace quad
