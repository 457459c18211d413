// The plain rule for frameextract's choice, as documented in core/frame_choice.h. It looks at all
// frames for each time.
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "core/frame_choice.h"

namespace quad::test {

// A frame as a full decode shows it; times from where the film begins.
struct Shown {
  Nanoseconds time = 0, end = 0;
  int number = -1;
  bool damaged = false;
};

inline constexpr Nanoseconds kEarly = 500'000;  // a frame counts as shown, or over, so much early

// Until when the last frame is shown, from its duration, the caps' framerate and how long the frame
// before it was shown (0: unknown), in a film that ends at `film`. Durations up to 1 ms count as
// none.
inline Nanoseconds plain_end (Nanoseconds begin, Nanoseconds said, Nanoseconds caps,
                              Nanoseconds previous, std::optional<Nanoseconds> film)
{
  constexpr Nanoseconds ms = 1'000'000;
  if (said > ms) return begin + said;
  const Nanoseconds by_caps = caps > ms ? caps : 0;
  if (film && *film > begin && *film - begin <= 10 * kSecond)
    return std::max ({*film, begin + by_caps, begin + ms});
  return begin + (by_caps > 0 ? by_caps : previous > ms ? previous : ms);
}

struct PlainRule {
  Policy policy = Policy::played_at;
  std::optional<Nanoseconds> before, after;  // none: any
};

// The frame for `time`; nullptr if there is none.
inline const Shown *plain_choice (const std::vector<Shown> &all, Nanoseconds time,
                                  const PlainRule &rule)
{
  const Shown *earlier = nullptr, *later = nullptr;
  for (const Shown &f : all) {
    if (f.time - kEarly <= time) earlier = &f;
    if (f.time - kEarly > time && !later) later = &f;
  }
  // If the first frame begins in the first second, it also counts for the times before it.
  if (!earlier && later && later->time <= kSecond && rule.policy == Policy::played_at &&
      !rule.after)
    return later;
  const bool over = !later && earlier && time >= earlier->end - kEarly;
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
