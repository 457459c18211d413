// Conversions between formats in real numbers, by the standards' own equations. They share nothing
// with the engine's.
#pragma once

#include "core/color_map.h"
#include "core/format.h"

namespace quad::test {

// What the code values of a picture mean: the weights of red and blue in luma, and the range.
struct Colors {
  double red = 0.299;
  double blue = 0.114;
  bool full = false;

  bool operator== (const Colors &) const = default;
};

// BT.601, BT.709 and BT.2020, in both ranges.
inline constexpr Colors kColors[] = {{0.299, 0.114, false},   {0.299, 0.114, true},
                                     {0.2126, 0.0722, false}, {0.2126, 0.0722, true},
                                     {0.2627, 0.0593, false}, {0.2627, 0.0593, true}};

// From the code values of a picture to those of another (ITU-T H.273 8.3). Gray is luma.
ColorMatrix real_matrix (const FormatInfo &from, const Colors &a, const FormatInfo &to,
                         const Colors &b);

}  // namespace quad::test
