// The one place for colours: matrices, ranges, and what caps leave open of them.
#pragma once

#include <gst/video/video.h>

#include <optional>
#include <string>

#include "core/scene.h"

namespace quad {

// The colorimetries of two pictures, one of which is converted to the other. Only transfer function
// and primaries may still be unknown, and then they are in both.
struct Colorimetries {
  GstVideoColorimetry from;
  GstVideoColorimetry to;
};

// `c` with the light of SDR, if that is unknown and the matrix is one that only SDR has: that of
// JPEGs, and of files that name no more.
GstVideoColorimetry with_implied_light (GstVideoColorimetry c);

// Completes two colorimetries. What the matrix implies comes first. Unknown transfer functions and
// primaries are taken from the other picture; unknown range and matrix only if both are RGB or
// neither is. The rest are GStreamer's defaults.
Colorimetries completed_colorimetries (const GstVideoInfo &from, const GstVideoInfo &to);

// Completes range and matrix of one picture with GStreamer's defaults.
GstVideoColorimetry completed_colorimetry (const GstVideoInfo &info);

// True if all fields that both know are equal.
bool same_where_known (const GstVideoColorimetry &a, const GstVideoColorimetry &b);

// Whether it is that of PQ or HLG.
bool is_hdr (GstVideoTransferFunction transfer);

// Whether the primaries are not those of SDR standards, which count as one.
bool is_wide (GstVideoColorPrimaries primaries);

// `plain`, GStreamer's defaults for a format and size, with the light of SDR where they leave it
// open, as for gray.
GstVideoColorimetry sdr_of (const GstVideoColorimetry &plain);

// Whether pictures of `colors` should become SDR in the format of `info` if nobody says: HDR in 8
// bits shows bands, and what takes RGB of 8 bits (image files) mostly takes it for sRGB.
bool is_better_sdr (const GstVideoColorimetry &colors, const GstVideoInfo &info);

// True if one matrix converts between them: transfer functions and primaries are equal, unknown, or
// those of SDR standards.
bool same_light (const GstVideoColorimetry &a, const GstVideoColorimetry &b);

// True if pictures of `from` need no conversion beside pictures of `to`. Unknown fields count as
// equal. So do transfer functions and primaries of SDR standards, as usual.
bool same_pixels (const GstVideoInfo &from, const GstVideoInfo &to);

// A colour 0xAARRGGBB in the code values of `info`'s format, matrix and range.
Color color_of (guint argb, const GstVideoInfo &info);

// The weights of R', G' and B' in luma (ITU-T H.273 8.3); BT.601's where the matrix has none.
struct LumaWeights {
  double red, green, blue;
};
LumaWeights luma_weights (GstVideoColorMatrix matrix);

// Converts range, depth and matrix (ITU-T H.273 8.3, equations 38 to 43) between the completed
// colorimetries. Leaves primaries and transfer functions as they are. Gray is luma: between gray
// and YUV it stays as it is but for the range.
ColorMatrix color_matrix (const GstVideoInfo &from, const GstVideoInfo &to);

// color_matrix in integers.
ColorMap map_between (const GstVideoInfo &from, const GstVideoInfo &to);

// How the engine converts pictures of `from` on a canvas of `to`; none if only the places of
// samples differ. The light of both is the same (same_light).
std::optional<ColorMap> colors_between (const GstVideoInfo &from, const GstVideoInfo &to);

// Its name in caps; empty if no field is known.
std::string name_of (const GstVideoColorimetry &colorimetry);

}  // namespace quad
