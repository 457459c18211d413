// quadmatte: masks that are fitted to edges, smoothed, kept and inverted.
#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "elements/matte/harness.h"
#include "support/picture.h"

namespace quad::test {
namespace {

constexpr int kWidth = 256, kHeight = 192;

// Dark left of column `edge`, bright from there on.
Owned<GstBuffer> with_edge (const GstVideoInfo &info, int edge)
{
  return painted (info, [edge] (int p, int x, int, int) {
    return p > 0 ? 128 : x < edge ? 40 : 210;
  });
}

// The sum of errors against the alpha that has the picture's edge.
long error_of (const MatteFrame &frame, int edge)
{
  const std::vector<int> alpha = frame.alpha ();
  long sum = 0;
  for (std::size_t i = 0; i < alpha.size (); i++)
    sum += std::abs (alpha[i] - (int (i % kWidth) < edge ? 0 : 255));
  return sum;
}

// The column from which on the foreground is more than half of each sample, if rows are equal.
int edge_of (const MatteFrame &frame)
{
  const std::vector<int> alpha = frame.alpha ();
  int edge = kWidth;
  while (edge > 0 && alpha[static_cast<std::size_t> (edge - 1)] >= 128) edge--;
  for (int y = 0; y < kHeight; y++)
    for (int x = 0; x < kWidth; x++)
      if ((alpha[static_cast<std::size_t> (y * kWidth + x)] >= 128) != (x >= edge)) return -1;
  return edge;
}

// Samples of the mask are 8 wide. One that is not bright everywhere counts as dark.
const std::string kLateMask = model_of ("threshold 0.7", "1x24x32x3", "1x24x32x1");
const std::string kSoftMask = model_of ("mean", "1x24x32x3", "1x24x32x1");

// What a model's mask of a picture with an edge becomes.
MatteFrame fitted (const std::string &model, const char *format, const char *out, int edge,
                   const char *refine)
{
  const std::string gray = raw ("GRAY8", kWidth, kHeight), in = raw (format, kWidth, kHeight);
  Matte m (model, in, std::string ("video/x-raw,format=") + out,
           std::string ("smoothing=0 refine=") + refine);
  return m.show (converted (gray, with_edge (info_of_caps (gray), edge), in).buffer);
}

TEST (MatteGuided, AMaskBesideTheEdgeMovesToIt)
{
  for (const char *format : {"GRAY8", "I420", "NV12", "P010_10LE", "RGBA"})
    for (const char *out : {"A420", "AYUV", "RGBA", "GRAY8"}) {
      const std::string where = std::string (format) + " to " + out;
      EXPECT_GT (edge_of (fitted (kLateMask, format, out, 130, "none")), 134) << where;
      EXPECT_EQ (edge_of (fitted (kLateMask, format, out, 130, "guided")), 130) << where;
    }
}

TEST (MatteGuided, ASoftMaskBecomesAsSharpAsThePicture)
{
  for (const char *format : {"GRAY8", "I420", "NV12", "RGBA"})
    for (const char *out : {"A420", "AYUV", "RGBA", "GRAY8"}) {
      // Levels of the mask are those of the picture, not 0 and 255: 40 and 210.
      const long before = error_of (fitted (kSoftMask, format, out, 132, "none"), 132);
      const long after = error_of (fitted (kSoftMask, format, out, 132, "guided"), 132);
      const long least = (40L * 132 + 45L * (kWidth - 132)) * kHeight;
      EXPECT_GT (before - least, 255L * kHeight) << format << " " << out;
      EXPECT_LT (4 * std::labs (after - least), before - least) << format << " " << out;
    }
}

TEST (MatteGuided, TheNumberOfThreadsChangesNothing)
{
  for (const char *out : {"A420", "AV12", "AYUV", "RGBA", "GRAY8"})
    for (const char *more : {"", " foreground=estimate", " refine=none", " radius=32 epsilon=1"}) {
      std::vector<int> first;
      for (const int threads : {1, 2, 4, 0}) {
        Matte m (model_of ("mean", "1x3x37x53", "1x1x37x53"), raw ("I420", 333, 217),
                 std::string ("video/x-raw,format=") + out,
                 "n-threads=" + std::to_string (threads) + more);
        std::vector<int> all;
        for (int n = 0; n < 3; n++) {
          const std::vector<int> one = m.show (colorful (m.in (), 11 * n)).samples ();
          all.insert (all.end (), one.begin (), one.end ());
        }
        if (first.empty ()) first = all;
        EXPECT_TRUE (first == all) << out << more << " " << threads;
      }
    }
}

// --- Inverted ---

TEST (MatteInvert, AlphaIsWhatIsLeft)
{
  const std::string model = model_of ("mean", "1x3x12x16", "1x1x12x16");
  for (const char *out : {"A420", "RGBA", "GRAY8"}) {
    const std::string downstream = std::string ("video/x-raw,format=") + out;
    Matte m (model, raw ("RGB", 16, 12), downstream);
    Matte inverted (model, raw ("RGB", 16, 12), downstream, "refine=none smoothing=0 invert=true");
    const std::vector<int> a = m.show (colorful (m.in ())).alpha ();
    const std::vector<int> b = inverted.show (colorful (m.in ())).alpha ();
    for (std::size_t i = 0; i < a.size (); i++) EXPECT_EQ (a[i] + b[i], 255) << out << " " << i;
  }
}

// The mask that is kept turns, too, and is not mixed with what it was.
TEST (MatteInvert, AppliesToTheNextFrame)
{
  for (const char *smoothing : {"0", "0.9"}) {
    Matte m (model_of ("fill 51", "1x?x?x3", "1x?x?x1", "float32", "uint8"), raw ("I420", 16, 12),
             "video/x-raw,format=GRAY8",
             std::string ("refine=none interval=1000 smoothing=") + smoothing);
    EXPECT_EQ (m.show (plain (m.in (), 99)).alpha ().front (), 51);
    g_object_set (m.element (), "invert", TRUE, nullptr);
    EXPECT_EQ (m.show (plain (m.in (), 99)).alpha ().front (), 204) << smoothing;
    g_object_set (m.element (), "invert", FALSE, "interval", 1, nullptr);
    EXPECT_EQ (m.show (plain (m.in (), 99)).alpha ().front (), 51) << smoothing;
  }
}

// --- Smoothed ---

// The level is the number of the run. Two come before the first frame.
const std::string kCount = model_of ("count", "1x?x?x3", "1x?x?x1", "float32", "uint8");
constexpr int kFirst = 3;

class Counting : public Matte {
 public:
  explicit Counting (const std::string &properties)
      : Matte (kCount, raw ("I420", 32, 24), "video/x-raw,format=GRAY8", properties)
  {
  }
  int level (int picture = 99, bool discont = false)
  {
    Owned<GstBuffer> buffer = plain (in (), picture);
    if (discont) GST_BUFFER_FLAG_SET (buffer.get (), GST_BUFFER_FLAG_DISCONT);
    const std::vector<int> alpha = show (std::move (buffer)).alpha ();
    EXPECT_EQ (std::count (alpha.begin (), alpha.end (), alpha[0]),
               static_cast<long> (alpha.size ()));
    return alpha[0];
  }
};

TEST (MatteSmoothing, AStillPictureFollowsSlowly)
{
  Counting m ("refine=none smoothing=0.75");
  double kept = kFirst;
  for (int n = 0; n < 12; n++) {
    kept += (kFirst + n - kept) * 0.25;
    EXPECT_NEAR (m.level (), kept, 0.55) << n;
  }
}

TEST (MatteSmoothing, AChangedPictureFollowsAtOnce)
{
  Counting m ("refine=none smoothing=0.75");
  for (int n = 0; n < 8; n++) EXPECT_EQ (m.level (n % 2 ? 30 : 220), kFirst + n) << n;
}

TEST (MatteSmoothing, NoneAtAll)
{
  Counting m ("refine=none smoothing=0");
  for (int n = 0; n < 8; n++) EXPECT_EQ (m.level (), kFirst + n);
}

TEST (MatteSmoothing, AStillPictureHasTheSameBytes)
{
  for (const char *refine : {"none", "guided"}) {
    Matte m (model_of ("mean", "1x3x24x32", "1x1x24x32"), raw ("NV12", 97, 61), "video/x-raw",
             std::string ("refine=") + refine);
    const std::vector<int> first = m.show (colorful (m.in ())).samples ();
    for (int n = 0; n < 4; n++)
      EXPECT_TRUE (m.show (colorful (m.in ())).samples () == first) << refine << " " << n;
  }
}

// A disc before a background, with the noise of a sensor, at `x`.
Owned<GstBuffer> noisy_disc (const GstVideoInfo &info, double x, Random &random)
{
  return painted (info, [&] (int, int column, int row, int) {
    const double inside = 40.5 - std::hypot (column - x, row - kHeight / 2);
    return static_cast<int> (70 + 110 * std::clamp (inside, 0.0, 1.0)) + random.between (-9, 9);
  });
}

double difference (const std::vector<int> &a, const std::vector<int> &b)
{
  double sum = 0;
  for (std::size_t i = 0; i < a.size (); i++) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return std::sqrt (sum / double (a.size ()));
}

// How much alpha changes from picture to picture, and how far it is from that of pictures without
// noise, for a disc that moves by `speed`.
struct Steadiness {
  double change = 0, error = 0;
};

Steadiness steadiness_of (const char *refine, const char *smoothing, double speed)
{
  const std::string caps = raw ("GRAY8", kWidth, kHeight);
  Matte m (kSoftMask, caps, "video/x-raw,format=GRAY8",
           std::string ("refine=") + refine + " smoothing=" + smoothing);
  Random random{5};
  Steadiness sum;
  std::vector<int> last;
  for (int i = 0; i < 24; i++) {
    const double x = 60 + i * speed;
    const std::vector<int> alpha = m.show (noisy_disc (m.in (), x, random)).alpha ();
    std::vector<int> want;
    for (int row = 0; row < kHeight; row++)
      for (int column = 0; column < kWidth; column++) {
        const double inside = 40.5 - std::hypot (column - x, row - kHeight / 2);
        want.push_back (static_cast<int> (70 + 110 * std::clamp (inside, 0.0, 1.0)));
      }
    if (i >= 8) sum.change += difference (alpha, last);
    sum.error += difference (alpha, want);
    last = alpha;
  }
  return sum;
}

TEST (MatteSmoothing, NoiseOfAStillPictureDoesNotShake)
{
  for (const char *refine : {"none", "guided"}) {
    const Steadiness unsmoothed = steadiness_of (refine, "0", 0);
    EXPECT_LT (steadiness_of (refine, "0.75", 0).change, unsmoothed.change / 3) << refine;
  }
}

TEST (MatteSmoothing, WhatMovesHasNoLag)
{
  for (const char *refine : {"none", "guided"})
    for (const double speed : {0.3, 1.0, 5.0}) {
      const Steadiness unsmoothed = steadiness_of (refine, "0", speed);
      EXPECT_LT (steadiness_of (refine, "0.75", speed).error, 1.02 * unsmoothed.error)
          << refine << " " << speed;
    }
}

// What came before has nothing to do with what follows.
TEST (MatteSmoothing, ForgetsWhereTheVideoBreaks)
{
  for (const std::string at : {"discont", "segment", "flush", "stream", "caps"}) {
    Counting m ("refine=none smoothing=0.99");
    for (int n = 0; n < 20; n++) m.level ();
    EXPECT_LT (m.level (), 10) << at;  // it follows by a hundredth
    GstSegment segment;
    gst_segment_init (&segment, GST_FORMAT_TIME);
    int runs = kFirst + 21;
    if (at == "segment") {
      gst_harness_push_event (m.get (), gst_event_new_segment (&segment));
    } else if (at == "flush") {
      gst_harness_push_event (m.get (), gst_event_new_flush_start ());
      gst_harness_push_event (m.get (), gst_event_new_flush_stop (TRUE));
      gst_harness_push_event (m.get (), gst_event_new_segment (&segment));
    } else if (at == "stream") {
      gst_harness_push_event (m.get (), gst_event_new_stream_start ("another"));
      gst_harness_push_event (m.get (), gst_event_new_segment (&segment));
    } else if (at == "caps") {
      m.change_caps (raw ("I420", 34, 24));
      runs += 2;
    }
    EXPECT_EQ (m.level (99, at == "discont"), runs) << at;
  }
}

// --- Interval ---

TEST (MatteInterval, TheModelRunsForEachNthFrame)
{
  for (const int interval : {1, 2, 3, 1000}) {
    Counting m ("refine=none smoothing=0 interval=" + std::to_string (interval));
    for (int n = 0; n < 10; n++) EXPECT_EQ (m.level (10 * n), kFirst + n / interval) << interval;
  }
}

TEST (MatteInterval, ChangesWhilePlaying)
{
  Counting m ("refine=none smoothing=0 interval=1000");
  EXPECT_EQ (m.level (), kFirst);
  EXPECT_EQ (m.level (), kFirst);
  g_object_set (m.element (), "interval", 2, nullptr);
  EXPECT_EQ (m.level (), kFirst + 1);
  EXPECT_EQ (m.level (), kFirst + 1);
  EXPECT_EQ (m.level (), kFirst + 2);
  EXPECT_EQ (m.level (99, true), kFirst + 3);
  EXPECT_EQ (m.level (), kFirst + 3);
}

// The last mask is fitted to the edges of each picture.
TEST (MatteInterval, BetweenThemTheLastMaskIsRefined)
{
  Matte m (kLateMask, raw ("I420", kWidth, kHeight), "video/x-raw,format=GRAY8",
           "smoothing=0 interval=1000");
  for (const int edge : {130, 131, 133, 130, 134})
    EXPECT_EQ (edge_of (m.show (with_edge (m.in (), edge))), edge);
}

}  // namespace
}  // namespace quad::test
