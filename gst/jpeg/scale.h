// At which of its sizes a JPEG is decoded.
#pragma once

#include <algorithm>
#include <array>
#include <functional>

#include "core/format.h"

namespace quad::jpeg {

// In eighths, as the inverse DCT has them: 1/8, 1/4, 1/2, 1.
inline constexpr std::array kScales{1, 2, 4, 8};
inline constexpr int kFullScale = 8;

// The size of a picture of `full` at a scale; partial samples count.
constexpr Size scaled (Size full, int scale)
{
  return {ceil_div (full.width * scale, kFullScale), ceil_div (full.height * scale, kFullScale)};
}

// Whether downstream takes frames of a size.
using Accepts = std::function<bool (Size)>;

// The smallest scale whose size is at least `headroom` times `target` in both directions, and that
// is accepted; the full one if there is none.
int scale_for_target (Size full, Size target, double headroom, const Accepts &accepts);

// The largest scale up to `most` whose size is accepted; `most` if there is none.
int largest_accepted (Size full, int most, const Accepts &accepts);

// The largest scale whose size is no larger than `limit`, in which 0 is no limit; the smallest one
// if none fits.
int scale_within (Size full, Size limit);

// Keeps the scale steady while what is needed changes: more is given at once, less only if it has
// been enough for some frames in a row. One thread at a time may use it.
class SteadyScale {
 public:
  static constexpr int kPatience = 10;  // frames

  // The scale to use, if `wanted` is the one that this frame needs. The first frame gets it.
  int next (int wanted);
  // The next frame is the first one.
  void reset () { *this = SteadyScale{}; }

 private:
  int scale_ = 0;    // none yet
  int smaller_ = 0;  // the largest wanted one of the frames that needed less
  int frames_ = 0;   // how many these are, in a row
};

}  // namespace quad::jpeg
