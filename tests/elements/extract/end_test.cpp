// Where a film ends, by its frames, caps and container.
#include "elements/extract/harness.h"

using namespace quad::test;
using quad::Nanoseconds;

namespace {

constexpr GstClockTime kMs = GST_MSECOND;

// How a container stores a time.
struct TimeBase {
  const char *name;
  guint64 ticks;  // a second
  bool nearest;   // else rounded down

  GstClockTime stored (GstClockTime time) const
  {
    const guint64 n = gst_util_uint64_scale (time, ticks, GST_SECOND);
    const guint64 k = nearest ? gst_util_uint64_scale_round (time, ticks, GST_SECOND) : n;
    return gst_util_uint64_scale (k, GST_SECOND, ticks);
  }
};

constexpr TimeBase kTimeBases[] = {{"exact", GST_SECOND, false},
                                   {"Matroska", 1000, true},
                                   {"FLV", 1000, false},
                                   {"MPEG", 90000, true},
                                   {"MPEG, rounded down", 90000, false}};

struct Rate {
  guint64 n, d;
  std::string text () const { return std::to_string (n) + "/" + std::to_string (d); }
  // Of the k-th frame.
  GstClockTime at (guint64 k) const { return gst_util_uint64_scale (k, GST_SECOND * d, n); }
};

constexpr Rate kRates[] = {{12, 1}, {24000, 1001}, {24, 1},       {25, 1}, {30000, 1001},
                           {30, 1}, {50, 1},       {60000, 1001}, {60, 1}};

// At any rate there are as many ticks as fit into the film, each with the frame on screen; in any
// container, and without durations too.
TEST (FrameExtractEnd, AsManyTicksAsFit)
{
  for (const Rate &film : kRates)
    for (const TimeBase &base : kTimeBases)
      for (const GstClockTime said : {kNone - 1, kNone, GstClockTime{0}, GstClockTime{1}, kMs}) {
        const guint64 count = 2 * film.n / film.d + 1;
        std::vector<Numbered> frames;
        for (guint64 i = 0; i < count; i++) {
          // kNone - 1 stands for the exact one.
          const GstClockTime length = said == kNone - 1 ? film.at (i + 1) - film.at (i) : said;
          frames.push_back ({base.stored (film.at (i)), length, static_cast<guint32> (i)});
        }
        std::vector<Rate> rates = {{1, 1}, {10, 1}, film, {2 * film.n, film.d}};
        for (const Rate &ticks : rates) {
          SCOPED_TRACE (film.text () + " in " + base.name + ", rate " + ticks.text () +
                        ", durations of " + std::to_string (said));
          // Of times that were not rounded.
          guint64 expected = 0;
          while (expected * ticks.d * film.n < count * film.d * ticks.n) expected++;
          Extractor e ("rate=" + ticks.text (),
                       "video/x-raw,format=GRAY8,width=16,height=4,framerate=" + film.text ());
          e.push (frames);
          e.eos ();
          const Result r = e.result ();
          ASSERT_EQ (r.frames.size (), expected);
          for (const Extracted &f : r.frames) {
            const auto after =
                std::find_if (frames.begin (), frames.end (),
                              [&] (const Numbered &n) { return n.pts > f.requested + kMs / 2; });
            ASSERT_EQ (f.number, after - frames.begin () - 1);
          }
          ASSERT_TRUE (r.missed.empty ());
          ASSERT_EQ (e.warnings (), 0) << e.warning ();
        }
      }
}

// The film's length that upstream reports.
void answer_duration (Extractor &e, GstClockTime duration)
{
  gst_pad_add_probe (
      e.harness ()->srcpad, GST_PAD_PROBE_TYPE_QUERY_UPSTREAM,
      [] (GstPad *, GstPadProbeInfo *info, gpointer length) {
        GstQuery *query = GST_PAD_PROBE_INFO_QUERY (info);
        if (GST_QUERY_TYPE (query) != GST_QUERY_DURATION) return GST_PAD_PROBE_OK;
        gst_query_set_duration (query, GST_FORMAT_TIME, *static_cast<gint64 *> (length));
        return GST_PAD_PROBE_HANDLED;
      },
      new gint64 (static_cast<gint64> (duration)),
      [] (gpointer length) { delete static_cast<gint64 *> (length); });
}

// Frames of uneven lengths. The last is shown for a second, but has no duration.
TEST (FrameExtractEnd, TheFilmsLengthIsTheLastFrames)
{
  for (const GstClockTime said : {kNone, GstClockTime{0}, GstClockTime{1}, kMs}) {
    const std::vector<Numbered> frames = {
        {0, said, 0}, {300 * kMs, said, 1}, {700 * kMs, said, 2}, {2250 * kMs, said, 3}};
    const auto run = [&] (const std::string &properties, GstClockTime duration) {
      Extractor e (properties);
      answer_duration (e, duration);
      e.push (frames);
      e.eos ();
      return e.result ();
    };
    SCOPED_TRACE (said);
    const Result r = run ("timestamp-list=\"0.6, 2.3, 3.2494, 3.2495, 4\"", 3250 * kMs);
    EXPECT_EQ (r.numbers (), (std::vector<int>{1, 3, 3}));
    EXPECT_EQ (r.missed, (std::vector<Missed>{{3, 3249'500'000, "beyond-end"},
                                              {4, 4 * GST_SECOND, "beyond-end"}}));
    EXPECT_EQ (run ("rate=2/1", 3250 * kMs).numbers (), (std::vector<int>{0, 1, 2, 2, 2, 3, 3}));
    // The missing part of a cut-off film is not filled.
    const Result cut = run ("timestamp-list=\"2.3, 5, 40\"", 30 * GST_SECOND);
    EXPECT_EQ (cut.numbers (), std::vector<int>{3});
    EXPECT_EQ (cut.missed, (std::vector<Missed>{{1, 5 * GST_SECOND, "decode-error"},
                                                {2, 40 * GST_SECOND, "beyond-end"}}));
  }
}

// Some files count their length from 0, and begin later. They must not count as cut off.
TEST (FrameExtractEnd, AFilmThatBeginsLate)
{
  Extractor e ("rate=10/1");
  answer_duration (e, 35 * GST_SECOND);
  gst_harness_push_event (e.harness (), gst_event_new_stream_start ("late"));
  gst_harness_push_event (e.harness (), gst_event_new_caps (caps_of (kNumberedCaps).get ()));
  GstSegment segment;
  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.start = segment.time = segment.position = 30 * GST_SECOND;
  gst_harness_push_event (e.harness (), gst_event_new_segment (&segment));
  auto frames = at_rate (50, 10);
  for (Numbered &f : frames) f.pts += 30 * GST_SECOND;
  e.push (frames);
  e.eos ();
  EXPECT_EQ (e.result ().frames.size (), 50U);
  EXPECT_EQ (e.warnings (), 0) << e.warning ();
}

// Durations of frames count, whatever the film's length is.
TEST (FrameExtractEnd, SoundThatGoesOn)
{
  Extractor e ("timestamp-list=\"0.95, 1, 1.5\"");
  answer_duration (e, 1800 * kMs);
  e.push (at_rate (10, 10));
  e.eos ();
  const Result r = e.result ();
  EXPECT_EQ (r.numbers (), std::vector<int>{9});
  EXPECT_EQ (r.missed,
             (std::vector<Missed>{{1, GST_SECOND, "beyond-end"}, {2, 1500 * kMs, "beyond-end"}}));
}

// A single picture without a duration counts at its own time.
TEST (FrameExtractEnd, AStillPicture)
{
  for (const GstClockTime said : {kNone, GstClockTime{0}, GstClockTime{1}}) {
    const Result r = extract ("timestamp-list=\"0, 1\"", {{0, said, 7}});
    EXPECT_EQ (r.numbers (), std::vector<int>{7});
    EXPECT_EQ (r.missed, (std::vector<Missed>{{1, GST_SECOND, "beyond-end"}}));
    EXPECT_EQ (extract ("rate=30/1", {{0, said, 7}}).numbers (), std::vector<int>{7});
  }
}

// Before another segment, a frame without a duration is shown until that segment.
TEST (FrameExtractEnd, TheSegmentsEndIsTheLastFramesToo)
{
  Extractor e ("timestamp-list=\"0.9, 1.4\"");
  const auto segment = [&] (GstClockTime start, GstClockTime stop, GstClockTime time) {
    GstSegment s;
    gst_segment_init (&s, GST_FORMAT_TIME);
    s.start = s.position = start;
    s.stop = stop;
    s.time = time;
    gst_harness_push_event (e.harness (), gst_event_new_segment (&s));
  };
  segment (0, GST_SECOND, 0);
  e.push ({{0, kNone, 0}, {100 * kMs, kNone, 1}});
  segment (5 * GST_SECOND, 6 * GST_SECOND, GST_SECOND);
  EXPECT_EQ (e.result ().numbers (), std::vector<int>{1});
  e.push ({{5300 * kMs, kNone, 2}, {5350 * kMs, kNone, 3}});
  e.eos ();
  EXPECT_EQ (e.result ().numbers (), std::vector<int>{3});
}

}  // namespace
