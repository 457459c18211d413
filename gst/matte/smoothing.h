// Says where a picture is still, so that its alpha can be kept still there.
#pragma once

#include <cstdint>
#include <vector>

#include "matte/row_ops.h"
#include "matte/small_picture.h"

namespace quad::matte {

inline constexpr double kMostSmoothing = 0.99;

// Alpha is averaged over time where the picture does not change, and follows at once where it does.
// Change is measured against an average of the picture that follows in the same way, so a slow
// movement counts as soon as it adds up. Not thread safe.
class Smoother {
 public:
  // For pictures of `size` on the mask's grid, of three planes: red, green and blue, or luma and
  // chroma. All of the next one is new.
  void reset (Size size, bool rgb);

  // How much of each position of the next picture is new: 0 to 1. `amount` is the
  // part of what is old that stays where nothing moves: 0 to kMostSmoothing. Rows are padded, and
  // valid until the next call.
  Rows<const float> weigh (const SmallPicture &guide, double amount);

 private:
  void measure (const SmallPicture &guide);
  void follow (const SmallPicture &guide, int still);

  Size size_;
  int first_counts_ = 1;  // how often the first plane's change counts
  bool first_ = true;
  std::vector<std::uint16_t> guide_;              // planes, in 1/256 levels
  std::vector<std::uint16_t> change_, row_sums_;  // see measure ()
  std::vector<float> weights_;
};

}  // namespace quad::matte
