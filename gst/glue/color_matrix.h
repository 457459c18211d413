// From the code values of one colorimetry to those of another.
#pragma once

#include "glue/colorimetry.h"

namespace quad {

// out[c] = sum over k of factor[c][k] * in[k] + offset[c], in code values of the
// components (Y U V, or R G B) of both formats.
struct ColorMatrix {
  double factor[3][3];
  double offset[3];
};

// Range, depth and matrix (ITU-T H.273 8.3, equations 38 to 43) of completed colorimetries.
// Primaries and transfer functions are not changed.
ColorMatrix color_matrix (const GstVideoInfo &from, const GstVideoInfo &to);

}  // namespace quad
