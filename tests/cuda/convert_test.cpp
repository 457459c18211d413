// Compares the device's conversion between formats and colorimetries with real numbers.
#include <gtest/gtest.h>

#include <cmath>

#include "glue/colorimetry.h"
#include "glue/device_impl.h"
#include "glue/device_tile.h"
#include "glue/video.h"
#include "gpu.h"
#include "host/scenes.h"
#include "real_conversion.h"

namespace quad::test {
namespace {

// All formats that GStreamer's CUDA memory holds.
std::vector<PixelFormat> formats_in_cuda_memory ()
{
  std::vector<PixelFormat> formats;
  for (const FormatInfo &f : all_formats ())
    if (f.in_cuda_since > 0) formats.push_back (f.format);
  return formats;
}
const std::vector<PixelFormat> kFormats = formats_in_cuda_memory ();
constexpr GstVideoColorMatrix kMatrices[] = {
    GST_VIDEO_COLOR_MATRIX_BT601, GST_VIDEO_COLOR_MATRIX_BT709, GST_VIDEO_COLOR_MATRIX_BT2020};

// Half a code value, plus the error of rounding the matrix to 20 bits.
constexpr double kRounding = 0.51;

GstVideoInfo info_for (PixelFormat format, Size size, GstVideoColorMatrix matrix, bool full,
                       ChromaSite site)
{
  GstVideoInfo info;
  gst_video_info_set_format (&info, to_gst (format), static_cast<guint> (size.width),
                             static_cast<guint> (size.height));
  info.colorimetry = {full ? GST_VIDEO_COLOR_RANGE_0_255 : GST_VIDEO_COLOR_RANGE_16_235,
                      info_of (format).rgb ? GST_VIDEO_COLOR_MATRIX_RGB : matrix,
                      GST_VIDEO_TRANSFER_BT709, GST_VIDEO_COLOR_PRIMARIES_BT709};
  int flags = site == ChromaSite{} ? int{GST_VIDEO_CHROMA_SITE_NONE} : 0;
  if (site.cosited_x) flags |= GST_VIDEO_CHROMA_SITE_H_COSITED;
  if (site.cosited_y) flags |= GST_VIDEO_CHROMA_SITE_V_COSITED;
  info.chroma_site = static_cast<GstVideoChromaSite> (flags);
  return info;
}

GstVideoInfo random_info (PixelFormat format, Size size, Random &random)
{
  return info_for (format, size, random.pick (kMatrices), random.one_in (2), random.pick (kSites));
}

class CudaConvertTest : public ::testing::Test {
 protected:
  CudaConvertTest () { EXPECT_TRUE (device_.open ()); }

  GstCudaContext *context () { return device_.impl ().context.get (); }

  // Converts the tile's picture (in host memory) to the format of `to`.
  Picture converted (Tile tile, const GstVideoInfo &from, const GstVideoInfo &to,
                     guint background = 0)
  {
    const Size size = tile.target.size ();
    Picture out (from_gst (GST_VIDEO_INFO_FORMAT (&to)), size);
    const DevicePicture source (context (), tile.source);
    tile.source = source.view ();
    FrameView there;
    EXPECT_EQ (device_.begin ({}, nullptr), Status::ok);
    EXPECT_EQ (tile_.convert (tile, from, to, background, there), Status::ok);
    EXPECT_EQ (device_.end ({}, nullptr), Status::ok);
    EXPECT_EQ (there.size, size);
    download (context (), there, out.view ());
    EXPECT_TRUE (source.unchanged ());
    return out;
  }

  // Returns what the tile shows before the conversion.
  static Picture shown (const Tile &tile, const GstVideoInfo &from, const GstVideoInfo &to,
                        guint background)
  {
    Scene scene;
    scene.format = tile.source.format;
    scene.canvas = tile.target.size ();
    scene.site = tile.site;
    scene.background = color_of (background | 0xff000000u, from);
    scene.tiles = {tile};
    scene.tiles[0].target = rect_of (scene.canvas);
    const bool flat = info_of (scene.format).has_alpha () && !GST_VIDEO_INFO_HAS_ALPHA (&to);
    scene.tiles[0].blend = flat ? Blend::over : Blend::source;
    return draw (scene);
  }

  void expect_near_oracle (const Tile &tile, const GstVideoInfo &from, const GstVideoInfo &to,
                           guint background = 0)
  {
    const Picture out = converted (tile, from, to, background);
    const Picture in = shown (tile, from, to, background);
    const RealConversion real (in, from, to);
    EXPECT_EQ (real.beyond (out, kRounding), "") << describe_conversion (from, to);
  }

  static Tile whole (const Picture &picture, const GstVideoInfo &from)
  {
    Tile t;
    t.target = rect_of (picture.size ());
    t.crop = t.target;
    t.source = picture.view ();
    t.site = chroma_site_of (from);
    return t;
  }

  Owned<GstElement> bin_{GST_ELEMENT (gst_object_ref_sink (gst_bin_new (nullptr)))};
  Device device_{bin_.get ()};
  DeviceTile tile_{device_};
};

TEST_F (CudaConvertTest, ConstantsOfEachPair)
{
  Random random (601);
  for (const PixelFormat a : kFormats)
    for (const PixelFormat b : kFormats)
      for (int i = 0; i < 8 && !HasFailure (); i++) {
        const Size size = {random.between (1, 9), random.between (1, 9)};
        const GstVideoInfo from = random_info (a, size, random);
        const GstVideoInfo to = random_info (b, size, random);
        Picture picture (a, size);
        const int max = max_value (picture.info ());
        Color color;
        for (auto &v : color.value) v = static_cast<std::uint16_t> (random.below (max + 1));
        color.value[3] = 255;
        paint_constant (picture, color);
        expect_near_oracle (whole (picture, from), from, to);
        // The result is constant too, at the edges as well.
        const Picture out = converted (whole (picture, from), from, to);
        const FormatInfo &format = out.info ();
        for (int p = 0; p < format.rasters; p++) {
          const Size s = raster_size (format, p, size);
          const int channels = format.raster[std::size_t (p)].channels;
          for (int k = 0; k < s.width * s.height * channels; k++) {
            const int x = k / channels % s.width, y = k / channels / s.width, c = k % channels;
            ASSERT_EQ (out.get (p, x, y, c), out.get (p, 0, 0, c));
          }
        }
      }
}

TEST_F (CudaConvertTest, NoiseOfEachPair)
{
  Random random (602);
  for (const PixelFormat a : kFormats)
    for (const PixelFormat b : kFormats)
      for (int i = 0; i < 10 && !HasFailure (); i++) {
        const Size size = {random.between (1, 37), random.between (1, 37)};
        const GstVideoInfo from = random_info (a, size, random);
        const GstVideoInfo to = random_info (b, size, random);
        Picture picture (a, size);
        paint (picture, random.pick (kPatterns), static_cast<std::uint32_t> (i));
        paint_alpha (picture, AlphaPattern::opaque, 0);
        paint_junk_bits (picture, 9);
        expect_near_oracle (whole (picture, from), from, to);
      }
}

// A crop between samples is scaled first, then converted.
TEST_F (CudaConvertTest, ZoomsOfEachPair)
{
  Random random (606);
  for (const PixelFormat a : kFormats)
    for (const PixelFormat b : kFormats) {
      const Size size = {random.between (1, 30), random.between (1, 30)};
      const GstVideoInfo from = random_info (a, size, random);
      const GstVideoInfo to = random_info (b, size, random);
      Picture picture (a, size);
      paint (picture, Pattern::noise, 3);
      paint_alpha (picture, AlphaPattern::opaque, 0);
      Tile tile = whole (picture, from);
      tile.filter = random.pick (kFilters);
      tile.orientation = random.pick (kOrientations);
      zoom (tile, random);
      expect_near_oracle (tile, from, to);
      if (HasFailure ()) return;
    }
}

TEST_F (CudaConvertTest, EverySite)
{
  for (const ChromaSite &x : kSites)
    for (const ChromaSite &y : kSites)
      for (const auto &[a, b] : {std::pair{PixelFormat::nv12, PixelFormat::i420},
                                 {PixelFormat::y444, PixelFormat::nv12},
                                 {PixelFormat::i420, PixelFormat::y444},
                                 {PixelFormat::nv12, PixelFormat::rgba},
                                 {PixelFormat::bgrx, PixelFormat::p010_10le}})
        for (const Size size : {Size{1, 1}, Size{2, 2}, Size{3, 5}, Size{16, 9}}) {
          const GstVideoInfo from = info_for (a, size, kMatrices[0], false, x);
          const GstVideoInfo to = info_for (b, size, kMatrices[1], true, y);
          Picture picture (a, size);
          paint (picture, Pattern::noise, 4);
          expect_near_oracle (whole (picture, from), from, to);
        }
}

// A colour gradient continues across the edges of chroma samples and stays monotonic.
TEST_F (CudaConvertTest, GradientsStaySmooth)
{
  const Size size = {64, 4};
  for (const ChromaSite &site : kSites) {
    const GstVideoInfo from = info_for (PixelFormat::i420, size, kMatrices[1], true, site);
    const GstVideoInfo to = info_for (PixelFormat::y444, size, kMatrices[1], true, site);
    Picture picture (PixelFormat::i420, size);
    for (int p = 0; p < 3; p++)
      for (int y = 0; y < (p ? 2 : 4); y++)
        for (int x = 0; x < (p ? 32 : 64); x++) picture.set (p, x, y, 0, p ? 8 * x : 4 * x);
    const Picture out = converted (whole (picture, from), from, to);
    // A step of eight per chroma sample is four per luma sample. A chroma sample lies between two
    // luma samples, or on the left one.
    for (int x = 2; x < 62; x++)
      for (int y = 0; y < 4; y++) {
        EXPECT_EQ (out.get (0, x, y, 0), 4 * x);
        EXPECT_EQ (out.get (1, x, y, 0), site.cosited_x ? 4 * x : 4 * x - 2);
      }
  }
}

TEST_F (CudaConvertTest, ScaledTurnedAndFlattened)
{
  Random random (603);
  for (int i = 0; i < 300 && !HasFailure (); i++) {
    const PixelFormat a = random.pick (kFormats), b = random.pick (kFormats);
    const Size size = {random.between (1, 40), random.between (1, 40)};
    const GstVideoInfo from = random_info (a, size, random);
    OwnedScene s = scene_of (a, size, {random.between (1, 60), random.between (1, 60)},
                             random.pick (kFilters), random.pick (kOrientations));
    const GstVideoInfo to = random_info (b, s.scene.canvas, random);
    paint (*s.pictures[0], random.pick (kPatterns), static_cast<std::uint32_t> (i));
    paint_alpha (*s.pictures[0], random.pick (kAlphaPatterns), static_cast<std::uint32_t> (i));
    s.scene.tiles[0].site = chroma_site_of (from);
    expect_near_oracle (s.scene.tiles[0], from, to, 0x00345678);
  }
}

// The same code values in another order of bytes.
TEST_F (CudaConvertTest, OtherLayoutsAreExact)
{
  constexpr std::pair<PixelFormat, PixelFormat> kPairs[] = {
      {PixelFormat::nv12, PixelFormat::i420},
      {PixelFormat::i420, PixelFormat::nv12},
      {PixelFormat::i420, PixelFormat::yv12},
      {PixelFormat::yv12, PixelFormat::nv12},
      {PixelFormat::nv12, PixelFormat::nv12},
      {PixelFormat::p010_10le, PixelFormat::i420_10le},
      {PixelFormat::i420_10le, PixelFormat::p010_10le},
      {PixelFormat::rgba, PixelFormat::bgra},
      {PixelFormat::rgbx, PixelFormat::bgrx},
      {PixelFormat::bgra, PixelFormat::rgba},
      {PixelFormat::yuy2, PixelFormat::uyvy},
      {PixelFormat::uyvy, PixelFormat::yuy2},
      {PixelFormat::gbr, PixelFormat::rgbp},
      {PixelFormat::rgbp, PixelFormat::bgrx}};
  Random random (604);
  for (const auto &[a, b] : kPairs)
    for (int i = 0; i < 12; i++) {
      const Size size = {random.between (1, 50), random.between (1, 50)};
      const ChromaSite site = random.pick (kSites);
      const GstVideoColorMatrix matrix = random.pick (kMatrices);
      const bool full = random.one_in (2);
      const GstVideoInfo from = info_for (a, size, matrix, full, site);
      const GstVideoInfo to = info_for (b, size, matrix, full, site);
      Picture picture (a, size);
      paint (picture, Pattern::noise, static_cast<std::uint32_t> (i));
      const Picture out = converted (whole (picture, from), from, to);
      for (int p = 0; p < out.info ().rasters; p++) {
        const RasterInfo &raster = out.info ().raster[std::size_t (p)];
        const Size s = raster_size (out.info (), p, size);
        for (int y = 0; y < s.height; y++)
          for (int x = 0; x < s.width; x++)
            for (int c = 0; c < raster.channels; c++) {
              const int component = raster.channel[std::size_t (c)].component;
              const int expected = component < 0 ? 255 : component_of (picture, component, x, y);
              ASSERT_EQ (out.get (p, x, y, c), expected)
                  << "(" << x << ", " << y << ") " << describe_conversion (from, to);
            }
      }
    }
}

// How far GStreamer's own conversion may be away. To RGB it multiplies in 8 bits and cuts off each
// product: Y' 100, Cb 112, Cr 144 of BT.601 give G' 87 instead of 91.04.
constexpr int kToGStreamer = 2, kToGStreamersRgb = 8;

TEST_F (CudaConvertTest, NearWhatGStreamerConverts)
{
  const Size size = {48, 32};
  int worst[2] = {0, 0};
  for (const PixelFormat a : kFormats)
    for (const PixelFormat b : kFormats) {
      if (info_of (a).depth != 8 || info_of (b).depth != 8) continue;
      const bool same_kind = info_of (a).rgb == info_of (b).rgb;
      const GstVideoInfo from = info_for (a, size, kMatrices[0], info_of (a).rgb, {true, false});
      // GStreamer does not convert between ranges of one matrix.
      const GstVideoInfo to =
          info_for (b, size, kMatrices[same_kind ? 0 : 1], info_of (b).rgb, {true, false});
      Picture picture (a, size);
      paint_mild (picture);
      const Picture ours = converted (whole (picture, from), from, to);
      const Picture theirs = converted_by_gstreamer (picture, from, to);
      const int apart = greatest_difference (ours, theirs);
      const bool to_rgb = info_of (b).rgb && !info_of (a).rgb;
      worst[to_rgb] = std::max (worst[to_rgb], apart);
      EXPECT_LE (apart, to_rgb ? kToGStreamersRgb : kToGStreamer) << describe_conversion (from, to);
    }
  std::printf ("farthest from GstVideoConverter: %d code values, from Y'CbCr to RGB %d\n", worst[0],
               worst[1]);
}

}  // namespace
}  // namespace quad::test
