// The plain rule that frameextract's choice has to follow, as documented in core/frame_choice.h:
// looks at all frames for each time.
#pragma once

#include <optional>
#include <vector>

#include "core/frame_choice.h"

namespace quad::test {

// A frame as a full decode shows it.
struct Shown {
  Nanoseconds time = 0, end = 0;  // stream time
  int number = -1;
  bool damaged = false;
};

inline constexpr Nanoseconds kEarly = 500'000;  // how much early a frame counts as shown

struct PlainRule {
  Policy policy = Policy::played_at;
  std::optional<Nanoseconds> before, after;  // none: any
};

// Which of all frames is for `time`: nullptr where none is.
inline const Shown *plain_choice (const std::vector<Shown> &all, Nanoseconds time,
                                  const PlainRule &rule)
{
  const Shown *earlier = nullptr, *later = nullptr;
  for (const Shown &f : all) {
    if (f.time - kEarly <= time) earlier = &f;
    if (f.time - kEarly > time && !later) later = &f;
  }
  const bool over = !later && earlier && time >= earlier->end;
  bool earlier_fits = earlier && (!rule.before || time - earlier->time - kEarly <= *rule.before);
  if (over && !rule.before) earlier_fits = false;
  const bool later_fits = later && (!rule.after || later->time - time - kEarly <= *rule.after);
  if (rule.policy == Policy::next) {
    if (earlier && time - earlier->time <= kEarly) return earlier;
    return later_fits ? later : nullptr;
  }
  if (rule.policy == Policy::played_at) {
    if (earlier_fits) return earlier;
    return later_fits && rule.after ? later : nullptr;
  }
  if (!earlier_fits || !later_fits) return earlier_fits ? earlier : later_fits ? later : nullptr;
  return time - earlier->time <= later->time - time ? earlier : later;
}

}  // namespace quad::test
