// quadmatterefine: masks of all kinds, and what stays of the video.
#include <algorithm>
#include <cstdlib>

#include "elements/matte/two_inputs.h"

namespace quad::test {
namespace {

// --- Masks ---

TEST (RefineMasks, OfAnySize)
{
  for (const char *downstream :
       {"video/x-raw,format=GRAY8", "video/x-raw,format=A420", "video/x-raw,format=RGBA"})
    for (const char *refine : {"none", "guided"})
      for (const auto &[width, height] :
           {std::pair{1, 1}, {1, 9}, {9, 1}, {16, 12}, {7, 5}, {64, 48}, {300, 1}, {2500, 2100}}) {
        TwoInputs t (std::string ("smoothing=0 refine=") + refine, downstream);
        t.video (0);
        t.mask (0, 200, raw ("GRAY8", width, height));
        t.end ("v"), t.end ("m"), t.play ();
        const auto frame = t.next ();
        ASSERT_TRUE (frame);
        for (const int a : frame->alpha ())
          ASSERT_NEAR (a, 200, std::string (refine) == "none" ? 0 : 1) << width << "x" << height;
      }
}

// Each sample of the mask lies over its part of the picture.
TEST (RefineMasks, LieOverThePicture)
{
  TwoInputs t;
  const std::string video = raw ("I420", 64, 48), caps = raw ("GRAY8", 8, 6);
  t.video (0, video);
  t.send ("m",
          painted (info_of_caps (caps), [] (int, int x, int y, int) { return 20 * x + 9 * y; }),
          caps);
  t.end ("v"), t.end ("m"), t.play ();
  const auto frame = t.next ();
  ASSERT_TRUE (frame);
  const std::vector<int> alpha = frame->alpha ();
  // Samples are interpolated between their centres.
  for (int y = 4; y < 44; y++)
    for (int x = 4; x < 60; x++)
      ASSERT_NEAR (alpha[static_cast<std::size_t> (y * 64 + x)],
                   20 * ((x + 0.5) / 8 - 0.5) + 9 * ((y + 0.5) / 8 - 0.5), 0.51)
          << x << " " << y;
}

TEST (RefineMasks, OfVideoRangeAreMadeFull)
{
  struct Row {
    const char *colors;
    int level, alpha;
  };
  for (const Row &row : {Row{"2:4:0:0", 16, 0},
                         {"2:4:0:0", 235, 255},
                         {"2:4:0:0", 126, 128},
                         {"2:4:0:0", 3, 0},
                         {"2:4:0:0", 250, 255},
                         {"bt709", 235, 255},
                         {"1:4:0:0", 16, 16},
                         {"1:4:0:0", 235, 235}}) {
    TwoInputs t;
    t.video (0);
    t.mask (0, row.level,
            raw ("GRAY8", 4, 3, std::string ("framerate=10/1,colorimetry=(string)") + row.colors));
    EXPECT_EQ (levels_of (t.run ()), std::vector<int>{row.alpha}) << row.colors << row.level;
  }
}

// A mask whose edge goes to and fro around the picture's.
TEST (RefineMasks, ErrorsAtAnEdgeFall)
{
  const std::string video = raw ("I420", 256, 192), caps = raw ("GRAY8", 64, 48);
  long errors[2] = {};
  for (const bool guided : {false, true}) {
    TwoInputs t (guided ? "smoothing=0" : kPlainMask);
    t.send ("v",
            painted (info_of_caps (video),
                     [] (int p, int x, int, int) { return p > 0     ? 128
                                                          : x < 128 ? 50
                                                                    : 200; }),
            video);
    t.send ("m",
            painted (info_of_caps (caps),
                     [] (int, int x, int y, int) { return x < (y / 3 % 2 ? 31 : 33) ? 0 : 255; }),
            caps);
    t.end ("v"), t.end ("m"), t.play ();
    const auto frame = t.next ();
    ASSERT_TRUE (frame);
    const std::vector<int> alpha = frame->alpha ();
    for (std::size_t i = 0; i < alpha.size (); i++) {
      const long error = alpha[i] - (i % 256 < 128 ? 0 : 255);
      errors[guided] += error * error;
    }
  }
  EXPECT_GT (errors[0], 2L * 255 * 255 * 192);
  EXPECT_LT (2 * errors[1], errors[0]);
}

TEST (RefineMasks, ChangeTheirCaps)
{
  TwoInputs t;
  for (unsigned n = 0; n < 8; n++) {
    t.video (n * kFrame);
    t.mask (n * kFrame, 10 * (int (n) + 1), raw ("GRAY8", n < 4 ? 4 : 16, n % 2 ? 3 : 12));
  }
  EXPECT_EQ (levels_of (t.run ()), (std::vector<int>{10, 20, 30, 40, 50, 60, 70, 80}));
}

TEST (RefineMasks, TheVideoChangesItsCaps)
{
  TwoInputs t (kPlainMask, "video/x-raw");
  const std::pair<std::string, const char *> caps[] = {{raw ("I420", 16, 12), "A420"},
                                                       {raw ("I420", 32, 8), "A420"},
                                                       {raw ("RGB", 32, 8), "RGBA"},
                                                       {raw ("Y444", 5, 7), "AYUV"},
                                                       {raw ("I420", 16, 12), "A420"}};
  GstClockTime time = 0;
  for (int n = 0; n < 5; n++)
    for (int k = 0; k < 2; k++, time += kFrame) t.video (time, caps[n].first);
  // One mask for two kinds of video.
  t.mask (0, 60), t.mask (5 * kFrame, 70);
  t.end ("v"), t.end ("m"), t.play ();
  for (int n = 0; n < 10; n++) {
    const auto frame = t.next ();
    ASSERT_TRUE (frame) << n;
    const auto &[of, format] = caps[n / 2];
    EXPECT_STREQ (GST_VIDEO_INFO_NAME (&frame->info), format) << n;
    const GstVideoInfo in = info_of_caps (of);
    EXPECT_EQ (frame->info.width, in.width);
    EXPECT_EQ (frame->alpha (),
               std::vector<int> (static_cast<std::size_t> (in.width * in.height), n < 5 ? 60 : 70))
        << n;
  }
}

TEST (RefineMasks, TheNumberOfThreadsChangesNothing)
{
  for (const char *out : {"A420", "AYUV", "RGBA", "GRAY8"}) {
    std::vector<int> first;
    for (const int threads : {1, 4}) {
      TwoInputs t ("foreground=estimate n-threads=" + std::to_string (threads),
                   std::string ("video/x-raw,format=") + out);
      const std::string video = raw ("I420", 333, 217), mask = raw ("GRAY8", 53, 37);
      for (int n = 0; n < 3; n++) {
        t.send ("v", timed (colorful (info_of_caps (video), n), unsigned (n) * kFrame, kFrame),
                video);
        t.send ("m", timed (colorful (info_of_caps (mask), 5 * n), unsigned (n) * kFrame, kFrame),
                mask);
      }
      t.end ("v"), t.end ("m"), t.play ();
      std::vector<int> all;
      while (const auto frame = t.next ()) {
        const std::vector<int> one = frame->samples ();
        all.insert (all.end (), one.begin (), one.end ());
      }
      if (first.empty ()) first = all;
      EXPECT_FALSE (all.empty ());
      EXPECT_TRUE (all == first) << out << threads;
    }
  }
}

// Where alpha is partial, the colours of the foreground come; elsewhere the picture's stay.
TEST (RefineMasks, ColoursOfTheForeground)
{
  TwoInputs t ("refine=none smoothing=0 foreground=estimate", "video/x-raw,format=RGBA");
  const std::string video = raw ("RGB", 64, 8), mask = raw ("GRAY8", 64, 8);
  const auto alpha_at = [] (int x) { return std::clamp ((x - 24) * 16, 0, 255); };
  t.send ("v",
          painted (info_of_caps (video),
                   [&] (int, int x, int, int k) {
                     const int front = k == 0 ? 200 : 40, back = k == 2 ? 220 : 20;
                     return (front * alpha_at (x) + back * (255 - alpha_at (x)) + 127) / 255;
                   }),
          video);
  t.send ("m", painted (info_of_caps (mask), [&] (int, int x, int, int) { return alpha_at (x); }),
          mask);
  t.end ("v"), t.end ("m"), t.play ();
  const auto frame = t.next ();
  ASSERT_TRUE (frame);
  for (guint k = 0; k < 3; k++) {
    const std::vector<int> samples = frame->component (k);
    for (int x = 0; x < 64; x++) {
      const int front = k == 0 ? 200 : 40, back = k == 2 ? 220 : 20, a = alpha_at (x);
      if (a == 0) {
        EXPECT_EQ (samples[std::size_t (x)], back) << k << " " << x;
      } else if (a > 100) {
        const int before = std::abs (back - front) * (255 - a) / 255;
        EXPECT_LE (2 * std::abs (samples[std::size_t (x)] - front), before + 4) << k << " " << x;
      }
    }
  }
}

// --- What stays of the video ---

TEST (RefineBuffers, TimesFlagsAndMetasStay)
{
  TwoInputs t (kPlainMask, "video/x-raw");
  Owned<GstBuffer> in = timed (plain (info_of_caps (kVideoCaps), 99), 12345, 678);
  GST_BUFFER_DTS (in.get ()) = 12000;
  GST_BUFFER_OFFSET (in.get ()) = 5;
  GST_BUFFER_OFFSET_END (in.get ()) = 6;
  GST_BUFFER_FLAG_SET (in.get (), GST_BUFFER_FLAG_MARKER);
  gst_buffer_add_video_region_of_interest_meta (in.get (), "face", 3, 4, 5, 6)->id = 9;
  gst_buffer_add_video_time_code_meta_full (in.get (), 25, 1, nullptr,
                                            GST_VIDEO_TIME_CODE_FLAGS_NONE, 1, 2, 3, 4, 0);
  t.send ("v", std::move (in), kVideoCaps);
  t.mask (0, 50);
  t.end ("v"), t.end ("m"), t.play ();
  const auto out = t.next ();
  ASSERT_TRUE (out);
  GstBuffer *buffer = out->buffer.get ();
  EXPECT_EQ (out->pts (), 12345u);
  EXPECT_EQ (GST_BUFFER_DURATION (buffer), 678u);
  EXPECT_EQ (GST_BUFFER_DTS (buffer), 12000u);
  EXPECT_EQ (GST_BUFFER_OFFSET (buffer), 5u);
  EXPECT_EQ (GST_BUFFER_OFFSET_END (buffer), 6u);
  EXPECT_TRUE (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_MARKER));
  const auto *region = gst_buffer_get_video_region_of_interest_meta_id (buffer, 9);
  ASSERT_TRUE (region);
  EXPECT_EQ ((std::vector<guint>{region->x, region->y, region->w, region->h}),
             (std::vector<guint>{3, 4, 5, 6}));
  ASSERT_TRUE (gst_buffer_get_video_time_code_meta (buffer));
}

TEST (RefineBuffers, ColoursAreThePictures)
{
  for (const auto &[in, out] : {std::pair{"I420", "A420"},
                                {"NV12", "AV12"},
                                {"RGB", "RGBA"},
                                {"Y444", "AYUV"},
                                {"P010_10LE", "A420"},
                                {"I420", "BGRA"}}) {
    const std::string video = raw (in, 33, 17);
    TwoInputs t (kPlainMask, std::string ("video/x-raw,format=") + out);
    const GstVideoInfo info = info_of_caps (video);
    Owned<GstBuffer> picture{
        gst_buffer_new_allocate (nullptr, GST_VIDEO_INFO_SIZE (&info), nullptr)};
    gst_buffer_memset (picture.get (), 0, 0x63, GST_VIDEO_INFO_SIZE (&info));
    t.send ("v", Owned<GstBuffer>{gst_buffer_ref (picture.get ())}, video);
    t.mask (0, 50);
    t.end ("v"), t.end ("m"), t.play ();
    const auto frame = t.next ();
    ASSERT_TRUE (frame);
    const MatteFrame same =
        converted (video, std::move (picture), raw (out, 33, 17, "framerate=10/1"));
    for (guint k = 0; k < 3; k++)
      EXPECT_EQ (frame->component (k), same.component (k)) << in << " " << out << k;
    EXPECT_EQ (frame->alpha (), std::vector<int> (33 * 17, 50));
  }
}

}  // namespace
}  // namespace quad::test
