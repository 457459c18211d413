#include "real_conversion.h"

#include <cmath>
#include <cstring>

#include "glue/video.h"

namespace quad::test {
namespace {

struct Light {
  double kr, kb;
  double kg () const { return 1 - kr - kb; }
};

Light light_of (GstVideoColorMatrix matrix)
{
  switch (matrix) {
    case GST_VIDEO_COLOR_MATRIX_BT601: return {0.299, 0.114};
    case GST_VIDEO_COLOR_MATRIX_BT709: return {0.2126, 0.0722};
    case GST_VIDEO_COLOR_MATRIX_BT2020: return {0.2627, 0.0593};
    default: throw std::invalid_argument ("a matrix that this oracle does not know");
  }
}

// The code value of 0 for component `c`, and the number of code values of 1.
struct Scale {
  double zero, one;
};

Scale scale_of (const GstVideoInfo &info, const FormatInfo &format, int c)
{
  const double unit = 1 << (format.depth - 8), max = (1 << format.depth) - 1;
  const bool full = info.colorimetry.range == GST_VIDEO_COLOR_RANGE_0_255;
  if (!format.rgb && c > 0) return {128 * unit, full ? max : 224 * unit};
  return full ? Scale{0, max} : Scale{16 * unit, 219 * unit};
}

bool is_cosited (const GstVideoInfo &info, bool across)
{
  return (info.chroma_site &
          (across ? GST_VIDEO_CHROMA_SITE_H_COSITED : GST_VIDEO_CHROMA_SITE_V_COSITED)) != 0;
}

struct Axis {
  int sub;
  bool cosited;
  double centre (int i) const { return sub == 2 && cosited ? 2 * i + 0.5 : sub * (i + 0.5); }
};

using Shares = std::array<std::pair<int, double>, 3>;

// The samples of axis `in` that make sample `o` of axis `out`.
Shares made_of (int o, const Axis &out, const Axis &in)
{
  if (in.sub < out.sub) {
    if (!out.cosited) return Shares{{{2 * o, 0.5}, {2 * o + 1, 0.5}, {2 * o, 0}}};
    return Shares{{{2 * o - 1, 0.25}, {2 * o, 0.5}, {2 * o + 1, 0.25}}};
  }
  const double at = (out.centre (o) - in.centre (0)) / in.sub;
  const int below = static_cast<int> (std::floor (at));
  return Shares{{{below, 1 - (at - below)}, {below + 1, at - below}, {below, 0}}};
}

struct Spot {
  int raster = -1, channel = 0;
};

Spot place_of (const FormatInfo &format, int component)
{
  for (int r = 0; r < format.rasters; r++) {
    const RasterInfo &raster = format.raster[std::size_t (r)];
    for (int c = 0; c < raster.channels; c++)
      if (raster.channel[std::size_t (c)].component == component) return {r, c};
  }
  return {};
}

// These two convert between Y' Cb Cr and R' G' B'.
std::array<double, 3> to_rgb (const std::array<double, 3> &v, const Light &k)
{
  const double r = v[0] + 2 * (1 - k.kr) * v[2], b = v[0] + 2 * (1 - k.kb) * v[1];
  return {r, (v[0] - k.kr * r - k.kb * b) / k.kg (), b};
}

std::array<double, 3> from_rgb (const std::array<double, 3> &v, const Light &k)
{
  const double y = k.kr * v[0] + k.kg () * v[1] + k.kb * v[2];
  return {y, (v[2] - y) / (2 * (1 - k.kb)), (v[0] - y) / (2 * (1 - k.kr))};
}

void copy_rows (const FrameView &picture, const GstVideoFrame &frame, bool to_frame)
{
  const FormatInfo &format = info_of (picture.format);
  for (int p = 0; p < format.planes; p++) {
    const PlaneView &plane = picture.plane[std::size_t (p)];
    const auto row = std::size_t (plane.size.width * format.bytes_per_position (p));
    for (int y = 0; y < plane.size.height; y++) {
      auto *at = static_cast<std::byte *> (GST_VIDEO_FRAME_PLANE_DATA (&frame, p)) +
                 y * GST_VIDEO_FRAME_PLANE_STRIDE (&frame, p);
      if (to_frame)
        std::memcpy (at, plane.row (y), row);
      else
        std::memcpy (plane.row (y), at, row);
    }
  }
}

}  // namespace

RealConversion::RealConversion (const Picture &in, const GstVideoInfo &from, const GstVideoInfo &to)
    : in_ (in), from_ (from), to_ (to)
{
}

double RealConversion::expected (const FormatInfo &out, int raster, int channel, int x, int y) const
{
  const RasterInfo &info = out.raster[std::size_t (raster)];
  const int component = info.channel[std::size_t (channel)].component;
  const FormatInfo &in = in_.info ();
  if (component == 3 && in.has_alpha ()) return component_of (in_, 3, x, y);
  if (component == 3 || component < 0) return 255;
  std::array<double, 3> value = {};
  for (int c = 0; c < 3; c++) {
    const Spot place = place_of (in, c);
    const Size sub = in.raster[std::size_t (place.raster)].sub;
    const Size size = raster_size (in, place.raster, in_.size ());
    double code = 0;
    for (const auto &[j, wy] : made_of (y, {info.sub.height, is_cosited (to_, false)},
                                        {sub.height, is_cosited (from_, false)}))
      for (const auto &[i, wx] : made_of (x, {info.sub.width, is_cosited (to_, true)},
                                          {sub.width, is_cosited (from_, true)}))
        code += wx * wy *
                in_.get (place.raster, std::clamp (i, 0, size.width - 1),
                         std::clamp (j, 0, size.height - 1), place.channel);
    const Scale scale = scale_of (from_, in, c);
    value[std::size_t (c)] = (code - scale.zero) / scale.one;
  }
  if (!in.rgb) value = to_rgb (value, light_of (from_.colorimetry.matrix));
  if (!out.rgb) value = from_rgb (value, light_of (to_.colorimetry.matrix));
  const Scale scale = scale_of (to_, out, component);
  return std::clamp (value[std::size_t (component)] * scale.one + scale.zero, 0.0,
                     double (max_value (out)));
}

std::string RealConversion::beyond (const Picture &out, double limit) const
{
  for (int p = 0; p < out.info ().rasters; p++) {
    const Size size = raster_size (out.info (), p, out.size ());
    for (int y = 0; y < size.height; y++)
      for (int x = 0; x < size.width; x++)
        for (int c = 0; c < out.info ().raster[std::size_t (p)].channels; c++) {
          const double wanted = expected (out.info (), p, c, x, y);
          const int is = out.get (p, x, y, c);
          if (std::abs (is - wanted) > limit)
            return "raster " + std::to_string (p) + " (" + std::to_string (x) + ", " +
                   std::to_string (y) + ") channel " + std::to_string (c) + ": " +
                   std::to_string (is) + " for " + std::to_string (wanted);
        }
  }
  return {};
}

int component_of (const Picture &picture, int component, int x, int y)
{
  const Spot place = place_of (picture.info (), component);
  return picture.get (place.raster, x, y, place.channel);
}

void paint_mild (Picture &picture)
{
  const FormatInfo &format = picture.info ();
  for (int p = 0; p < format.rasters; p++) {
    const RasterInfo &raster = format.raster[std::size_t (p)];
    const Size size = raster_size (format, p, picture.size ());
    for (int y = 0; y < size.height; y++)
      for (int x = 0; x < size.width; x++)
        for (int c = 0; c < raster.channels; c++) {
          const int component = raster.channel[std::size_t (c)].component;
          const double across = double (x) / size.width, down = double (y) / size.height;
          const double v = component == 1   ? 112 + 32 * across
                           : component == 2 ? 144 - 32 * down
                                            : 100 + 28 * across + 28 * down;
          picture.set (p, x, y, c, component == 3 || component < 0 ? 255 : int (v));
        }
  }
}

Picture converted_by_gstreamer (const Picture &in, const GstVideoInfo &from, const GstVideoInfo &to)
{
  Picture out (from_gst (GST_VIDEO_INFO_FORMAT (&to)), in.size ());
  Owned<GstBuffer> a{gst_buffer_new_allocate (nullptr, GST_VIDEO_INFO_SIZE (&from), nullptr)};
  Owned<GstBuffer> b{gst_buffer_new_allocate (nullptr, GST_VIDEO_INFO_SIZE (&to), nullptr)};
  GstVideoFrame source, result;
  if (!gst_video_frame_map (&source, &from, a.get (), GST_MAP_READWRITE)) return out;
  if (gst_video_frame_map (&result, &to, b.get (), GST_MAP_READWRITE)) {
    copy_rows (in.view (), source, true);
    GstVideoConverter *converter = gst_video_converter_new (
        &from, &to,
        gst_structure_new ("c", GST_VIDEO_CONVERTER_OPT_DITHER_METHOD, GST_TYPE_VIDEO_DITHER_METHOD,
                           GST_VIDEO_DITHER_NONE, nullptr));
    gst_video_converter_frame (converter, &source, &result);
    gst_video_converter_free (converter);
    copy_rows (out.view (), result, false);
    gst_video_frame_unmap (&result);
  }
  gst_video_frame_unmap (&source);
  return out;
}

int greatest_difference (const Picture &a, const Picture &b)
{
  int worst = 0;
  for (int p = 0; p < a.info ().rasters; p++) {
    const RasterInfo &raster = a.info ().raster[std::size_t (p)];
    const Size size = raster_size (a.info (), p, a.size ());
    for (int y = 0; y < size.height; y++)
      for (int x = 0; x < size.width; x++)
        for (int c = 0; c < raster.channels; c++)
          if (raster.channel[std::size_t (c)].component >= 0)
            worst = std::max (worst, std::abs (a.get (p, x, y, c) - b.get (p, x, y, c)));
  }
  return worst;
}

std::string describe_conversion (const GstVideoInfo &from, const GstVideoInfo &to)
{
  std::string text;
  for (const GstVideoInfo *i : {&from, &to}) {
    const Owned<char> colorimetry{gst_video_colorimetry_to_string (&i->colorimetry)};
    text += std::string (text.empty () ? "" : " to ") + GST_VIDEO_INFO_NAME (i) + " " +
            std::to_string (i->width) + "x" + std::to_string (i->height) + " " +
            (colorimetry ? colorimetry.get () : "?") + " site " + std::to_string (i->chroma_site);
  }
  return text;
}

}  // namespace quad::test
