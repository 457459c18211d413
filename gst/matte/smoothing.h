// Keeps a mask still where the picture is still.
#pragma once

#include <cstdint>
#include <vector>

#include "matte/small_picture.h"

namespace quad::matte {

inline constexpr double kMostSmoothing = 0.99;

// Averages masks over time where the picture does not change, and follows at once where it does.
// Change is measured against an average of the picture that follows in the same way, so a slow
// movement counts as soon as it adds up. Not thread safe.
class Smoother {
 public:
  // For masks of `size`. The next mask is taken as it is.
  void reset (Size size);

  // Smooths `mask`, whose picture is `guide` (three planes). `amount` is the part of the old mask
  // that stays where nothing moves: 0 to kMostSmoothing.
  void smooth (const SmallPicture &guide, double amount, SmallPicture &mask);

 private:
  void measure (const SmallPicture &guide);
  void follow (const SmallPicture &guide, int still, SmallPicture &mask);

  Size size_;
  bool first_ = true;
  // In 1/256 levels: the guide's planes, the mask.
  std::vector<std::uint16_t> guide_, mask_;
  std::vector<std::uint16_t> change_, row_sums_;  // see measure ()
};

}  // namespace quad::matte
