#include "glue/colorimetry.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "glue/owned.h"

namespace quad {
namespace {

// 0 is UNKNOWN in each of GStreamer's enumerations of colours.
template <typename T>
bool known (T value)
{
  return static_cast<int> (value) != 0;
}

template <typename T>
bool alike (T a, T b)
{
  return a == b || !known (a) || !known (b);
}

// Fills an unknown `value` from `other`.
template <typename T>
void fill (T &value, T other)
{
  if (!known (value)) value = other;
}

void fill_codes (GstVideoColorimetry &c, const GstVideoColorimetry &other)
{
  fill (c.range, other.range);
  fill (c.matrix, other.matrix);
}

void fill_light (GstVideoColorimetry &c, const GstVideoColorimetry &other)
{
  fill (c.transfer, other.transfer);
  fill (c.primaries, other.primaries);
}

// The first code value of each component, and the number of codes from 0 to 1 (chroma: from -1/2 to
// 1/2).
struct Levels {
  gint offset[GST_VIDEO_MAX_COMPONENTS];
  gint scale[GST_VIDEO_MAX_COMPONENTS];
};

Levels levels_of (const GstVideoInfo &info, GstVideoColorRange range)
{
  Levels l = {};
  gst_video_color_range_offsets (range, info.finfo, l.offset, l.scale);
  return l;
}

using Triple = std::array<double, 3>;

// Y', Cb and Cr of R', G' and B'; Cb and Cr from -1/2 to 1/2.
Triple to_ycc (const Triple &rgb, const LumaWeights &w)
{
  const double y = w.red * rgb[0] + w.green * rgb[1] + w.blue * rgb[2];
  return {y, (rgb[2] - y) / (2 * (1 - w.blue)), (rgb[0] - y) / (2 * (1 - w.red))};
}

struct Matrix {
  double m[3][3];
};

// `a` followed by `then`.
Matrix chained (const Matrix &a, const Matrix &then)
{
  Matrix r = {};
  for (int i = 0; i < 3; i++)
    for (int k = 0; k < 3; k++)
      for (int j = 0; j < 3; j++) r.m[i][j] += then.m[i][k] * a.m[k][j];
  return r;
}

// Gray has one component, which counts as luma.
int components_of (const GstVideoInfo &info)
{
  return std::min (3, static_cast<int> (GST_VIDEO_INFO_N_COMPONENTS (&info)));
}

// From code values less that of zero to 0 ... 1 (chroma: -1/2 ... 1/2), or back. Components that
// the format does not have are 0.
Matrix scaling (const GstVideoInfo &info, const GstVideoColorimetry &c, bool to_codes)
{
  const Levels levels = levels_of (info, c.range);
  Matrix r = {};
  for (int i = 0; i < components_of (info); i++)
    r.m[i][i] = to_codes ? levels.scale[i] : 1.0 / levels.scale[i];
  return r;
}

void set_zero (const GstVideoInfo &info, const GstVideoColorimetry &c, double (&zero)[3])
{
  const Levels levels = levels_of (info, c.range);
  for (int i = 0; i < components_of (info); i++) zero[i] = levels.offset[i];
}

// From Y' Cb Cr to R' G' B'; the identity for RGB.
Matrix to_rgb (const GstVideoInfo &info, const GstVideoColorimetry &c)
{
  if (GST_VIDEO_INFO_IS_RGB (&info)) return {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
  const auto [kr, kg, kb] = luma_weights (c.matrix);
  return {{{1, 0, 2 * (1 - kr)},
           {1, -2 * kb * (1 - kb) / kg, -2 * kr * (1 - kr) / kg},
           {1, 2 * (1 - kb), 0}}};
}

// The inverse of to_rgb.
Matrix from_rgb (const GstVideoInfo &info, const GstVideoColorimetry &c)
{
  Matrix r = {};
  for (std::size_t k = 0; k < 3; k++) {
    Triple unit = {};
    unit[k] = 1;
    const Triple column =
        GST_VIDEO_INFO_IS_RGB (&info) ? unit : to_ycc (unit, luma_weights (c.matrix));
    for (std::size_t i = 0; i < 3; i++) r.m[i][k] = column[i];
  }
  return r;
}

}  // namespace

GstVideoColorimetry completed_colorimetry (const GstVideoInfo &info)
{
  GstVideoColorimetry c = info.colorimetry;
  GstVideoInfo plain;
  if (gst_video_info_set_format (&plain, GST_VIDEO_INFO_FORMAT (&info),
                                 static_cast<guint> (info.width), static_cast<guint> (info.height)))
    fill_codes (c, plain.colorimetry);
  return c;
}

GstVideoColorimetry with_implied_light (GstVideoColorimetry c)
{
  switch (c.matrix) {
    case GST_VIDEO_COLOR_MATRIX_FCC:
    case GST_VIDEO_COLOR_MATRIX_BT709:
    case GST_VIDEO_COLOR_MATRIX_BT601:
    case GST_VIDEO_COLOR_MATRIX_SMPTE240M:
      fill (c.transfer, GST_VIDEO_TRANSFER_BT709);
      fill (c.primaries, GST_VIDEO_COLOR_PRIMARIES_BT709);
      return c;
    default: return c;
  }
}

Colorimetries completed_colorimetries (const GstVideoInfo &from, const GstVideoInfo &to)
{
  Colorimetries c = {with_implied_light (from.colorimetry), with_implied_light (to.colorimetry)};
  const bool one_kind = GST_VIDEO_INFO_IS_RGB (&from) == GST_VIDEO_INFO_IS_RGB (&to);
  if (one_kind) fill_codes (c.to, c.from);
  fill_codes (c.to, completed_colorimetry (to));
  fill_codes (c.from, one_kind ? c.to : completed_colorimetry (from));
  fill_light (c.to, c.from);
  fill_light (c.from, c.to);
  return c;
}

bool same_where_known (const GstVideoColorimetry &a, const GstVideoColorimetry &b)
{
  return alike (a.range, b.range) && alike (a.matrix, b.matrix) && alike (a.transfer, b.transfer) &&
         alike (a.primaries, b.primaries);
}

bool is_hdr (GstVideoTransferFunction transfer)
{
  return transfer == GST_VIDEO_TRANSFER_SMPTE2084 || transfer == GST_VIDEO_TRANSFER_ARIB_STD_B67;
}

bool is_wide (GstVideoColorPrimaries primaries)
{
  switch (primaries) {
    case GST_VIDEO_COLOR_PRIMARIES_UNKNOWN:
    case GST_VIDEO_COLOR_PRIMARIES_BT709:
    case GST_VIDEO_COLOR_PRIMARIES_BT470M:
    case GST_VIDEO_COLOR_PRIMARIES_BT470BG:
    case GST_VIDEO_COLOR_PRIMARIES_SMPTE170M:
    case GST_VIDEO_COLOR_PRIMARIES_SMPTE240M: return false;
    default: return true;
  }
}

GstVideoColorimetry sdr_of (const GstVideoColorimetry &plain)
{
  GstVideoColorimetry c = plain;
  fill_light (c, {c.range, c.matrix, GST_VIDEO_TRANSFER_BT709, GST_VIDEO_COLOR_PRIMARIES_BT709});
  return c;
}

bool is_better_sdr (const GstVideoColorimetry &colors, const GstVideoInfo &info)
{
  if (GST_VIDEO_INFO_COMP_DEPTH (&info, 0) != 8) return false;
  return is_hdr (colors.transfer) || (GST_VIDEO_INFO_IS_RGB (&info) && is_wide (colors.primaries));
}

bool same_light (const GstVideoColorimetry &one, const GstVideoColorimetry &other)
{
  const GstVideoColorimetry a = with_implied_light (one), b = with_implied_light (other);
  const bool primaries =
      alike (a.primaries, b.primaries) || (!is_wide (a.primaries) && !is_wide (b.primaries));
  const bool transfer =
      alike (a.transfer, b.transfer) || (!is_hdr (a.transfer) && !is_hdr (b.transfer));
  return primaries && transfer;
}

bool same_pixels (const GstVideoInfo &from, const GstVideoInfo &to)
{
  if (GST_VIDEO_INFO_FORMAT (&from) != GST_VIDEO_INFO_FORMAT (&to)) return false;
  const GstVideoColorimetry &a = from.colorimetry, &b = to.colorimetry;
  const bool has_matrix = GST_VIDEO_INFO_IS_YUV (&from);
  return alike (a.range, b.range) && (!has_matrix || alike (a.matrix, b.matrix)) &&
         same_light (a, b);
}

Color color_of (guint argb, const GstVideoInfo &info)
{
  const GstVideoFormatInfo *format = info.finfo;
  const GstVideoColorimetry c = completed_colorimetry (info);
  Triple value = {((argb >> 16) & 255) / 255.0, ((argb >> 8) & 255) / 255.0, (argb & 255) / 255.0};
  if (!GST_VIDEO_FORMAT_INFO_IS_RGB (format)) value = to_ycc (value, luma_weights (c.matrix));
  const auto [offset, scale] = levels_of (info, c.range);
  Color color;
  for (std::size_t i = 0; i < 3; i++) {
    // A format of one component uses its levels for all.
    const int at = GST_VIDEO_FORMAT_INFO_N_COMPONENTS (format) > i ? static_cast<int> (i) : 0;
    const double code = std::floor (value[i] * scale[at] + offset[at] + 0.5);
    const double max = (1 << GST_VIDEO_FORMAT_INFO_DEPTH (format, at)) - 1;
    color.value[i] = static_cast<std::uint16_t> (std::clamp (code, 0.0, max));
  }
  color.value[3] = static_cast<std::uint16_t> (argb >> 24);
  return color;
}

LumaWeights luma_weights (GstVideoColorMatrix matrix)
{
  double red = 0.299, blue = 0.114;
  gst_video_color_matrix_get_Kr_Kb (matrix, &red, &blue);
  return {red, 1 - red - blue, blue};
}

ColorMatrix color_matrix (const GstVideoInfo &from, const GstVideoInfo &to)
{
  const auto [a, b] = completed_colorimetries (from, to);
  Matrix all = scaling (from, a, false);
  const bool from_rgb_codes = GST_VIDEO_INFO_IS_RGB (&from);
  const bool both_yuv = !from_rgb_codes && !GST_VIDEO_INFO_IS_RGB (&to);
  const bool gray = components_of (from) == 1 || components_of (to) == 1;
  if (!both_yuv || (a.matrix != b.matrix && !gray)) {
    all = chained (all, to_rgb (from, a));
    all = chained (all, from_rgb (to, b));
  }
  all = chained (all, scaling (to, b, true));
  ColorMatrix r = {.from_rgb = from_rgb_codes};
  for (int i = 0; i < 3; i++)
    for (int k = 0; k < 3; k++) r.factor[i][k] = all.m[i][k];
  set_zero (from, a, r.from_zero);
  set_zero (to, b, r.to_zero);
  return r;
}

ColorMap map_between (const GstVideoInfo &from, const GstVideoInfo &to)
{
  const auto depth = [] (const GstVideoInfo &info) {
    return static_cast<int> (GST_VIDEO_INFO_COMP_DEPTH (&info, 0));
  };
  return color_map (color_matrix (from, to), depth (from), depth (to));
}

std::optional<ColorMap> colors_between (const GstVideoInfo &from, const GstVideoInfo &to)
{
  const ColorMap map = map_between (from, to);
  const auto components = static_cast<std::size_t> (components_of (to));
  const bool same =
      components == static_cast<std::size_t> (components_of (from)) &&
      std::all_of (map.same.begin (), map.same.begin () + components, [] (bool s) { return s; });
  return same ? std::nullopt : std::optional{map};
}

std::string name_of (const GstVideoColorimetry &colorimetry)
{
  const Owned<char> name{gst_video_colorimetry_to_string (&colorimetry)};
  return name ? name.get () : "";
}

}  // namespace quad
