// quaddownscale converts while it scales: the output has the bytes that the engine draws for the
// same scene, and is near the standards' own equations.
#include <cstring>
#include <optional>

#include "elements/downscale/downscaler.h"
#include "glue/colorimetry.h"
#include "glue/frame.h"
#include "glue/light.h"
#include "glue/video.h"
#include "host/host_renderer.h"
#include "support/conversion.h"
#include "support/oracle.h"

namespace quad::test {
namespace {

constexpr Size kFrom = {22, 14}, kHalf = {11, 7};

// Random bytes. Odd words have bits outside of their depth, too.
Owned<GstBuffer> noise (const GstVideoInfo &info, std::uint32_t seed)
{
  Random random (seed);
  Owned<GstBuffer> buffer{gst_buffer_new_allocate (nullptr, GST_VIDEO_INFO_SIZE (&info), nullptr)};
  GstMapInfo map;
  if (!gst_buffer_map (buffer.get (), &map, GST_MAP_WRITE)) g_error ("cannot map");
  for (gsize i = 0; i < map.size; i++) map.data[i] = static_cast<guint8> (random.below (256));
  gst_buffer_unmap (buffer.get (), &map);
  return buffer;
}

// A copy that the oracle reads.
Picture picture_of (const GstVideoInfo &info, GstBuffer *buffer)
{
  const MappedFrame frame (info, buffer, GST_MAP_READ);
  Picture picture (from_gst (GST_VIDEO_INFO_FORMAT (&info)), {info.width, info.height});
  for (std::size_t p = 0; p < std::size_t (picture.info ().planes); p++) {
    const PlaneView &from = frame.view ().plane[p], &to = picture.view ().plane[p];
    for (int y = 0; y < to.size.height; y++)
      std::memcpy (to.row (y), from.row (y),
                   std::size_t (to.size.width * picture.info ().plane[p].bytes));
  }
  return picture;
}

// The scene that an output of `out` shows of a picture of `in`.
Scene scene_of (const GstVideoInfo &in, const Picture &source, const GstVideoInfo &out)
{
  const FormatInfo &to = info_of (from_gst (GST_VIDEO_INFO_FORMAT (&out)));
  const bool flat = source.info ().has_alpha () && !to.has_alpha ();
  Scene scene = {.format = to.format,
                 .canvas = {out.width, out.height},
                 .site = chroma_site_of (out),
                 .background = color_of (0xff000000, out),
                 .tiles = {}};
  Tile tile;
  tile.target = rect_of (scene.canvas);
  tile.source = source.view ();
  tile.crop = rect_of (source.size ());
  tile.site = chroma_site_beside (in, out);
  tile.blend = flat ? Blend::over : Blend::source;
  if (!same_pixels (in, out)) Conversion ().set (tile, in, out);
  scene.tiles.push_back (tile);
  return scene;
}

std::string sized (const std::string &format, Size size)
{
  return "video/x-raw,format=" + format + ",width=" + std::to_string (size.width) +
         ",height=" + std::to_string (size.height);
}

class DownscaleConverts : public ::testing::TestWithParam<PixelFormat> {};

// The element's picture of noise of caps `from`, for a downstream of `to`, has the engine's bytes.
void expect_as_the_engine_draws (const std::string &from, const std::string &to)
{
  SCOPED_TRACE (from + " to " + to);
  const auto renderer = host::make_host_renderer ({});
  Downscaler d{from, to};
  const Owned<GstBuffer> in = noise (d.in (), 7);
  const Picture source = picture_of (d.in (), in.get ());
  const Owned<GstBuffer> out = d.scale (Owned<GstBuffer>{gst_buffer_ref (in.get ())});
  ASSERT_TRUE (out) << d.bus ().error ();
  EXPECT_EQ (d.bus ().warning (), "");
  const GstVideoInfo info = d.out ();
  EXPECT_EQ (out.get () == in.get (), same_pixels (d.in (), info) && info.width == d.in ().width);
  const Scene scene = scene_of (d.in (), source, info);
  Picture wanted (scene.format, scene.canvas);
  ASSERT_EQ (renderer->prepare (scene), Status::ok);
  ASSERT_EQ (renderer->draw (scene, wanted.view ()), Status::ok);
  EXPECT_EQ (first_difference (picture_of (info, out.get ()), wanted), "");
}

TEST (DownscaleConvertsLight, AsTheEngineDraws)
{
  const std::string kinds[] = {"I420_10LE colorimetry=bt2100-pq",
                               "P010_10LE colorimetry=bt2100-hlg", "NV12 colorimetry=bt709",
                               "RGBA colorimetry=sRGB", "Y444_10LE colorimetry=bt2020"};
  const auto caps = [] (const std::string &kind, Size size) {
    const auto at = kind.find (' ');
    return sized (kind.substr (0, at), size) + ",framerate=1/1," + kind.substr (at + 1);
  };
  for (const std::string &from : kinds)
    for (const std::string &to : kinds)
      for (const Size size : {kFrom, kHalf})
        expect_as_the_engine_draws (caps (from, kFrom), caps (to, size));
}

// A JPEG names a matrix and a range, and no light: it is SDR, and becomes HDR by light.
TEST (DownscaleConvertsLight, AMatrixOfSdrIsSdr)
{
  for (const std::string format : {"I420", "Y444", "GRAY8"})
    for (const auto &[open, said] : {std::pair{"1:4:0:0", "1:4:5:1"}, {"2:3:0:0", "2:3:5:1"}})
      for (const std::string asked : {"bt2100-pq", "bt2100-hlg", "bt2020"}) {
        SCOPED_TRACE (format + " " + open + " " + asked);
        const std::string to =
            sized ("P010_10LE", kHalf) + ",framerate=1/1,colorimetry=(string)" + asked;
        const auto drawn = [&] (const std::string &colorimetry) {
          Downscaler d{sized (format, kFrom) + ",framerate=1/1,colorimetry=(string)" + colorimetry,
                       to};
          const std::vector<int> all = d.scaled_samples (noise (d.in (), 7));
          EXPECT_EQ (d.bus ().warning (), "");
          EXPECT_EQ (d.bus ().error (), "");
          return all;
        };
        const std::vector<int> all = drawn (open);
        EXPECT_FALSE (all.empty ());
        EXPECT_EQ (all, drawn (said));
      }
}

TEST_P (DownscaleConverts, AsTheEngineDraws)
{
  for (const FormatInfo &to : all_formats ())
    for (const Size size : {kFrom, kHalf})
      expect_as_the_engine_draws (raw (info_of (GetParam ()).name, kFrom.width, kFrom.height),
                                  sized (to.name, size));
}

std::vector<PixelFormat> every_format ()
{
  std::vector<PixelFormat> formats;
  for (const FormatInfo &f : all_formats ()) formats.push_back (f.format);
  return formats;
}

INSTANTIATE_TEST_SUITE_P (Formats, DownscaleConverts, ::testing::ValuesIn (every_format ()),
                          [] (const auto &i) { return std::string (info_of (i.param).name); });

TEST (DownscaleConvertsColors, AsTheStandardsSay)
{
  struct Side {
    const char *format, *colorimetry;
    Colors colors;
  };
  constexpr Colors k601 = {0.299, 0.114, false}, k709 = {0.2126, 0.0722, false};
  constexpr Colors kRgb = {.full = true};
  constexpr Side kSides[] = {{"I420", "bt601", k601},
                             {"NV12", "bt709", k709},
                             {"Y444", "1:3:5:1", {0.2126, 0.0722, true}},
                             {"YUY2", "1:4:16:4", {0.299, 0.114, true}},
                             {"GRAY8", "1:4:5:1", {0.299, 0.114, true}},
                             {"RGBP", "sRGB", kRgb},
                             {"BGRx", "2:1:5:1", {}},
                             {"RGB", "1:1:16:4", kRgb}};
  const auto caps = [] (const Side &side, Size size) {
    return sized (side.format, size) + ",colorimetry=(string)" + side.colorimetry;
  };
  for (const Side &from : kSides)
    for (const Side &to : kSides)
      for (const Size size : {kFrom, kHalf, Size{9, 13}}) {
        SCOPED_TRACE (caps (from, kFrom) + " -> " + caps (to, size));
        Downscaler d{caps (from, kFrom) + ",framerate=1/1", caps (to, size)};
        const Owned<GstBuffer> in = noise (d.in (), 8);
        const Picture source = picture_of (d.in (), in.get ());
        const Owned<GstBuffer> out = d.scale (Owned<GstBuffer>{gst_buffer_ref (in.get ())});
        ASSERT_TRUE (out) << d.bus ().error ();
        EXPECT_EQ (d.bus ().warning (), "");
        const GstVideoInfo info = d.out ();
        const Picture drawn = picture_of (info, out.get ());
        const ColorMatrix matrix =
            real_matrix (source.info (), from.colors, drawn.info (), to.colors);
        const RealFrame truth = render (scene_of (d.in (), source, info), {matrix});
        const Distance far = distance (truth, drawn);
        EXPECT_LE (far.worst_rounded, 1) << far.where;
      }
}

// Words that are no colorimetry of RGB mean to GStreamer what it makes of them.
TEST (DownscaleConvertsColors, WhiteIsWhiteToTheOutputsReaders)
{
  for (const char *said : {"", ",colorimetry=bt601", ",colorimetry=bt709", ",colorimetry=sRGB",
                           ",colorimetry=2:0:0:0", ",colorimetry=2:1:5:1"}) {
    Downscaler d{sized ("I420", {8, 8}) + ",framerate=1/1,colorimetry=bt601",
                 sized ("RGB", {4, 4}) + said};
    const Owned<GstBuffer> out =
        d.scale (painted (d.in (), [] (int p, int, int, int) { return p ? 128 : 235; }));
    ASSERT_TRUE (out) << said << d.bus ().error ();
    const bool full = d.out ().colorimetry.range == GST_VIDEO_COLOR_RANGE_0_255;
    EXPECT_EQ (picture_of (d.out (), out.get ()).get (0, 0, 0, 0), full ? 255 : 235) << said;
  }
}

// What hides under transparency does not show, and an edge of it is smooth.
TEST (DownscaleConvertsColors, TransparentPicturesAreShownOverBlack)
{
  for (const char *to : {"RGB", "BGRx", "RGBP"}) {
    Downscaler d{raw ("RGBA", 8, 2), sized (to, {4, 1})};
    const auto half_clear = [] (int, int x, int, int k) { return k < 3 || x < 3 ? 255 : 0; };
    const Owned<GstBuffer> out = d.scale (painted (d.in (), half_clear));
    ASSERT_TRUE (out) << d.bus ().error ();
    const Picture drawn = picture_of (d.out (), out.get ());
    for (int x = 0; x < 4; x++) EXPECT_EQ (drawn.get (0, x, 0, 0), x == 0 ? 255 : x == 1 ? 128 : 0);
  }
}

TEST (DownscaleConvertsColors, ThreadsChangeNothing)
{
  std::optional<Picture> first;
  for (const char *threads : {"n-threads=1", "n-threads=3"}) {
    Downscaler d{raw ("NV12", 64, 48), sized ("RGBP", {20, 14}),
                 std::string{"crop-x=0.25 crop-width=0.5 method=lanczos "} + threads};
    const Owned<GstBuffer> out = d.scale (noise (d.in (), 9));
    ASSERT_TRUE (out) << d.bus ().error ();
    Picture drawn = picture_of (d.out (), out.get ());
    if (first)
      EXPECT_EQ (first_difference (drawn, *first), "") << threads;
    else
      first.emplace (std::move (drawn));
  }
}

}  // namespace
}  // namespace quad::test
