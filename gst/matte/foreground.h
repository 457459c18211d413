// The colours of the foreground where it lets the background through: without them, hair keeps the
// colour of the old background before a new one. Forte, Pitie, "Approximate Fast Foreground Colour
// Estimation" (ICIP 2021), "blur fusion": two passes on the mask's grid, then one sample by one.
#pragma once

#include <vector>

#include "matte/guided_filter.h"
#include "matte/small_picture.h"

namespace quad::matte {

// Not thread safe but for apply (), which several threads may call at once.
class Foreground {
 public:
  // For masks of `mask` and pictures of `picture`. Allocates if they are new.
  void prepare (Size mask, Size picture);

  // Estimates the colours on the grid. `lines` gives the refined alpha there.
  void estimate (const SmallPicture &guide, const GuidedFilter &lines);

  // Replaces the samples of `picture` in rows [first, end) of `area` by the foreground's, where
  // `alpha` is neither 0 nor 255. Rows are split at even ones, because two share chroma.
  void apply (const FrameView &picture, const Rect &area, const AlphaPlane &alpha, int first,
              int end) const;

  // Row `y` of the grid of what apply () mixes with: components 0 to 2 of the foreground, and those
  // of the background, 3 to 5.
  const float *around (int k, int y) const
  {
    const std::size_t width = std::size_t (mask_.width), height = std::size_t (mask_.height);
    const std::vector<float> &of = k < 3 ? front_ : back_;
    return of.data () + (std::size_t (k % 3) * height + std::size_t (y)) * width;
  }

 private:
  void pass (int radius, const SmallPicture &front, const SmallPicture &back);

  Size mask_, picture_;
  std::vector<Between> columns_;
  SmallPicture alpha_;                       // on the grid
  SmallPicture front_levels_, back_levels_;  // the first pass's
  std::vector<float> front_, back_;          // three planes each: the means around each position
};

}  // namespace quad::matte
