// Times on the clock of a GIF, which counts hundredths of a second.
#pragma once

#include <cstdint>

namespace quad::gif {

// Rounds each picture's time from the first one's, and counts the hundredths that have passed.
// Rounding errors do not add up, however long a clip.
class Clock {
 public:
  explicit Clock (std::int64_t first) : first_{first} {}

  // How many hundredths a picture is shown that begins now and ends at `time`, in nanoseconds.
  // Negative if `time` is before now.
  std::int64_t until (std::int64_t time) const
  {
    constexpr std::int64_t kTick = 10'000'000;
    const std::int64_t from_first = time - first_;
    return (from_first + kTick / 2) / kTick - passed_;
  }
  // Moves now on by this much, written or left out.
  void pass (std::int64_t hundredths) { passed_ += hundredths; }

 private:
  std::int64_t first_;
  std::int64_t passed_ = 0;
};

}  // namespace quad::gif
