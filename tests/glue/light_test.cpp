// HDR and wide gamut on canvases of other light, and the other way round.
#include "glue/light.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "glue/colorimetry.h"
#include "glue/stage.h"
#include "glue/video.h"
#include "support/gst_helpers.h"

namespace quad::test {
namespace {

struct Kind {
  const char *format, *colorimetry;
};

// Black, 18 % grey of SDR, white, colours: R', G', B' in the source's own light.
using Rgb = std::array<double, 3>;
constexpr Rgb kColors[] = {{0, 0, 0},       {0.5, 0.5, 0.5}, {1, 1, 1},       {0.6, 0.4, 0.3},
                           {0.2, 0.5, 0.2}, {0.1, 0.1, 0.4}, {0.75, 0.7, 0.1}};

// Code values of R', G', B'; those of the first three components.
Rgb codes_of (const Rgb &rgb, const GstVideoInfo &info)
{
  Rgb v = rgb;
  if (!GST_VIDEO_INFO_IS_RGB (&info)) {
    const LumaWeights w = luma_weights (info.colorimetry.matrix);
    const double y = w.red * rgb[0] + w.green * rgb[1] + w.blue * rgb[2];
    v = {y, (rgb[2] - y) / (2 - 2 * w.blue), (rgb[0] - y) / (2 - 2 * w.red)};
  }
  gint offset[4], scale[4];
  gst_video_color_range_offsets (info.colorimetry.range, info.finfo, offset, scale);
  for (std::size_t k = 0; k < 3; k++) v[k] = v[k] * scale[k] + offset[k];
  return v;
}

Rgb rgb_of (const Rgb &codes, const GstVideoInfo &info)
{
  gint offset[4], scale[4];
  gst_video_color_range_offsets (info.colorimetry.range, info.finfo, offset, scale);
  Rgb v;
  for (std::size_t k = 0; k < 3; k++) v[k] = (codes[k] - offset[k]) / scale[k];
  if (GST_VIDEO_INFO_IS_RGB (&info)) return v;
  const LumaWeights w = luma_weights (info.colorimetry.matrix);
  const double red = v[0] + (2 - 2 * w.red) * v[2], blue = v[0] + (2 - 2 * w.blue) * v[1];
  return {red, (v[0] - w.red * red - w.blue * blue) / w.green, blue};
}

// A sample of component `k` at the top left.
struct Sample {
  guint8 *at;
  const GstVideoFormatInfo *format;
  guint component;

  int get () const
  {
    const guint shift = format->shift[component];
    return format->bits == 8 ? *at : GST_READ_UINT16_LE (at) >> shift;
  }
  void set (int value) const
  {
    if (format->bits == 8)
      *at = static_cast<guint8> (value);
    else
      GST_WRITE_UINT16_LE (at, static_cast<guint16> (value << format->shift[component]));
  }
};

// Calls visit (component, sample) for all samples of a mapped frame.
template <typename Visit>
void visit_samples (GstVideoFrame &frame, Visit visit)
{
  for (guint k = 0; k < 3; k++)
    for (int y = 0; y < GST_VIDEO_FRAME_COMP_HEIGHT (&frame, k); y++)
      for (int x = 0; x < GST_VIDEO_FRAME_COMP_WIDTH (&frame, k); x++)
        visit (k, Sample{static_cast<guint8 *> (GST_VIDEO_FRAME_COMP_DATA (&frame, k)) +
                             y * GST_VIDEO_FRAME_COMP_STRIDE (&frame, k) +
                             x * GST_VIDEO_FRAME_COMP_PSTRIDE (&frame, k),
                         frame.info.finfo, k});
}

GstVideoInfo info_for (const Kind &kind)
{
  return info_of_caps (std::string{"video/x-raw,format="} + kind.format +
                       ",width=8,height=8,framerate=25/1,colorimetry=" + kind.colorimetry);
}

// What a constant picture of R', G', B' becomes: its mean codes.
Rgb drawn (const Kind &from, const Kind &to, Rgb &rgb)
{
  const Owned<GstElement> element{GST_ELEMENT (gst_object_ref_sink (gst_bin_new (nullptr)))};
  Backends backends{element.get ()};
  Stage stage{backends};
  const GstVideoInfo picture = info_for (from), canvas = info_for (to);
  const Owned<GstBuffer> in{gst_buffer_new_allocate (nullptr, picture.size, nullptr)};
  const Owned<GstBuffer> out{gst_buffer_new_allocate (nullptr, canvas.size, nullptr)};
  gst_buffer_memset (in.get (), 0, 255, picture.size);
  GstVideoFrame frame;
  EXPECT_TRUE (gst_video_frame_map (&frame, &picture, in.get (), GST_MAP_READWRITE));
  Rgb codes = codes_of (rgb, picture);
  for (double &c : codes) c = std::floor (c + 0.5);
  visit_samples (frame, [&] (guint k, const Sample &s) { s.set (static_cast<int> (codes[k])); });
  gst_video_frame_unmap (&frame);
  rgb = rgb_of (codes, picture);

  Input input;
  Look look;
  look.placement.crop = look.placement.target = {0, 0, 8, 8};
  EXPECT_FALSE (stage.begin (canvas, out.get ()));
  EXPECT_FALSE (stage.show (input, in.get (), picture, look));
  EXPECT_FALSE (stage.finish ());
  Rgb sum = {}, count = {};
  EXPECT_TRUE (gst_video_frame_map (&frame, &canvas, out.get (), GST_MAP_READ));
  visit_samples (frame, [&] (guint k, const Sample &s) {
    sum[k] += s.get ();
    count[k]++;
  });
  gst_video_frame_unmap (&frame);
  for (std::size_t k = 0; k < 3; k++) sum[k] /= count[k];
  return sum;
}

double peak_of (Transfer transfer, double of_pq)
{
  return transfer == Transfer::sdr ? kReferenceWhite : transfer == Transfer::hlg ? kHlgPeak : of_pq;
}

Transfer transfer_of (const GstVideoInfo &info)
{
  return info.colorimetry.transfer == GST_VIDEO_TRANSFER_SMPTE2084      ? Transfer::pq
         : info.colorimetry.transfer == GST_VIDEO_TRANSFER_ARIB_STD_B67 ? Transfer::hlg
                                                                        : Transfer::sdr;
}

Primaries primaries_of (const GstVideoInfo &info)
{
  const auto *p = gst_video_color_primaries_get_info (info.colorimetry.primaries);
  return {{p->Rx, p->Gx, p->Bx, p->Wx}, {p->Ry, p->Gy, p->By, p->Wy}};
}

// By the formulas, in real numbers.
Rgb expected (Rgb rgb, const GstVideoInfo &from, const GstVideoInfo &to)
{
  const Transfer a = transfer_of (from), b = transfer_of (to);
  const Matrix3 m = primaries_matrix (primaries_of (from), primaries_of (to));
  const Matrix3 from_xyz = rgb_to_xyz (primaries_of (from)),
                to_xyz = rgb_to_xyz (primaries_of (to));
  double y = 0;
  for (std::size_t k = 0; k < 3; k++) y += from_xyz[1][k] * (rgb[k] = decode (a, rgb[k]));
  if (a == Transfer::hlg)
    for (double &v : rgb) v *= hlg_gain (y);
  const double most = *std::max_element (rgb.begin (), rgb.end ());
  for (double &v : rgb)
    if (most > 0) v *= roll_off (most, peak_of (a, 1000), peak_of (b, 10000)) / most;
  Rgb shown = {};
  for (std::size_t k = 0; k < 3; k++) {
    for (std::size_t j = 0; j < 3; j++) shown[k] += m[k][j] * rgb[j];
    shown[k] = std::max (shown[k], 0.0);
  }
  y = 0;
  for (std::size_t k = 0; k < 3; k++) y += to_xyz[1][k] * shown[k];
  for (double &v : shown) v = encode (b, b == Transfer::hlg ? v * hlg_inverse_gain (y) : v);
  return codes_of (shown, to);
}

// Every kind of light on canvases of every other, in formats of every structure.
TEST (Light, ConstantPicturesAreWhatTheStandardsSay)
{
  const Kind kinds[] = {
      {"I420_10LE", "bt2100-pq"}, {"I420_10LE", "bt2100-hlg"}, {"Y444_10LE", "2:6:13:7"},
      {"I420", "bt709"},          {"NV12", "bt2100-pq"},       {"RGBA", "sRGB"},
      {"GBR", "1:1:14:7"},        {"AYUV", "bt2020"},          {"I422_10LE", "bt709"}};
  for (const Kind &from : kinds)
    for (const Kind &to : kinds) {
      const GstVideoInfo a = info_for (from), b = info_for (to);
      if (same_light (a.colorimetry, b.colorimetry)) continue;
      SCOPED_TRACE (std::string{from.format} + " " + from.colorimetry + " to " + to.format + " " +
                    to.colorimetry);
      for (Rgb rgb : kColors) {
        const Rgb is = drawn (from, to, rgb), want = expected (rgb, a, b);
        const double limit = GST_VIDEO_INFO_COMP_DEPTH (&b, 0) == 8 ? 1 : 2.5;
        for (std::size_t k = 0; k < 3; k++)
          EXPECT_NEAR (is[k], want[k], limit)
              << k << " of " << rgb[0] << " " << rgb[1] << " " << rgb[2];
      }
    }
}

// Caps may hold any number, and vp8dec hands on what a file says. GStreamer knows no chromaticities
// of 99, and those of 9 are no colours.
TEST (Light, UnknownPrimariesAreThoseOfSdr)
{
  for (const char *transfer : {"14", "15", "5"})
    for (const char *primaries : {"9", "99", "-1"}) {
      const std::string odd = std::string{"2:6:"} + transfer + ":" + primaries;
      const std::string usual = std::string{"2:6:"} + transfer + ":1";
      SCOPED_TRACE (odd);
      for (const Kind &other : {Kind{"RGBA", "sRGB"}, Kind{"I420_10LE", "bt2100-hlg"}})
        for (const Rgb &color : {kColors[2], kColors[3]}) {
          Rgb a = color, b = color, c = color, d = color;
          const Kind with_odd = {"I420_10LE", odd.c_str ()},
                     with_usual = {"I420_10LE", usual.c_str ()};
          const Rgb from_odd = drawn (with_odd, other, a),
                    from_usual = drawn (with_usual, other, b);
          const Rgb to_odd = drawn (other, with_odd, c), to_usual = drawn (other, with_usual, d);
          // SDR goes another way if its primaries are unusual.
          for (std::size_t k = 0; k < 3; k++) {
            EXPECT_NEAR (from_odd[k], from_usual[k], 1);
            EXPECT_NEAR (to_odd[k], to_usual[k], 1);
          }
        }
    }
}

// What caps leave open follows from the size: a conversion that is kept does not outlive it.
TEST (Light, AConversionFollowsTheSize)
{
  const auto info = [] (const char *format, int height, const char *colorimetry) {
    return info_of_caps (std::string{"video/x-raw,format="} + format +
                         ",width=64,height=" + std::to_string (height) +
                         ",framerate=25/1,colorimetry=(string)" + colorimetry);
  };
  const GstVideoInfo canvas = info ("RGBA", 64, "sRGB");
  Conversion kept;
  std::vector<ColorMap> maps;
  for (const int height : {1080, 240, 1080}) {
    GstVideoInfo from = info ("I420", height, "2:3:5:1");
    from.colorimetry.matrix = GST_VIDEO_COLOR_MATRIX_UNKNOWN;
    Tile tile, fresh;
    kept.set (tile, from, canvas);
    Conversion ().set (fresh, from, canvas);
    ASSERT_TRUE (tile.colors && fresh.colors);
    EXPECT_EQ (*tile.colors, *fresh.colors);
    maps.push_back (*tile.colors);
  }
  EXPECT_NE (maps[0], maps[1]);
  EXPECT_EQ (maps[0], maps[2]);
}

// The white of text and paper in HDR10 is bright in SDR, and so it is in HDR10 again.
TEST (Light, ReferenceWhiteIsBright)
{
  Rgb white = {0.5807, 0.5807, 0.5807};
  const Rgb sdr = drawn ({"I420_10LE", "bt2100-pq"}, {"RGBA", "sRGB"}, white);
  for (const double v : sdr) {
    EXPECT_GT (v, 210);
    EXPECT_LE (v, 255);
  }
  Rgb one = {1, 1, 1};
  const Rgb hdr = drawn ({"RGBA", "sRGB"}, {"GBR", "1:1:14:7"}, one);
  EXPECT_NEAR (hdr[0], 0.5807 * 255, 1);
}

}  // namespace
}  // namespace quad::test
