// What gifstreamenc's files show, and when.
#include <algorithm>

#include "elements/gif/harness.h"

using namespace quad::test;
using quad::Owned;

namespace {

// 200 colours that move.
Paint pattern (int n)
{
  return [n] (int x, int y) {
    const int v = (x + 3 * y + 5 * n) % 200;
    return Color{std::uint8_t (v), std::uint8_t (255 - v), std::uint8_t (v * 7 % 256), 255};
  };
}

Paint plain (int v)
{
  return [v] (int, int) {
    return Color{std::uint8_t (v), std::uint8_t (v), std::uint8_t (v), 255};
  };
}

TEST (GifStreamEnc, EachFormatAndSizeIsShownAsItWas)
{
  const std::pair<int, int> sizes[] = {{1, 1}, {1, 9}, {7, 1}, {5, 3}, {33, 17}, {64, 48}};
  for (const std::string format : {"RGBA", "BGRA", "RGBx", "BGRx", "RGB", "BGR", "GRAY8"})
    for (const auto &[width, height] : sizes) {
      SCOPED_TRACE (format + " " + std::to_string (width) + "x" + std::to_string (height));
      GifEncoding e ("", width, height, format);
      std::vector<Shown> frames;
      for (int n = 0; n < 4; n++) {
        const Paint paint = format == "GRAY8" ? plain (60 * n) : pattern (n);
        EXPECT_EQ (e.push (paint, GstClockTime (n) * 40 * kMs, 40 * kMs), GST_FLOW_OK);
        frames.push_back (shown (width, height, paint));
      }
      EXPECT_TRUE (e.end ());
      const GifRead gif = e.read ();
      EXPECT_EQ (gif.error, 0);
      EXPECT_EQ (gif.width, width);
      EXPECT_EQ (gif.height, height);
      EXPECT_EQ (gif.loop, 0);
      ASSERT_EQ (gif.images.size (), 4u);
      for (std::size_t n = 0; n < 4; n++) {
        EXPECT_EQ (gif.images[n].delay, 4);
        EXPECT_TRUE (gif.images[n].shown == frames[n]) << n;
      }
      if (width > 1 && height > 1) {
        EXPECT_TRUE (read_by_libav (e.parts (), width, height) == frames);
      }
    }
}

TEST (GifStreamEnc, VideoLevelsOfGreyAreStretched)
{
  GifEncoding e ("", 2, 1, "GRAY8,colorimetry=2:4:5:1", "1/1");
  e.push ([] (int x, int) { return Color{std::uint8_t (x ? 235 : 16), 0, 0, 0}; }, 0);
  e.end ();
  const GifRead gif = e.read ();
  EXPECT_EQ (gif.images.at (0).shown.at (0, 0), (Color{0, 0, 0, 255}));
  EXPECT_EQ (gif.images.at (0).shown.at (1, 0), (Color{255, 255, 255, 255}));
  EXPECT_EQ (gif.images.at (0).delay, 100);
}

// Delays of frames that begin at `times`, and last until `end`.
std::vector<int> delays (const std::vector<GstClockTime> &times, GstClockTime end,
                         std::size_t *images = nullptr)
{
  GifEncoding e;
  for (std::size_t i = 0; i < times.size (); i++)
    e.push (plain (int (i % 2 ? 255 - i % 100 : i % 100)), times[i],
            i + 1 < times.size () ? kNone : end - times[i]);
  e.end ();
  const GifRead gif = e.read ();
  EXPECT_EQ (gif.error, 0);
  std::vector<int> all;
  for (const GifImageRead &image : gif.images) all.push_back (image.delay);
  if (images) *images = gif.images.size ();
  return all;
}

TEST (GifStreamEnc, NoClipDrifts)
{
  for (const int rate : {24, 30, 50, 23}) {
    std::vector<GstClockTime> times;
    for (guint64 i = 0; i <= 1200; i++)
      times.push_back (gst_util_uint64_scale (i, GST_SECOND, guint64 (rate)));
    const GstClockTime end = times.back ();
    times.pop_back ();
    const std::vector<int> all = delays (times, end);
    ASSERT_EQ (all.size (), 1200u);
    int sum = 0;
    for (std::size_t i = 0; i < all.size (); i++) {
      EXPECT_LE (std::abs (sum - double (times[i]) / 1e7), 0.5) << i;
      EXPECT_GE (all[i], 2);
      sum += all[i];
    }
    EXPECT_LE (std::abs (sum - double (end) / 1e7), 0.5);
  }
}

TEST (GifStreamEnc, FramesOfAnyDuration)
{
  EXPECT_EQ (delays ({0, 33 * kMs, 500 * kMs, 516 * kMs, 536 * kMs}, 1000 * kMs),
             (std::vector<int>{3, 47, 2, 2, 46}));
  // The file begins where the first frame begins.
  EXPECT_EQ (delays ({5000 * kMs, 5100 * kMs}, 5300 * kMs), (std::vector<int>{10, 20}));
}

TEST (GifStreamEnc, OfFramesTooShortTheNewestIsShown)
{
  GifEncoding e;
  for (int i = 0; i < 100; i++) e.push (plain (2 * i), GstClockTime (i) * 10 * kMs, 10 * kMs);
  e.end ();
  const GifRead gif = e.read ();
  ASSERT_EQ (gif.images.size (), 50u);
  for (std::size_t i = 0; i < gif.images.size (); i++) {
    EXPECT_EQ (gif.images[i].delay, 2);
    EXPECT_EQ (gif.images[i].shown.at (3, 3)[0], 4 * i + 2);
  }
}

TEST (GifStreamEnc, APauseLongerThanADelay)
{
  // 20 minutes are 120,000 hundredths.
  const std::vector<int> all = delays ({0, 1'200'000 * kMs, 1'200'100 * kMs}, 1'200'200 * kMs);
  EXPECT_EQ (all, (std::vector<int>{65535, 54465, 10, 10}));
}

TEST (GifStreamEnc, WhatDoesNotChangeCostsNothing)
{
  GifEncoding once, often;
  once.push (pattern (0), 0);
  once.push (pattern (1), 900 * kMs, 100 * kMs);
  for (int i = 0; i < 9; i++) often.push (pattern (0), GstClockTime (i) * 100 * kMs);
  often.push (pattern (1), 900 * kMs, 100 * kMs);
  once.end ();
  often.end ();
  EXPECT_EQ (once.bytes (), often.bytes ());
  EXPECT_EQ (once.read ().images.at (0).delay, 90);
}

TEST (GifStreamEnc, TheLastFrameLastsItsDuration)
{
  GifEncoding still;
  still.push (pattern (0), 3 * GST_SECOND, 1500 * kMs);
  still.end ();
  ASSERT_EQ (still.read ().images.size (), 1u);
  EXPECT_EQ (still.read ().images[0].delay, 150);
  // A frame that stays the same lasts to the end of its last copy.
  GifEncoding copies;
  for (int i = 0; i < 3; i++) copies.push (pattern (0), GstClockTime (i) * 200 * kMs, 200 * kMs);
  copies.end ();
  EXPECT_EQ (copies.read ().images.at (0).delay, 60);
  // By the rate, where it has none.
  GifEncoding rate ("", 16, 12, "RGBA", "5/1");
  rate.push (pattern (0), 0);
  rate.end ();
  EXPECT_EQ (rate.read ().images.at (0).delay, 20);
}

TEST (GifStreamEnc, OnlyWhatChangedIsWritten)
{
  GifEncoding e ("", 64, 48);
  for (int n = 0; n < 3; n++)
    e.push (
        [n] (int x, int y) {
          return x >= 10 + n && x < 14 + n && y >= 20 && y < 23 ? Color{255, 0, 0, 255}
                                                                : pattern (0) (x, y);
        },
        GstClockTime (n) * 100 * kMs, 100 * kMs);
  e.end ();
  const GifRead gif = e.read ();
  ASSERT_EQ (gif.images.size (), 3u);
  // One column on either side of what moved.
  EXPECT_EQ (gif.images[1].left, 10);
  EXPECT_EQ (gif.images[1].width, 5);
  EXPECT_EQ (gif.images[1].top, 20);
  EXPECT_EQ (gif.images[1].height, 3);
  GifEncoding whole ("transparency=false", 16, 12, "RGBx");
  whole.push (pattern (0), 0);
  whole.push (pattern (1), 100 * kMs);
  whole.end ();
  for (const GifImageRead &image : whole.read ().images) EXPECT_EQ (image.transparent, -1);
}

// A pseudo-random number for a pixel and a frame.
std::uint32_t noise (int x, int y, int n)
{
  std::uint32_t v = std::uint32_t (x) * 0x9e3779b1u ^ std::uint32_t (y) * 0x85ebca6bu ^
                    std::uint32_t (n) * 0xc2b2ae35u;
  v ^= v >> 15;
  v *= 0x2c1b3c6du;
  return v ^ v >> 13;
}

TEST (GifStreamEnc, WhatStandsStillDoesNotFlicker)
{
  for (const std::string properties :
       {"", "palette=per-frame", "dither=error-diffusion", "dither=none", "lossy=40"}) {
    SCOPED_TRACE (properties);
    GifEncoding e (properties, 96, 64, "RGB");
    for (int n = 0; n < 60; n++)
      e.push (
          [n] (int x, int y) {
            // A gradient of too many colours, beside an area with other colours in each frame.
            if (x < 48) return Color{std::uint8_t (4 * y), std::uint8_t (5 * x), 128, 255};
            const std::uint32_t v = noise (x, y, n);
            return Color{std::uint8_t (v), std::uint8_t (v >> 8), std::uint8_t (v >> 16), 255};
          },
          GstClockTime (n) * 40 * kMs, 40 * kMs);
    e.end ();
    const GifRead gif = e.read ();
    ASSERT_EQ (gif.images.size (), 60u);
    for (std::size_t n = 1; n < 60; n++)
      for (int y = 0; y < 64; y++)
        for (int x = 0; x < 48; x++)
          ASSERT_EQ (gif.images[n].shown.at (x, y), gif.images[0].shown.at (x, y))
              << n << ": " << x << ", " << y;
  }
}

// FFmpeg keeps what colours transparent pixels had.
void expect_libav_shows (const std::vector<Bytes> &parts, const std::vector<Shown> &frames)
{
  const int width = frames[0].width, height = frames[0].height;
  const std::vector<Shown> all = read_by_libav (parts, width, height);
  ASSERT_EQ (all.size (), frames.size ());
  for (std::size_t n = 0; n < frames.size (); n++)
    for (int y = 0; y < height; y++)
      for (int x = 0; x < width; x++) {
        const Color wanted = frames[n].at (x, y), is = all[n].at (x, y);
        ASSERT_EQ (is[3], wanted[3]) << n << ": " << x << ", " << y;
        if (wanted[3]) {
          ASSERT_EQ (is, wanted) << n << ": " << x << ", " << y;
        }
      }
}

TEST (GifStreamEnc, AlphaComesAndGoes)
{
  GifEncoding e ("alpha-threshold=100", 24, 16, "BGRA");
  const auto paint = [] (int n) {
    return [n] (int x, int y) {
      const std::uint32_t v = noise (x / 4, y / 4, n);
      return Color{std::uint8_t (v & 192), std::uint8_t (v >> 8 & 192), 64,
                   std::uint8_t (v >> 16 & 1 ? 100 : 99)};
    };
  };
  std::vector<Shown> frames;
  for (int n = 0; n < 20; n++) {
    e.push (paint (n), GstClockTime (n) * 50 * kMs, 50 * kMs);
    frames.push_back (shown (24, 16, [&] (int x, int y) {
      const Color c = paint (n) (x, y);
      return c[3] < 100 ? Color{} : Color{c[0], c[1], c[2], 255};
    }));
  }
  e.end ();
  const GifRead gif = e.read ();
  ASSERT_EQ (gif.images.size (), 20u);
  for (std::size_t n = 0; n < 20; n++) {
    EXPECT_EQ (gif.images[n].shown, frames[n]) << n;
    EXPECT_EQ (gif.begin (n), int (5 * n));
  }
  expect_libav_shows (e.parts (), frames);
}

// Also if no pixel of an image is transparent.
TEST (GifStreamEnc, TransparencyIsSeenByOthers)
{
  using Alpha = std::function<bool (int n, int x, int y)>;
  const std::pair<const char *, Alpha> cases[] = {
      {"a bar that grows", [] (int n, int x, int) { return x <= n; }},
      {"a bar that shrinks", [] (int n, int x, int) { return x < 24 - 2 * n; }},
      {"a square that moves",
       [] (int n, int x, int y) { return x >= n && x < n + 6 && y > 3 && y < 10; }},
      {"nothing, then all, then nothing", [] (int n, int, int) { return n % 3 == 1; }},
      {"all, then a hole", [] (int n, int x, int y) { return n == 0 || x != 7 || y < 3; }},
  };
  for (const auto &[name, is_seen] : cases)
    for (const char *properties : {"", "transparency=false", "palette=per-frame", "lossy=20"}) {
      SCOPED_TRACE (std::string{name} + " " + properties);
      GifEncoding e (properties, 24, 16, "RGBA");
      std::vector<Shown> frames;
      for (int n = 0; n < 10; n++) {
        const Paint paint = [&is_seen = is_seen, n] (int x, int y) {
          return is_seen (n, x, y) ? Color{255, 128, 0, 255} : Color{};
        };
        e.push (paint, GstClockTime (n) * 50 * kMs, 50 * kMs);
        // Frames that are the same are one.
        if (const Shown frame = shown (24, 16, paint); frames.empty () || frame != frames.back ())
          frames.push_back (frame);
      }
      e.end ();
      const GifRead gif = e.read ();
      ASSERT_EQ (gif.images.size (), frames.size ());
      for (std::size_t n = 0; n < frames.size (); n++)
        EXPECT_EQ (gif.images[n].shown, frames[n]) << n;
      expect_libav_shows (e.parts (), frames);
    }
}

TEST (GifStreamEnc, LoopAndComment)
{
  const std::string comment (700, 'c');
  for (const int loop : {-1, 0, 7}) {
    GifEncoding e ("loop=" + std::to_string (loop) + " comment=" + comment);
    e.push (pattern (0), 0);
    e.end ();
    const GifRead gif = e.read ();
    EXPECT_EQ (gif.error, 0);
    EXPECT_EQ (gif.comment, comment);
    EXPECT_EQ (gif.loop, loop);
  }
}

TEST (GifStreamEnc, NoMoreColorsThanAskedFor)
{
  for (const int colors : {2, 3, 16, 200, 256}) {
    GifEncoding e ("colors=" + std::to_string (colors), 40, 30, "RGB");
    for (int n = 0; n < 3; n++)
      e.push (
          [n] (int x, int y) {
            return Color{std::uint8_t (6 * x), std::uint8_t (8 * y), std::uint8_t (80 * n), 255};
          },
          GstClockTime (n) * 100 * kMs, 100 * kMs);
    e.end ();
    const GifRead gif = e.read ();
    std::vector<Color> seen;
    for (int y = 0; y < 30; y++)
      for (int x = 0; x < 40; x++) seen.push_back (gif.images.at (0).shown.at (x, y));
    std::sort (seen.begin (), seen.end ());
    const auto count = std::unique (seen.begin (), seen.end ()) - seen.begin ();
    EXPECT_LE (count, std::min (colors, 255));
    EXPECT_GE (count, std::min (colors, 255) / 2);
  }
}

TEST (GifStreamEnc, LossyIsSmaller)
{
  std::size_t last = SIZE_MAX;
  for (const int lossy : {0, 30, 60}) {
    GifEncoding e ("lossy=" + std::to_string (lossy), 96, 64, "RGB");
    for (int n = 0; n < 5; n++)
      e.push (
          [n] (int x, int y) {
            const std::uint32_t v = noise (x, y, n);
            return Color{std::uint8_t (2 * x + v % 8), std::uint8_t (3 * y + v / 8 % 8), 90, 255};
          },
          GstClockTime (n) * 100 * kMs, 100 * kMs);
    e.end ();
    EXPECT_LT (e.bytes ().size (), last * 9 / 10);
    last = e.bytes ().size ();
    // 60 is 12 levels.
    const GifRead gif = e.read ();
    for (int y = 0; y < 64; y++)
      for (int x = 0; x < 96; x++) {
        const Color c = gif.images.at (0).shown.at (x, y);
        EXPECT_NEAR (c[0], 2 * x + 4, 40);
        EXPECT_NEAR (c[1], 3 * y + 4, 40);
      }
  }
}

TEST (GifStreamEnc, ManyFrames)
{
  GifEncoding e ("", 16, 12);
  for (int n = 0; n < 20'000; n++)
    ASSERT_EQ (e.push (plain (n % 250), GstClockTime (n) * 40 * kMs, 40 * kMs), GST_FLOW_OK);
  e.end ();
  const GifRead gif = e.read ();
  EXPECT_EQ (gif.error, 0);
  ASSERT_EQ (gif.images.size (), 20'000u);
  EXPECT_EQ (gif.begin (20'000), 80'000);
  for (std::size_t n = 0; n < 20'000; n += 997)
    EXPECT_EQ (gif.images[n].shown, shown (16, 12, plain (int (n % 250)))) << n;
}

}  // namespace
