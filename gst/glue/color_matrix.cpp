#include "glue/color_matrix.h"

namespace quad {
namespace {

struct Affine {
  double m[3][3];
  double b[3];
};

// First `a`, then `then`.
Affine chained (const Affine &a, const Affine &then)
{
  Affine r = {};
  for (int i = 0; i < 3; i++) {
    r.b[i] = then.b[i];
    for (int k = 0; k < 3; k++) {
      r.b[i] += then.m[i][k] * a.b[k];
      for (int j = 0; j < 3; j++) r.m[i][j] += then.m[i][k] * a.m[k][j];
    }
  }
  return r;
}

// Code values to 0 ... 1 (luma, R G B) and -1/2 ... 1/2 (chroma), or back.
Affine scaling (const GstVideoInfo &info, const GstVideoColorimetry &c, bool to_codes)
{
  gint offset[GST_VIDEO_MAX_COMPONENTS], scale[GST_VIDEO_MAX_COMPONENTS];
  gst_video_color_range_offsets (c.range, info.finfo, offset, scale);
  Affine r = {};
  for (int i = 0; i < 3; i++) {
    r.m[i][i] = to_codes ? scale[i] : 1.0 / scale[i];
    r.b[i] = to_codes ? offset[i] : -double (offset[i]) / scale[i];
  }
  return r;
}

// Y' Cb Cr to R' G' B', or back; the identity for RGB.
Affine matrix (const GstVideoInfo &info, const GstVideoColorimetry &c, bool to_rgb)
{
  if (GST_VIDEO_INFO_IS_RGB (&info)) return {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, {}};
  double kr = 0.299, kb = 0.114;
  gst_video_color_matrix_get_Kr_Kb (c.matrix, &kr, &kb);
  const double kg = 1 - kr - kb;
  if (to_rgb)
    return {{{1, 0, 2 * (1 - kr)},
             {1, -2 * kb * (1 - kb) / kg, -2 * kr * (1 - kr) / kg},
             {1, 2 * (1 - kb), 0}},
            {}};
  return {{{kr, kg, kb},
           {-kr / (2 * (1 - kb)), -kg / (2 * (1 - kb)), 0.5},
           {0.5, -kg / (2 * (1 - kr)), -kb / (2 * (1 - kr))}},
          {}};
}

}  // namespace

ColorMatrix color_matrix (const GstVideoInfo &from, const GstVideoInfo &to)
{
  const auto [a, b] = completed (from, to);
  Affine all = scaling (from, a, false);
  const bool both_yuv = !GST_VIDEO_INFO_IS_RGB (&from) && !GST_VIDEO_INFO_IS_RGB (&to);
  if (!both_yuv || a.matrix != b.matrix) {
    all = chained (all, matrix (from, a, true));
    all = chained (all, matrix (to, b, false));
  }
  all = chained (all, scaling (to, b, true));
  ColorMatrix r = {};
  for (int i = 0; i < 3; i++) {
    r.offset[i] = all.b[i];
    for (int k = 0; k < 3; k++) r.factor[i][k] = all.m[i][k];
  }
  return r;
}

}  // namespace quad
