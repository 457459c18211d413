// The one place for colours: matrices, ranges, and what caps leave open of them.
#pragma once

#include <gst/video/video.h>

#include "core/scene.h"

namespace quad {

// The colorimetries of two pictures, one of which is converted to the other. Only transfer function
// and primaries may still be unknown, and then they are in both.
struct Colorimetries {
  GstVideoColorimetry from;
  GstVideoColorimetry to;
};

// What one picture leaves open is taken from the other: transfer function and primaries always,
// range and matrix only if both are RGB or neither is. For the rest GStreamer's defaults are taken.
Colorimetries completed_colorimetries (const GstVideoInfo &from, const GstVideoInfo &to);

// Range and matrix of one picture alone.
GstVideoColorimetry completed_colorimetry (const GstVideoInfo &info);

// `from` with the colorimetry that it is taken to have beside `to`.
GstVideoInfo completed_beside (const GstVideoInfo &from, const GstVideoInfo &to);

// Whether all that both know is the same.
bool same_where_known (const GstVideoColorimetry &a, const GstVideoColorimetry &b);

// Whether one matrix is enough to convert between them. Transfer functions and primaries are the
// same, unknown, or those of SDR standards.
bool same_light (const GstVideoColorimetry &a, const GstVideoColorimetry &b);

// Whether pictures of `from` can stand beside pictures of `to` without a conversion. What either
// leaves unknown counts as the same. So do transfer functions and primaries of SDR standards, which
// is usual.
bool same_pixels (const GstVideoInfo &from, const GstVideoInfo &to);

// A colour 0xAARRGGBB in the code values of `info`'s format, matrix and range.
Color color_of (guint argb, const GstVideoInfo &info);

// The weights of R', G' and B' in luma (ITU-T H.273 8.3); BT.601's where the matrix has none.
struct LumaWeights {
  double red, green, blue;
};
LumaWeights luma_weights (GstVideoColorMatrix matrix);

// From the code values of one colorimetry to those of another:
// out[c] = sum over k of factor[c][k] * in[k] + offset[c], with the components (Y U V, or R G B) of
// both formats.
struct ColorMatrix {
  double factor[3][3];
  double offset[3];
};

// Converts range, depth and matrix (ITU-T H.273 8.3, equations 38 to 43) between the completed
// colorimetries. Leaves primaries and transfer functions as they are.
ColorMatrix color_matrix (const GstVideoInfo &from, const GstVideoInfo &to);

}  // namespace quad
