// frameextract when times jump: it stays fast, warns once, and can be stopped.
#include <algorithm>
#include <atomic>
#include <random>

#include "elements/extract/harness.h"
#include "elements/extract/numbered_clip.h"

using namespace quad::test;
using quad::Owned;

namespace {

constexpr GstClockTime kMs = GST_MSECOND;
constexpr GstClockTime kHour = 3600 * GstClockTime{GST_SECOND};
constexpr GstClockTime kFar = 95'443 * GstClockTime{GST_SECOND};  // 26.5 h, where MPEG's times wrap
// Too many ticks for a loop over them.
constexpr GstClockTime kJumps[] = {kHour + 2 * GST_SECOND, kFar,
                                   G_GUINT64_CONSTANT (4'000'000'000) * GST_SECOND};

guint64 misses_of (const Result &r)
{
  guint64 count = 0;
  for (const Missed &m : r.missed) count += m.count;
  return count;
}

struct Ticks {
  guint64 n, d;
  std::string text () const { return "rate=" + std::to_string (n) + "/" + std::to_string (d); }
  // The first at or after `time`.
  guint64 from (GstClockTime time) const
  {
    return gst_util_uint64_scale_ceil (time, n, GST_SECOND * d);
  }
};

// With any settings, ticks in the jump are left out and one warning says so. The frame after the
// jump gets its own tick, unless it is too old for that.
TEST (FrameExtractGap, AJumpIsLeftOut)
{
  for (const Ticks ticks : {Ticks{30, 1}, Ticks{1, 7}, Ticks{30000, 1001}})
    for (const GstClockTime jump : kJumps)
      for (const char *missing : {"repeat", "skip"})
        for (const GstClockTime tolerance : {kNone, 10 * kMs, 1000 * kMs}) {
          const std::string properties = ticks.text () + " missing=" + missing +
                                         " tolerance-before=" + std::to_string (tolerance);
          SCOPED_TRACE (properties + " and " + std::to_string (jump));
          Extractor e (properties);
          e.push ({{0, 33 * kMs, 0},
                   {33 * kMs, 33 * kMs, 1},
                   {jump, 33 * kMs, 2},
                   {jump + 8 * GST_SECOND, 33 * kMs, 3}});
          const Result r = e.result ();
          EXPECT_EQ (e.errors (), 0);
          EXPECT_LE (r.missed.size (), 4U);
          EXPECT_EQ (e.warnings (), 1);
          EXPECT_NE (e.warning ().find ("max-gap"), std::string::npos) << e.warning ();
          const guint64 k = ticks.from (jump - kMs / 2);
          const GstClockTime tick = gst_util_uint64_scale (k, GST_SECOND * ticks.d, ticks.n);
          const auto after = std::find_if (r.frames.begin (), r.frames.end (),
                                           [] (const Extracted &f) { return f.number == 2; });
          EXPECT_LE (after - r.frames.begin (), 3);
          if (missing == std::string ("skip") && tolerance != kNone &&
              tick > jump + tolerance + kMs / 2)
            continue;
          ASSERT_NE (after, r.frames.end ());
          EXPECT_EQ (after->index, k);
          EXPECT_EQ (after->requested, tick);
        }
}

// Gaps up to the limit are filled.
TEST (FrameExtractGap, TheLimitIsAProperty)
{
  const std::vector<Numbered> frames = {{0, 100 * kMs, 0}, {2 * GST_SECOND, 100 * kMs, 1}};
  EXPECT_EQ (extract ("rate=2/1 max-gap=2000000000", frames).numbers (),
             (std::vector<int>{0, 0, 0, 0, 1}));
  Extractor e ("rate=2/1 max-gap=1999999999");
  e.push (frames);
  e.eos ();
  EXPECT_EQ (e.result ().numbers (), (std::vector<int>{0, 1}));
  EXPECT_EQ (e.warning (),
             "From 0.000 s to 2.000 s there is no frame, which is longer than max-gap: the ticks "
             "between are left out.");
  // By default an hour.
  EXPECT_EQ (extract ("rate=1/60", {{0, kMs, 0}, {kHour, 100 * kMs, 1}}).frames.size (), 61U);
  guint64 limit = 0;
  g_object_get (e.element (), "max-gap", &limit, nullptr);
  EXPECT_EQ (limit, 1999999999U);
}

// Times of a list are answered wherever they lie.
TEST (FrameExtractGap, AListGoesOverAJump)
{
  const Result r = extract ("timestamp-list=\"0.05, 50000, 95443.01\"",
                            {{0, 33 * kMs, 0}, {33 * kMs, 33 * kMs, 1}, {kFar, 33 * kMs, 2}});
  EXPECT_EQ (r.numbers (), (std::vector<int>{1, 1, 2}));
}

// One message for the ticks between two frames, which counts each of them.
TEST (FrameExtractGap, OneMessageForARun)
{
  const Result r =
      extract ("rate=10/1 missing=skip tolerance-before=150000000 tolerance-after=100000000",
               {{0, 100 * kMs, 0},
                {GST_SECOND, 100 * kMs, 1},
                {1500 * kMs, 100 * kMs, 2},
                {1800 * kMs, 100 * kMs, 3}});
  EXPECT_EQ (r.numbers (), (std::vector<int>{0, 0, 1, 1, 1, 2, 2, 2, 3, 3}));
  EXPECT_EQ (r.missed,
             (std::vector<Missed>{{2, 200 * kMs, "no-frame-in-tolerance", 7, 8, 800 * kMs},
                                  {12, 1200 * kMs, "no-frame-in-tolerance", 2, 13, 1300 * kMs}}));
}

TEST (FrameExtractGap, RunsOnRandomStreamsCountEachTick)
{
  std::mt19937 random (3535);
  const auto below = [&] (unsigned n) { return static_cast<unsigned> (random () % n); };
  for (int round = 0; round < 500; round++) {
    std::vector<Numbered> frames;
    GstClockTime time = 0;
    for (guint32 i = 0, count = 2 + below (10); i < count; i++) {
      const GstClockTime length = (2 + below (100)) * kMs;
      frames.push_back ({time, length, i, below (5) == 0});
      time += below (2) ? length : (1 + below (3000)) * kMs;
    }
    const GstClockTime end = frames.back ().pts + frames.back ().duration;
    const Ticks ticks = {1 + below (100), 1 + below (3)};
    std::string properties = ticks.text () + " missing=" + (below (3) ? "skip" : "repeat");
    if (below (3)) properties += " tolerance-before=" + std::to_string (below (200) * kMs);
    if (below (3)) properties += " tolerance-after=" + std::to_string (below (200) * kMs);
    SCOPED_TRACE (properties);
    const Result r = extract (properties, frames);
    const guint64 all = ticks.from (end - kMs / 2);
    EXPECT_EQ (r.frames.size () + misses_of (r), all);
    EXPECT_LE (r.missed.size (), 3 * frames.size ());
    // Each tick comes once, as a frame or in a message for several.
    std::vector<int> seen (all, 0);
    for (const Extracted &f : r.frames) seen.at (f.index)++;
    for (const Missed &m : r.missed) {
      for (guint64 k = 0; k < m.count; k++) seen.at (m.index + k)++;
      if (m.count == 1) continue;
      EXPECT_EQ (m.last_index, m.index + m.count - 1);
      EXPECT_EQ (m.last_requested,
                 gst_util_uint64_scale (m.last_index, GST_SECOND * ticks.d, ticks.n));
    }
    ASSERT_EQ (std::count (seen.begin (), seen.end (), 1), static_cast<std::ptrdiff_t> (all));
  }
}

// Even without a limit on gaps, millions of ticks without a frame are one message.
TEST (FrameExtractGap, MillionsOfMissesAreOne)
{
  const Result r = extract (
      "rate=1000/1 max-gap=18446744073709551615 missing=skip "
      "tolerance-before=1000000",
      {{0, 2 * kMs, 0}, {kFar, 2 * kMs, 1}});
  ASSERT_EQ (r.missed.size (), 1U);
  EXPECT_GT (r.missed[0].count, 95'000'000U);
}

// A last frame with a duration of days.
TEST (FrameExtractGap, AHugeLastDuration)
{
  for (const char *missing : {"repeat", "skip"})
    for (const GstClockTime duration : {kHour + 1, kFar, kNone - 1}) {
      Extractor e (std::string ("rate=10/1 tolerance-before=500000000 missing=") + missing);
      e.push ({{0, 100 * kMs, 0}, {100 * kMs, 100 * kMs, 1}, {200 * kMs, duration, 2}});
      e.eos ();
      const Result r = e.result ();
      EXPECT_EQ (r.numbers (), (std::vector<int>{0, 1, 2}));
      EXPECT_TRUE (r.missed.empty ());
      EXPECT_EQ (e.warnings (), 1);
    }
  // A list believes it.
  EXPECT_EQ (extract ("timestamp-list=50000", {{0, kFar, 4}}).numbers (), std::vector<int>{4});
}

TEST (FrameExtractGap, BeforeTheFirstFrame)
{
  Extractor e ("rate=30/1 start-time=0");
  e.push ({{kFar, 100 * kMs, 0}, {kFar + 100 * kMs, 100 * kMs, 1}});
  const Result r = e.result ();
  EXPECT_EQ (r.numbers (), (std::vector<int>{0, 0, 0}));
  EXPECT_EQ (r.frames.at (0).index, kFar / GST_SECOND * 30);
  EXPECT_EQ (e.warnings (), 1);
}

// An endless repetition goes on only while downstream accepts frames.
TEST (FrameExtractGap, StopsWhileItRepeats)
{
  for (const char *properties :
       {"rate=30/1 max-gap=18446744073709551615",
        "rate=2147483647/1 max-gap=18446744073709551615 tolerance-before=1",
        "rate=2147483647/1 missing=skip"}) {
    const Owned<GstElement> pipeline{gst_parse_launch (
        ("appsrc name=src format=time caps=\"" + std::string (kNumberedCaps) +
         "\" ! frameextract " + properties + " ! fakesink name=out signal-handoffs=true sync=false")
            .c_str (),
        nullptr)};
    const Owned<GstElement> src{gst_bin_get_by_name (GST_BIN (pipeline.get ()), "src")};
    const Owned<GstElement> out{gst_bin_get_by_name (GST_BIN (pipeline.get ()), "out")};
    std::atomic<int> frames = 0;
    const auto count = +[] (GstElement *, GstBuffer *, GstPad *, gpointer n) {
      ++*static_cast<std::atomic<int> *> (n);
    };
    g_signal_connect (out.get (), "handoff", G_CALLBACK (count), &frames);
    gst_element_set_state (pipeline.get (), GST_STATE_PLAYING);
    for (const GstClockTime time : {GstClockTime{0}, 33 * kMs, kFar})
      gst_app_src_push_buffer (GST_APP_SRC (src.get ()), buffer_of ({time, 33 * kMs, 0}));
    for (GstClockTime waited = 0; frames < 1000 && waited < kPatience; waited += kMs)
      g_usleep (1000);
    EXPECT_GE (frames, 1000) << properties;
    // Hangs if it does not stop.
    gst_element_set_state (pipeline.get (), GST_STATE_NULL);
  }
}

}  // namespace
