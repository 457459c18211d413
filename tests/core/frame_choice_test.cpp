#include "core/frame_choice.h"

#include <gtest/gtest.h>

#include <random>

namespace quad {
namespace {

constexpr Nanoseconds kMs = 1'000'000;
constexpr Nanoseconds kFar = 1'000'000 * kSecond;

struct Case {
  const char *name;
  ChoiceRule rule;
  Nanoseconds time;
  std::optional<Nanoseconds> earlier, later;
  bool past_end;
  FrameChoice expected;
};

TEST (FrameChoice, Table)
{
  constexpr auto at = Policy::played_at, nearest = Policy::nearest, next = Policy::next;
  constexpr auto any = kUnlimited;
  const Case cases[] = {
      {"on screen", {at}, 50 * kMs, 40 * kMs, 80 * kMs, false, FrameChoice::earlier},
      {"just before the next", {at}, 79 * kMs, 40 * kMs, 80 * kMs, false, FrameChoice::earlier},
      {"nothing shown yet", {at}, 10 * kMs, {}, 20 * kMs, false, FrameChoice::none},
      {"soon enough", {at, any, 10 * kMs}, 10 * kMs, {}, 20 * kMs, false, FrameChoice::later},
      {"not soon enough", {at, any, 9 * kMs}, 10 * kMs, {}, 20 * kMs, false, FrameChoice::none},
      {"too old", {at, 9 * kMs, any}, 50 * kMs, 40 * kMs, 80 * kMs, false, FrameChoice::none},
      {"old enough",
       {at, 10 * kMs, any},
       50 * kMs,
       40 * kMs,
       80 * kMs,
       false,
       FrameChoice::earlier},
      {"too old, the next will do",
       {at, 0, 40 * kMs},
       50 * kMs,
       40 * kMs,
       80 * kMs,
       false,
       FrameChoice::later},
      {"both will do", {at, any, any}, 79 * kMs, 40 * kMs, 80 * kMs, false, FrameChoice::earlier},
      {"past the end", {at}, 50 * kMs, 40 * kMs, {}, true, FrameChoice::none},
      {"past the end, within a limit",
       {at, 10 * kMs},
       50 * kMs,
       40 * kMs,
       {},
       true,
       FrameChoice::earlier},
      {"past the end, not within it",
       {at, 9 * kMs},
       50 * kMs,
       40 * kMs,
       {},
       true,
       FrameChoice::none},
      {"nearer before", {nearest}, 59 * kMs, 40 * kMs, 80 * kMs, false, FrameChoice::earlier},
      {"nearer after", {nearest}, 61 * kMs, 40 * kMs, 80 * kMs, false, FrameChoice::later},
      {"as near", {nearest}, 60 * kMs, 40 * kMs, 80 * kMs, false, FrameChoice::earlier},
      {"nearest before the first", {nearest}, 0, {}, 80 * kMs, false, FrameChoice::later},
      {"nearer, but too far",
       {nearest, 10 * kMs},
       55 * kMs,
       40 * kMs,
       80 * kMs,
       false,
       FrameChoice::later},
      {"both too far", {nearest, 1, 1}, 60 * kMs, 40 * kMs, 80 * kMs, false, FrameChoice::none},
      {"nearest past the end", {nearest}, 60 * kMs, 40 * kMs, {}, true, FrameChoice::none},
      {"begins there", {next}, 40 * kMs, 40 * kMs, 80 * kMs, false, FrameChoice::earlier},
      {"begins later", {next}, 41 * kMs, 40 * kMs, 80 * kMs, false, FrameChoice::later},
      {"begins too late",
       {next, any, 38 * kMs},
       41 * kMs,
       40 * kMs,
       80 * kMs,
       false,
       FrameChoice::none},
      {"none begins", {next}, 41 * kMs, 40 * kMs, {}, false, FrameChoice::none},
      {"rounded up", {at, 0, 0}, 41'666'666, 42 * kMs, 83 * kMs, false, FrameChoice::earlier},
      {"rounded down", {at, 0, 0}, 41'666'666, 41'200'000, 83 * kMs, false, FrameChoice::earlier},
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

TEST (FrameChoice, TheEndComesHalfAMillisecondEarly)
{
  EXPECT_FALSE (is_over (10 * kSecond, 9'999'499'999));
  EXPECT_TRUE (is_over (10 * kSecond, 9'999'500'000));
  EXPECT_TRUE (is_over (10'000'333'333, 10 * kSecond));
}

// Durations of up to a millisecond count as none.
TEST (FrameChoice, UntilWhenTheLastFrameIsShown)
{
  const struct {
    const char *name;
    FrameLength length;
    Nanoseconds film_end, expected;
  } cases[] = {
      {"its own duration", {40 * kMs, 20 * kMs, 30 * kMs}, kUnlimited, 1040 * kMs},
      {"whatever the film says", {40 * kMs, 0, 0}, 3 * kSecond, 1040 * kMs},
      {"just long enough", {kMs + 1, 20 * kMs, 0}, 3 * kSecond, 1001 * kMs + 1},
      {"1 ms", {kMs, 20 * kMs, 30 * kMs}, kUnlimited, 1020 * kMs},
      {"1 ns", {1, 0, 30 * kMs}, kUnlimited, 1030 * kMs},
      {"none, a rate of 1 ns", {0, 1, 30 * kMs}, kUnlimited, 1030 * kMs},
      {"nothing known", {0, 0, 0}, kUnlimited, 1001 * kMs},
      {"two frames of one time", {0, 0, 1}, kUnlimited, 1001 * kMs},
      {"the film goes on", {0, 20 * kMs, 0}, 3250 * kMs, 3250 * kMs},
      {"the film goes on for less than the frame before",
       {0, 0, 2 * kSecond},
       3250 * kMs,
       3250 * kMs},
      {"the film ends before a frame is over", {kMs, 20 * kMs, 0}, 1010 * kMs, 1020 * kMs},
      {"the film ended before", {0, 0, 30 * kMs}, kSecond, 1030 * kMs},
      {"the film goes on as far", {0, 20 * kMs, 0}, 11 * kSecond, 11 * kSecond},
      {"the film was cut off", {0, 20 * kMs, 0}, 11 * kSecond + 1, 1020 * kMs},
      {"as far as times reach", {kUnlimited, 0, 0}, kUnlimited, kUnlimited},
  };
  for (const auto &c : cases)
    EXPECT_EQ (last_end (kSecond, c.length, c.film_end), c.expected) << c.name;
}

// Between two frames, a choice is valid exactly until the time that it gives.
TEST (FrameChoice, HowLongAChoiceStaysTheSame)
{
  std::mt19937 random (35);
  const auto below = [&] (int n) {
    return static_cast<Nanoseconds> (random () % static_cast<unsigned> (n));
  };
  for (int round = 0; round < 20'000; round++) {
    // In steps of half a millisecond.
    constexpr Nanoseconds step = kRounding;
    std::optional<Nanoseconds> earlier, later;
    const Nanoseconds gap = 1 + below (30);
    if (below (4)) earlier = 50 * step;
    if (below (4)) later = (50 + gap) * step;
    ChoiceRule rule;
    if (below (3)) rule.before = below (40) * step;
    if (below (3)) rule.after = below (40) * step;
    const auto at = [&] (Nanoseconds time) { return choose (rule, time, earlier, later); };
    const Nanoseconds begin = (50 + below (static_cast<int> (gap))) * step;
    if (later && !is_after (*later, begin)) continue;
    const Nanoseconds until = same_until (rule, begin, earlier, later);
    ASSERT_GT (until, begin);
    const Nanoseconds last = later ? *later - kRounding : begin + 100 * step;
    ASSERT_TRUE (!later || until <= last);
    for (Nanoseconds t = begin; t < std::min (until, last); t += step)
      ASSERT_EQ (at (t), at (begin));
    if (until < last) {
      ASSERT_NE (at (until), at (begin));
    }
  }
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

// Compared with counting, at rates up to two ticks a nanosecond.
TEST (Targets, SkipAndCountAsOneByOne)
{
  std::mt19937_64 random (156);
  const auto below = [&] (std::uint64_t n) { return static_cast<Nanoseconds> (random () % n); };
  for (int round = 0; round < 20'000; round++) {
    const int n = 1 + static_cast<int> (below (2) ? below (120) : below (2'147'483'647));
    const int d = 1 + static_cast<int> (below (2) ? below (1001) : below (2'147'483'647));
    const Nanoseconds first = below (3) ? below (100 * kSecond) : -below (kSecond);
    const Nanoseconds tick = std::max<Nanoseconds> (1, d * kSecond / n);
    const Nanoseconds stop =
        below (2) ? kUnlimited
                  : first + 1 + below (static_cast<std::uint64_t> (std::min (tick, kSecond) * 20));
    const Nanoseconds time =
        first + below (static_cast<std::uint64_t> (std::min (tick, kFar) * 12));
    Targets steps (first, n, d, stop), skips = steps;
    const std::uint64_t count = steps.count_before (time);
    std::uint64_t counted = 0;
    for (; counted < 50 && !steps.done () && steps.current ().time < time; counted++)
      steps.advance ();
    if (counted == 50) continue;
    ASSERT_EQ (count, counted) << n << "/" << d;
    skips.skip_before (time);
    ASSERT_EQ (skips.done (), steps.done ());
    if (!steps.done ()) {
      ASSERT_EQ (skips.current ().index, steps.current ().index);
    }
  }
}

// Skips millions of ticks in one step, to any time.
TEST (Targets, SkipsAnyDistanceAtOnce)
{
  for (const int n : {1, 30, 2'147'483'647})
    for (const int d : {1, 1001, 2'147'483'647})
      for (const Nanoseconds first : {Nanoseconds{0}, Nanoseconds{-5}, kUnlimited - 5})
        for (const Nanoseconds time :
             {95'443 * kSecond, kUnlimited / 2, kUnlimited - 1, kUnlimited}) {
          Targets ticks (first, n, d, kUnlimited);
          ticks.skip_before (time);
          EXPECT_TRUE (ticks.done () || ticks.current ().time >= time) << n << "/" << d;
          if (!ticks.done ()) {
            EXPECT_GT (ticks.next_time (), 0);
          }
        }
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
  // Up to the limits of 64 bits.
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

TEST (ParseTimes, OneTime)
{
  EXPECT_EQ (parse_time (" 100 "), 100 * kSecond);
  EXPECT_EQ (parse_time ("1:40"), 100 * kSecond);
  EXPECT_EQ (parse_time ("00:01:02.250"), 62'250 * kMs);
  for (const char *text : {"", " ", "1,2", "100s", "-1", "1:60"})
    EXPECT_FALSE (parse_time (text)) << text;
}

TEST (SeekAdvice, TimesAtTheEndOfAllTimes)
{
  SeekAdvice advice;
  const Nanoseconds times[] = {-kUnlimited, -1, 0, 1, kUnlimited / 2, kUnlimited - 1, kUnlimited};
  for (const Nanoseconds from : times)
    for (const Nanoseconds target : times)
      for (const Nanoseconds keyframe : times) advice.landed (from, target, keyframe);
  EXPECT_FALSE (advice.worth (kSecond));
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
