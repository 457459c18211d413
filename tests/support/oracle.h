// The pixel contract in real numbers: slow and obvious. It shares with the engine only the
// description of formats and scenes.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "core/scene.h"
#include "picture.h"

namespace quad::test {

// The share of source sample `index` in an output sample.
struct Share {
  int index;
  double weight;
};

// The weight at distance `x` of the kernel named `kernel`, by the oracle's own formula. Throws
// std::invalid_argument for an unknown kernel: add a formula with each new kernel.
double real_weight (std::string_view kernel, double x);

// The shares of an output sample at source position `centre`. Neighbouring outputs lie `step` apart
// (any sign), and only samples [lo, hi) are seen.
std::vector<Share> shares_at (Filter filter, double centre, double step, int lo, int hi);

// The samples of a raster; alpha is a channel of each raster whose colours it weights.
struct RealPlane {
  Size size;
  int channels = 0;
  std::vector<double> value;

  double &at (int x, int y, int c)
  {
    return value[(std::size_t (y) * std::size_t (size.width) + std::size_t (x)) *
                     std::size_t (channels) +
                 std::size_t (c)];
  }
  double at (int x, int y, int c) const { return const_cast<RealPlane *> (this)->at (x, y, c); }
};

struct RealFrame {
  PixelFormat format = PixelFormat::unknown;
  std::array<RealPlane, kMaxPlanes> raster;
};

// The canvas in code values, not rounded, clamped to their range. Colours of
// alpha formats are straight. Tiles of other formats than the canvas's are converted by `matrices`,
// one for each tile; it may be empty if there are none.
RealFrame render (const Scene &scene, const std::vector<ColorMatrix> &matrices = {});

// How far drawn samples are from the truth. `worst` is the greatest distance in code values of
// colours and alpha. With alpha, a colour's distance is multiplied by alpha / 255, the share of it
// that is seen.
struct Distance {
  double worst = 0;
  double worst_rounded = 0;  // to the truth rounded to code values
  std::string where;
};

Distance distance (const RealFrame &truth, const Picture &drawn);

}  // namespace quad::test
