// Frames and caps of each kind of file, at each scale.
#include "harness.h"

namespace quad::test {
namespace {

struct Row {
  const char *name;
  JpegKind kind;
  const char *format;
  const char *colors;
};

const Row kRows[] = {
    {"420", {.sampling = TJSAMP_420}, "I420", "1:4:0:0"},
    {"422", {.sampling = TJSAMP_422}, "Y42B", "1:4:0:0"},
    {"444", {.sampling = TJSAMP_444}, "Y444", "1:4:0:0"},
    {"440", {.sampling = TJSAMP_440}, "Y444", "1:4:0:0"},
    {"grey", {.sampling = TJSAMP_GRAY}, "GRAY8", "1:4:0:0"},
    {"rgb", {.rgb = true}, "GBR", "sRGB"},
};
constexpr Size kSizes[] = {{1, 1}, {3, 2}, {16, 16}, {31, 17}, {64, 49}};

class JpegFormats : public testing::TestWithParam<Row> {};

TEST_P (JpegFormats, PixelsAtAllScales)
{
  for (const Size size : kSizes)
    for (const bool progressive : {false, true}) {
      JpegKind kind = GetParam ().kind;
      kind.progressive = progressive;
      const JpegBytes jpeg = make_jpeg (size, kind);
      for (const int scale : {8, 4, 2, 1}) {
        const int width = ceil_div (size.width * scale, 8);
        JpegDecoding decoding ("max-width=" + std::to_string (width) +
                               " max-height=" + std::to_string (ceil_div (size.height * scale, 8)));
        ASSERT_EQ (decoding.push (jpeg, 0), GST_FLOW_OK);
        const auto frame = decoding.pull ();
        ASSERT_TRUE (frame) << decoding.bus ().error ();
        // A small picture has the same size at several scales; the largest is taken.
        int used = 8;
        while (ceil_div (size.width * used, 8) > width ||
               ceil_div (size.height * used, 8) > ceil_div (size.height * scale, 8))
          used /= 2;
        EXPECT_EQ (frame->size ().width, width);
        EXPECT_EQ (frame->samples (), expected_samples (jpeg, kind, used))
            << size.width << "x" << size.height << " at " << scale;
        EXPECT_EQ (decoding.bus ().warning (), "");
      }
    }
}

TEST_P (JpegFormats, Caps)
{
  JpegDecoding decoding;
  decoding.push (make_jpeg ({31, 17}, GetParam ().kind), 0);
  ASSERT_TRUE (decoding.pull ());
  const std::string colors = GetParam ().colors, format = GetParam ().format;
  GstVideoInfo info = info_of_caps (decoding.caps ());
  EXPECT_STREQ (gst_video_format_to_string (GST_VIDEO_INFO_FORMAT (&info)), format.c_str ());
  const Owned<char> colorimetry{gst_video_colorimetry_to_string (&info.colorimetry)};
  EXPECT_EQ (colors, colorimetry.get ());
  EXPECT_EQ (GST_VIDEO_INFO_INTERLACE_MODE (&info), GST_VIDEO_INTERLACE_MODE_PROGRESSIVE);
  EXPECT_EQ (info.par_n, info.par_d);
  EXPECT_EQ (info.fps_n, 10);
  EXPECT_EQ (decoding.caps ().find ("chroma-site=(string)jpeg") != std::string::npos,
             GST_VIDEO_INFO_IS_YUV (&info));
}

// FFmpeg's comment in what its encoder makes of pictures of limited range.
TEST (JpegRange, IsLimitedIfFFmpegSaysSo)
{
  const JpegBytes plain = make_jpeg ({32, 16});
  const char text[] = "CS=ITU601";
  const JpegBytes marked = with_segment (plain, 0xfe, {std::begin (text), std::end (text)});
  JpegDecoding decoding;
  for (const bool limited : {false, true, false}) {
    decoding.push (limited ? marked : plain, 0);
    const auto frame = decoding.pull ();
    ASSERT_TRUE (frame);
    const GstVideoColorimetry c = info_of_caps (frame->caps).colorimetry;
    EXPECT_EQ (c.range, limited ? GST_VIDEO_COLOR_RANGE_16_235 : GST_VIDEO_COLOR_RANGE_0_255);
    EXPECT_EQ (c.matrix, GST_VIDEO_COLOR_MATRIX_BT601);
    EXPECT_EQ (frame->samples (), expected_samples (plain, {}));
  }
}

// What the input's caps say of colours and shapes is not true of a JPEG.
TEST_P (JpegFormats, TheInputsCapsDoNotShowThrough)
{
  JpegDecoding decoding ("", GST_FORMAT_TIME,
                         "image/jpeg,framerate=25/2,width=31,height=17,pixel-aspect-ratio=4/3,"
                         "colorimetry=bt709,chroma-site=mpeg2,interlace-mode=interleaved");
  decoding.push (make_jpeg ({31, 17}, GetParam ().kind), 0);
  ASSERT_TRUE (decoding.pull ());
  GstVideoInfo info = info_of_caps (decoding.caps ());
  EXPECT_EQ (info.par_n, info.par_d);
  EXPECT_EQ (GST_VIDEO_INFO_INTERLACE_MODE (&info), GST_VIDEO_INTERLACE_MODE_PROGRESSIVE);
  const Owned<char> colorimetry{gst_video_colorimetry_to_string (&info.colorimetry)};
  EXPECT_STREQ (colorimetry.get (), GetParam ().colors);
  EXPECT_EQ (decoding.caps ().find ("mpeg2"), std::string::npos);
  EXPECT_EQ (info.fps_n, 25);
}

// A density is a size in print, and an ICC profile is ignored.
TEST_P (JpegFormats, NeitherDensityNorProfileCount)
{
  const JpegBytes plain = make_jpeg ({31, 17}, GetParam ().kind);
  // JFIF 1.02 with 300 x 150 dots an inch, and a profile of no use.
  const JpegBytes jfif = {'J', 'F', 'I', 'F', 0, 1, 2, 1, 1, 44, 0, 150, 0, 0};
  JpegBytes profile = {'I', 'C', 'C', '_', 'P', 'R', 'O', 'F', 'I', 'L', 'E', 0, 1, 1};
  profile.resize (500, 7);
  JpegDecoding decoding;
  decoding.push (plain, 0);
  const auto wanted = decoding.pull ();
  JpegBytes jpeg = with_segment (plain, 0xe2, profile);
  if (!GetParam ().kind.rgb) jpeg = with_segment (without_segments (jpeg, 0xe0), 0xe0, jfif);
  decoding.push (jpeg, 1);
  const auto frame = decoding.pull ();
  ASSERT_TRUE (wanted && frame);
  EXPECT_EQ (frame->caps, wanted->caps);
  EXPECT_EQ (frame->samples (), wanted->samples ());
  EXPECT_EQ (decoding.bus ().warning (), "");
}

INSTANTIATE_TEST_SUITE_P (Kinds, JpegFormats, testing::ValuesIn (kRows),
                          [] (const auto &info) { return info.param.name; });

struct Limit {
  const char *properties;
  Size size;
};

TEST (JpegScales, ByProperties)
{
  const JpegBytes jpeg = make_jpeg ({161, 121});
  const Limit limits[] = {
      {"", {161, 121}},
      {"ignore-target=true", {161, 121}},
      {"max-width=161", {161, 121}},
      {"max-width=160", {81, 61}},
      {"max-height=60", {41, 31}},
      {"max-width=81 max-height=31", {41, 31}},
      {"max-width=1", {21, 16}},
      {"max-width=81 ignore-target=true headroom=8", {81, 61}},
  };
  for (const Limit &l : limits) {
    JpegDecoding decoding (l.properties);
    decoding.push (jpeg, 0);
    const auto frame = decoding.pull ();
    ASSERT_TRUE (frame) << l.properties;
    EXPECT_EQ (frame->size (), l.size) << l.properties;
  }
}

TEST (JpegScales, PropertiesChangeWhilePlaying)
{
  JpegDecoding decoding;
  const JpegBytes jpeg = make_jpeg ({64, 48});
  for (const int limit : {0, 32, 8, 64, 16}) {
    g_object_set (decoding.element (), "max-width", limit, nullptr);
    decoding.push (jpeg, 0);
    const auto frame = decoding.pull ();
    ASSERT_TRUE (frame);
    EXPECT_EQ (frame->size ().width, limit ? limit : 64);
  }
}

TEST (JpegScales, PropertiesReadAsTheyWereWritten)
{
  const Harness harness = harness_of (
      "quadjpegdec headroom=3.5 max-width=7 max-height=9 ignore-target=true "
      "max-pixels=123456789012");
  gdouble headroom;
  gint width, height;
  gboolean ignore;
  guint64 pixels;
  g_object_get (harness->element, "headroom", &headroom, "max-width", &width, "max-height", &height,
                "ignore-target", &ignore, "max-pixels", &pixels, nullptr);
  EXPECT_EQ (headroom, 3.5);
  EXPECT_EQ (width, 7);
  EXPECT_EQ (height, 9);
  EXPECT_TRUE (ignore);
  EXPECT_EQ (pixels, 123456789012u);
}

TEST (JpegFormat, SizeAndSamplingChangeMidStream)
{
  JpegDecoding decoding;
  std::vector<JpegBytes> all;
  std::vector<JpegKind> kinds;
  for (const Row &row : kRows)
    for (const Size size : kSizes) {
      all.push_back (make_jpeg (size, row.kind));
      kinds.push_back (row.kind);
    }
  for (std::size_t i = 0; i < all.size (); i++) {
    decoding.push (all[i], i * GST_MSECOND);
    const auto frame = decoding.pull ();
    ASSERT_TRUE (frame);
    EXPECT_EQ (frame->pts (), i * GST_MSECOND);
    EXPECT_EQ (frame->samples (), expected_samples (all[i], kinds[i])) << i;
  }
}

}  // namespace
}  // namespace quad::test
