// Times on the clock of a GIF, which counts hundredths of a second.
#pragma once

#include <cstdint>

namespace quad::gif {

// Each picture's time is rounded from where the first one was, and what has passed is counted:
// however long a clip, it is never more than a hundredth off.
class Clock {
 public:
  explicit Clock (std::int64_t first) : first_{first} {}

  // How long a picture is shown that begins where all before it ends, and lasts until
  // `time`, in nanoseconds. Below 0 where `time` is before that.
  std::int64_t until (std::int64_t time) const
  {
    constexpr std::int64_t kTick = 10'000'000;
    const std::int64_t from_first = time - first_;
    return (from_first + kTick / 2) / kTick - passed_;
  }
  // That much is over, written or left out.
  void pass (std::int64_t hundredths) { passed_ += hundredths; }

 private:
  std::int64_t first_;
  std::int64_t passed_ = 0;
};

}  // namespace quad::gif
