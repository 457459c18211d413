// Conversion between the components of two formats, in integers (docs/pixels.md, "Conversion").
#pragma once

#include <array>
#include <cstdint>

#include "pixel_math.h"

namespace quad {

// The same conversion in real numbers, in code values of both formats:
// out[c] = to_zero[c] + sum over k of factor[c][k] * (in[k] - from_zero[k]). Components are Y U V,
// or R G B. A component that the source does not have counts as from_zero.
struct ColorMatrix {
  double factor[3][3] = {};
  double from_zero[3] = {};  // the code of black, and of no colour in chroma
  double to_zero[3] = {};
  bool from_rgb = false;
};

// out[c] = (sum over k of factor[c][k] * m[k] + offset[c]) >> shift, clamped to the codes of the
// canvas's depth. m[k] is a component of the source as an intermediate of map_bits (depth)
// fraction bits. All sums fit in 32 bits.
struct ColorMap {
  std::array<std::array<std::int16_t, 3>, 3> factor = {};
  std::array<std::int32_t, 3> offset = {};  // with what rounds half up
  int shift = 0;
  // Whether a component of the canvas is that of the source, unchanged.
  std::array<bool, 3> same = {};

  bool operator== (const ColorMap &) const = default;
};

// Fixes `matrix` in integers, for samples of these depths. Grey stays grey exactly: R, G and B
// become equal, and U and V what has no colour.
ColorMap color_map (const ColorMatrix &matrix, int from_depth, int to_depth);

}  // namespace quad
