// Fuzzes core/frame_choice: compares it with the plain rule of the tests and with arithmetic of 128
// bits.
#include <algorithm>
#include <cstdio>

#include "core/frame_choice.h"
#include "elements/extract/plain_choice.h"
#include "input.h"

namespace quad::fuzz {
namespace {

using Wide = __int128;

// `any`: any value of the type.
Nanoseconds some_time (Input &in, bool any)
{
  switch (in.between (0, any ? 5 : 3)) {
    case 0: return in.between<Nanoseconds> (0, 20'000'000);
    case 1: return in.between<Nanoseconds> (0, 40) * kRounding;
    case 2: return in.between<Nanoseconds> (0, 3'600 * kSecond);
    case 3: return in.between<Nanoseconds> (0, 8) * (kRounding - 1);
    case 4: return kUnlimited - in.between<Nanoseconds> (0, 3);
    default: return in.between<Nanoseconds> (0, kUnlimited);
  }
}

void try_choose (Input &in)
{
  std::vector<test::Shown> all (in.between<std::size_t> (0, 12));
  for (test::Shown &f : all) f.time = some_time (in, false);
  std::stable_sort (all.begin (), all.end (),
                    [] (const auto &a, const auto &b) { return a.time < b.time; });
  for (std::size_t i = 0; i < all.size (); i++)
    all[i].end =
        i + 1 < all.size () ? all[i + 1].time : all[i].time + in.between<Nanoseconds> (0, kSecond);
  test::PlainRule plain;
  ChoiceRule rule;
  rule.policy = plain.policy = static_cast<Policy> (in.between (0, 2));
  if (in.flip ()) plain.before = rule.before = some_time (in, false);
  if (in.flip ()) plain.after = rule.after = some_time (in, false);
  for (int i = 0; i < 8; i++) {
    const Nanoseconds time = some_time (in, false);
    const test::Shown *earlier = nullptr, *later = nullptr;
    for (const test::Shown &f : all) {
      if (!is_after (f.time, time))
        earlier = &f;
      else if (!later)
        later = &f;
    }
    const auto begin = [] (const test::Shown *f) {
      return f ? std::optional (f->time) : std::nullopt;
    };
    const bool past_end = !later && earlier && is_over (earlier->end, time);
    // As frameextract does with the first frame.
    ChoiceRule used = rule;
    if (!earlier && later && later->time <= kSecond && used.policy == Policy::played_at &&
        used.after == kUnlimited)
      used.after = later->time;
    const FrameChoice choice = choose (used, time, begin (earlier), begin (later), past_end);
    const test::Shown *got = choice == FrameChoice::earlier ? earlier
                             : choice == FrameChoice::later ? later
                                                            : nullptr;
    require (got == plain_choice (all, time, plain), "the frame that is chosen");
  }
}

struct Ticks {
  Nanoseconds first, stop;
  int numerator, denominator;

  Targets targets () const { return {first, numerator, denominator, stop}; }
  Wide at (Wide k) const { return Wide{first} + k * denominator * kSecond / numerator; }
};

void try_ticks (Input &in)
{
  constexpr int kMost = std::numeric_limits<int>::max ();
  Ticks ticks;
  ticks.first = some_time (in, true);
  ticks.stop = some_time (in, true);
  ticks.numerator = in.between (1, in.flip () ? 240 : kMost);
  ticks.denominator = in.between (1, in.flip () ? 1001 : kMost);
  Targets counted = ticks.targets ();
  for (int k = 0; k < 20 && !counted.done (); k++) {
    const Wide want = ticks.at (k);
    require (want >= kUnlimited || counted.current ().time == want, "a tick's time");
    require (counted.current ().time < ticks.stop, "a tick past the stop");
    const bool apart = ticks.denominator * kSecond >= ticks.numerator;
    const Nanoseconds next = counted.next_time ();
    require (!apart || next > counted.current ().time, "the next tick's time");
    counted.advance ();
  }
  const Nanoseconds before = some_time (in, true);
  Targets skipped = ticks.targets ();
  skipped.skip_before (before);
  if (skipped.done ()) return;
  const Target now = skipped.current ();
  require (now.time >= before, "ticks before a time are skipped");
  if (now.index == 0) return;
  const Wide prior = ticks.at (Wide{now.index} - 1);
  require (prior < before || prior >= kUnlimited, "no more ticks are skipped");
}

void try_list (Input &in)
{
  std::vector<Nanoseconds> times (in.between<std::size_t> (0, 20));
  for (Nanoseconds &time : times) time = some_time (in, true);
  const Nanoseconds before = some_time (in, true);
  Targets targets (times);
  targets.skip_before (before);
  Nanoseconds last = before;
  std::ptrdiff_t left = 0;
  for (; !targets.done (); targets.advance (), left++) {
    require (targets.current ().time >= last, "times in order");
    require (times.at (targets.current ().index) == targets.current ().time, "a time's index");
    last = targets.current ().time;
  }
  const auto wanted = [before] (Nanoseconds time) { return time >= before; };
  require (left == std::count_if (times.begin (), times.end (), wanted), "all times");
}

// Checks only that nothing overflows.
void try_advice (Input &in)
{
  SeekAdvice advice;
  for (int i = 0; i < 10; i++) {
    const Nanoseconds from = some_time (in, true), target = some_time (in, true);
    const Nanoseconds keyframe = some_time (in, true);
    if (from <= target) advice.landed (from, target, keyframe);
    (void)advice.worth (some_time (in, true));
  }
}

// A time that is read can be written and read again.
void try_text (Input &in)
{
  std::vector<Nanoseconds> times, again;
  std::string problem, text;
  if (!parse_times (in.rest (), times, problem)) return;
  for (const Nanoseconds time : times) {
    require (time >= 0, "a time of a text is no less than 0");
    char number[64];
    std::snprintf (number, sizeof number, "%s%lld.%09lld", text.empty () ? "" : ",",
                   static_cast<long long> (time / kSecond),
                   static_cast<long long> (time % kSecond));
    text += number;
  }
  if (times.empty ()) return;
  require (parse_times (text, again, problem) && again == times, "a text's round trip");
}

}  // namespace

void try_input (Input &in)
{
  try_choose (in);
  try_ticks (in);
  try_list (in);
  try_advice (in);
  try_text (in);
}

}  // namespace quad::fuzz
