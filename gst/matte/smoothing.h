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
  explicit Smoother (const RowOps &ops) : ops_ (&ops) {}

  // For pictures of `size` on the mask's grid, of three planes: red, green and blue, or luma and
  // chroma. All of the next one is new.
  void reset (Size size, bool rgb);

  // How much of each position of the next picture is new: 0 to 1. `amount` is the part of what is
  // old that stays where nothing moves: 0 to kMostSmoothing. Rows are padded, and valid until the
  // next call.
  Rows<const float> weigh (const SmallPicture &guide, double amount);

 private:
  void measure (const SmallPicture &guide, int y);
  void add_row (int y, bool away);
  Rows<std::uint16_t> kept (int y);

  const RowOps *ops_;
  Size size_;
  std::size_t stride_ = 0;
  int first_counts_ = 1;  // how often the first plane's change counts
  bool first_ = true;
  std::vector<std::uint16_t> kept_;     // three planes, see kept_of
  std::vector<std::uint16_t> changes_;  // of a row, between zeros
  std::vector<std::uint16_t> across_;   // their sums over a position's neighbours in the row
  std::vector<std::uint16_t> sums_;     // over the rows around the current one, too
  std::vector<float> weights_;
};

}  // namespace quad::matte
