// The part of the film that frameextract selects: where it begins and ends, and how that is
// written.
#include <random>

#include "elements/extract/harness.h"

using namespace quad::test;
using quad::Owned;

namespace {

constexpr GstClockTime kMs = GST_MSECOND;

std::string part (GstClockTime start, GstClockTime stop)
{
  return " start-time=" + std::to_string (start) + " stop-time=" + std::to_string (stop);
}

// The frame on screen at the start is the first one.
TEST (FrameExtractPart, BeginsWithTheFrameOnScreen)
{
  const auto frames = at_rate (20, 10);
  for (const auto &[start, first] :
       {std::pair{450 * kMs, 4}, std::pair{499 * kMs, 4}, std::pair{500 * kMs, 5},
        // Half a millisecond does not count.
        std::pair{500 * kMs - kMs / 2, 5}, std::pair{500 * kMs - kMs / 2 - 1, 4},
        std::pair{501 * kMs, 5}, std::pair{1999 * kMs, 19}}) {
    SCOPED_TRACE (start);
    for (const char *selection : {"", "every-nth=1", "rate=10/1"}) {
      const Result r = extract (selection + part (start, start + 250 * kMs), frames);
      ASSERT_FALSE (r.frames.empty ()) << selection;
      EXPECT_EQ (r.numbers ()[0], first) << selection;
      EXPECT_EQ (r.frames[0].actual, frames[static_cast<std::size_t> (first)].pts);
      // Ticks have their own times.
      EXPECT_EQ (r.frames[0].pts, *selection == 'r' ? start : r.frames[0].actual);
    }
  }
  EXPECT_EQ (extract ("every-nth=3" + part (450 * kMs, 1200 * kMs), frames).numbers (),
             (std::vector<int>{4, 7, 10}));
  EXPECT_EQ (extract ("max-frames=2" + part (450 * kMs, 1200 * kMs), frames).numbers (),
             (std::vector<int>{4, 5}));
  EXPECT_EQ (extract (part (450 * kMs, 460 * kMs), frames).numbers (), std::vector<int>{4});
  // After the end nothing is on screen.
  EXPECT_TRUE (extract (part (2000 * kMs, kNone), frames).frames.empty ());
}

// A frame is on screen until the next one comes, also in a gap.
TEST (FrameExtractPart, BeginsInAGap)
{
  const std::vector<Numbered> frames = {
      {0, 100 * kMs, 0}, {100 * kMs, 100 * kMs, 1}, {900 * kMs, 100 * kMs, 2}};
  EXPECT_EQ (extract (part (500 * kMs, kNone), frames).numbers (), (std::vector<int>{1, 2}));
  EXPECT_EQ (extract ("every-nth=1" + part (500 * kMs, 600 * kMs), frames).numbers (),
             std::vector<int>{1});
}

// A damaged frame on screen is missed as any other.
TEST (FrameExtractPart, BeginsWithADamagedFrame)
{
  auto frames = at_rate (10, 10);
  frames[4].damaged = true;
  const Result r = extract ("every-nth=2" + part (450 * kMs, 700 * kMs), frames);
  EXPECT_EQ (r.numbers (), std::vector<int>{6});
  EXPECT_EQ (r.missed, (std::vector<Missed>{{0, kNone, "decode-error"}}));
}

TEST (FrameExtractPart, RandomPartsFollowThePlainRule)
{
  std::mt19937 random (99);
  const auto below = [&] (unsigned n) { return static_cast<unsigned> (random () % n); };
  for (int round = 0; round < 500; round++) {
    std::vector<Numbered> frames;
    GstClockTime time = 0;
    for (guint32 i = 0, count = 1 + below (30); i < count; i++) {
      const GstClockTime length = (2 + below (200)) * kMs;
      frames.push_back ({time, length, i});
      time += below (8) ? length : length + below (300) * kMs;
    }
    const GstClockTime start = below (static_cast<unsigned> (time / kMs) + 100) * kMs;
    const GstClockTime stop = start + (1 + below (2000)) * kMs;
    const unsigned step = 1 + below (4);
    const auto first = plain_choice (frames, {}, start);
    std::vector<int> expected;
    unsigned number = 0;
    for (const Numbered &f : frames)
      if (f.pts + kMs / 2 < stop && (f.pts >= start || (first && f.number == first->number)) &&
          number++ % step == 0)
        expected.push_back (static_cast<int> (f.number));
    const std::string properties = "every-nth=" + std::to_string (step) + part (start, stop);
    ASSERT_EQ (extract (properties, frames).numbers (), expected) << properties;
    if (step == 1) {
      ASSERT_EQ (extract (part (start, stop), frames).numbers (), expected);
    }
  }
}

// ---- where the film begins

// Another stream. Its first segment begins at `start`, which is shown at `time`.
void begin_stream (Extractor &e, const char *id, GstClockTime start, GstClockTime time,
                   bool seeks = false)
{
  gst_harness_push_event (e.harness (), gst_event_new_stream_start (id));
  gst_harness_push_event (e.harness (), gst_event_new_caps (caps_of (kNumberedCaps).get ()));
  if (seeks)
    gst_harness_push_upstream_event (
        e.harness (), gst_event_new_seek (1, GST_FORMAT_TIME, GST_SEEK_FLAG_NONE, GST_SEEK_TYPE_SET,
                                          static_cast<gint64> (time), GST_SEEK_TYPE_NONE, -1));
  GstSegment segment;
  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.start = segment.position = start;
  segment.time = time;
  gst_harness_push_event (e.harness (), gst_event_new_segment (&segment));
}

void push_from (Extractor &e, GstClockTime first)
{
  auto frames = at_rate (12, 10);
  for (Numbered &f : frames) f.pts += first;
  e.push (frames);
}

TEST (FrameExtractPart, ZeroIsWhereTheFirstSegmentBegins)
{
  constexpr GstClockTime origin = 533'333'333;
  Extractor e ("timestamp-list=\"0, 0.75\"");
  begin_stream (e, "ps", origin, origin);
  push_from (e, origin);
  const std::vector<Extracted> expected = {
      {0, origin, 100 * kMs, 0, 0, 0}, {7, origin + 700 * kMs, 100 * kMs, 1, 750 * kMs, 700 * kMs}};
  EXPECT_EQ (e.result ().frames, expected);
  // A seek of the application does not move it.
  gst_harness_push_event (e.harness (), gst_event_new_flush_start ());
  gst_harness_push_event (e.harness (), gst_event_new_flush_stop (TRUE));
  begin_stream (e, "ps", origin + 500 * kMs, origin + 500 * kMs);
  push_from (e, origin + 500 * kMs);
  const Result r = e.result ();
  EXPECT_EQ (r.frames,
             (std::vector<Extracted>{{2, origin + 700 * kMs, 100 * kMs, 1, 750 * kMs, 700 * kMs}}));
  EXPECT_EQ (r.missed, (std::vector<Missed>{{0, 0, "no-frame-in-tolerance"}}));
  // Another stream has its own beginning, and a demuxer that maps times has none.
  begin_stream (e, "flv", 67 * kMs, 67 * kMs);
  push_from (e, 67 * kMs);
  EXPECT_EQ (e.result ().numbers (), (std::vector<int>{0, 7}));
  begin_stream (e, "edit list", 67 * kMs, 500 * kMs);
  push_from (e, 67 * kMs);
  e.eos ();
  EXPECT_EQ (e.result ().numbers (), std::vector<int>{2});
}

TEST (FrameExtractPart, TicksCountFromThereToo)
{
  constexpr GstClockTime origin = 10 * GstClockTime{GST_SECOND};
  Extractor e ("rate=5/1 start=0.3 stop=0.8");
  begin_stream (e, "ts", origin, origin);
  push_from (e, origin);
  const Result r = e.result ();
  EXPECT_EQ (r.numbers (), (std::vector<int>{3, 5, 7}));
  EXPECT_EQ (r.frames.at (1),
             (Extracted{5, origin + 500 * kMs, 200 * kMs, 1, 500 * kMs, 500 * kMs}));
}

// After a seek that comes first, the segment begins where the seek went, and says nothing of the
// film's beginning.
TEST (FrameExtractPart, AfterAnEarlySeekTimesAreStreamTimes)
{
  Extractor e ("timestamp-list=\"20, 20.75\"");
  begin_stream (e, "ts", 20 * GST_SECOND, 20 * GST_SECOND, true);
  push_from (e, 20 * GST_SECOND);
  EXPECT_EQ (e.result ().numbers (), (std::vector<int>{0, 7}));
}

// A seek that upstream refuses changes nothing.
TEST (FrameExtractPart, ARefusedEarlySeekChangesNothing)
{
  Extractor e ("timestamp-list=\"0, 0.75\"");
  gst_pad_set_event_function (e.harness ()->srcpad, [] (GstPad *, GstObject *, GstEvent *event) {
    gst_event_unref (event);
    return gboolean{FALSE};
  });
  begin_stream (e, "ts", 20 * GST_SECOND, 20 * GST_SECOND, true);
  push_from (e, 20 * GST_SECOND);
  EXPECT_EQ (e.result ().numbers (), (std::vector<int>{0, 7}));
}

// ---- how times are written

guint64 time_of (GstElement *element, const char *name)
{
  guint64 time = 0;
  g_object_get (element, name, &time, nullptr);
  return time;
}

TEST (FrameExtractPart, TimesAsText)
{
  for (const std::string name : {"start", "stop"}) {
    Extractor e ("");
    const std::string number = name + "-time";
    const auto text = [&] {
      gchar *value = nullptr;
      g_object_get (e.element (), name.c_str (), &value, nullptr);
      return std::string (Owned<char> (value).get ());
    };
    EXPECT_EQ (text (), "");
    for (const auto &[written, time, read] :
         {std::tuple{"100", 100 * GstClockTime{GST_SECOND}, "100.000000000"},
          std::tuple{"1:40", 100 * GstClockTime{GST_SECOND}, "100.000000000"},
          std::tuple{" 00:01:02.25 ", 62'250 * kMs, "62.250000000"}, std::tuple{"", kNone, ""}}) {
      g_object_set (e.element (), name.c_str (), written, nullptr);
      EXPECT_EQ (time_of (e.element (), number.c_str ()), time) << written;
      EXPECT_EQ (text (), read);
    }
    e.result ();
    EXPECT_EQ (e.warnings (), 0);
  }
  EXPECT_EQ (extract ("every-nth=1 start=0.5 stop=0:0.7", at_rate (20, 10)).numbers (),
             (std::vector<int>{5, 6}));
}

// Properties on a launch line are set before there is a bus.
TEST (FrameExtractPart, ABadTimeIsRefusedAtTheStart)
{
  const auto started = [] (const std::string &properties, std::string &error) {
    const Owned<GstElement> element{GST_ELEMENT (
        gst_object_ref_sink (gst_parse_launch (("frameextract " + properties).c_str (), nullptr)))};
    Bus bus (element.get ());
    const bool good =
        gst_element_set_state (element.get (), GST_STATE_PAUSED) != GST_STATE_CHANGE_FAILURE;
    if (!good) error = bus.error ();
    gst_element_set_state (element.get (), GST_STATE_NULL);
    return good;
  };
  std::string error;
  for (const std::string name : {"start", "stop"})
    for (const std::string bad : {"10s", "1,2", "1:60", "-1"}) {
      EXPECT_FALSE (started (name + "=\"" + bad + '"', error));
      EXPECT_EQ (error, '"' + bad + "\" in " + name +
                            " is no time: write seconds, or hours:minutes:seconds, as in \"100\" "
                            "or \"1:40\".");
      // What is set later counts.
      EXPECT_TRUE (started (name + "=\"" + bad + "\" " + name + "=5", error));
      EXPECT_TRUE (started (name + "=\"" + bad + "\" " + name + "-time=5000000000", error));
    }
  EXPECT_FALSE (started ("start=2 stop=1", error));
  EXPECT_EQ (error, "stop-time is not after start-time.");
}

TEST (FrameExtractPart, ABadTimeLeavesWhatWasThere)
{
  Extractor e ("start=3");
  g_object_set (e.element (), "start", "soon", nullptr);
  e.result ();
  EXPECT_EQ (e.warning (), "\"soon\" in start is no time: it stays as it was.");
  EXPECT_EQ (time_of (e.element (), "start-time"), 3 * GstClockTime{GST_SECOND});
}

// start-time=100 was probably meant as seconds.
TEST (FrameExtractPart, NanosecondsThatShouldBeSecondsAreAWarning)
{
  for (const auto &[properties, warning] :
       {std::pair{"start-time=100",
                  "start-time is 100 nanoseconds. For 100 seconds write start=100."},
        std::pair{"stop-time=7", "stop-time is 7 nanoseconds. For 7 seconds write stop=7."},
        std::pair{"start-time=999999",
                  "start-time is 999999 nanoseconds. For 999999 seconds write start=999999."},
        std::pair{"start-time=0", ""}, std::pair{"start-time=1000000", ""},
        std::pair{"start=100", ""}, std::pair{"stop-time=100000000000", ""}}) {
    Extractor e (properties);
    gst_element_set_state (e.element (), GST_STATE_READY);
    e.result ();
    const int before = e.warnings ();
    gst_element_set_state (e.element (), GST_STATE_PLAYING);
    e.result ();
    EXPECT_EQ (e.warnings () - before, *warning ? 1 : 0) << properties;
    if (*warning) {
      EXPECT_EQ (e.warning (), warning);
    }
  }
}

// Messages hold text: bytes that are not UTF-8 do not get into them.
TEST (FrameExtractPart, BytesThatAreNoText)
{
  for (const char *name : {"start", "stop", "timestamp-list"})
    for (const std::string &bytes :
         {std::string ("\xff\xfe"), std::string ("1\xc3"), std::string (100'000, '\x80'),
          std::string (199, 'a') + "\xc3\xa4"}) {
      Extractor e ("");
      g_object_set (e.element (), name, bytes.c_str (), nullptr);
      e.result ();
      ASSERT_EQ (e.warnings (), 1);
      EXPECT_TRUE (g_utf8_validate (e.warning ().c_str (), -1, nullptr));
      EXPECT_LT (e.warning ().size (), 1000U);
      gst_element_set_state (e.element (), GST_STATE_READY);
      EXPECT_EQ (gst_element_set_state (e.element (), GST_STATE_PAUSED), GST_STATE_CHANGE_FAILURE);
      e.result ();
      EXPECT_EQ (e.errors (), 1);
      EXPECT_TRUE (g_utf8_validate (e.error ().c_str (), -1, nullptr));
    }
}

// If the input has no rate, the output has none either, unless `rate` is set.
TEST (FrameExtractPart, CapsWithoutARate)
{
  for (const auto &[properties, rate] :
       {std::pair{"every-nth=3", ""}, std::pair{"max-frames=7", ""},
        std::pair{"indices=\"<3>\"", "0/1"}, std::pair{"timestamp-list=0.3", "0/1"},
        std::pair{"rate=5/1", "5/1"}}) {
    SCOPED_TRACE (properties);
    Extractor e (properties, "video/x-raw,format=GRAY8,width=16,height=4");
    e.push (at_rate (7, 10));
    e.eos ();
    EXPECT_FALSE (e.result ().frames.empty ());
    const Owned<GstCaps> caps{gst_pad_get_current_caps (e.harness ()->sinkpad)};
    ASSERT_TRUE (caps && gst_caps_is_fixed (caps.get ()));
    const GValue *value =
        gst_structure_get_value (gst_caps_get_structure (caps.get (), 0), "framerate");
    const Owned<char> text{value ? gst_value_serialize (value) : g_strdup ("")};
    EXPECT_STREQ (text.get (), rate);
  }
}

// The output's frame rate divides by it.
TEST (FrameExtractPart, EveryNthIsAPositiveNumber)
{
  Extractor e ("every-nth=2147483647", "video/x-raw,format=GRAY8,width=16,height=4,framerate=30/1");
  const auto *spec = G_PARAM_SPEC_UINT (
      g_object_class_find_property (G_OBJECT_GET_CLASS (e.element ()), "every-nth"));
  EXPECT_EQ (spec->maximum, 2147483647U);
  e.push (at_rate (3, 30));
  const Owned<GstCaps> caps{gst_pad_get_current_caps (e.harness ()->sinkpad)};
  gint n = -1, d = -1;
  gst_structure_get_fraction (gst_caps_get_structure (caps.get (), 0), "framerate", &n, &d);
  EXPECT_GE (n, 0);
  EXPECT_GT (d, 0);
  EXPECT_EQ (e.result ().numbers (), std::vector<int>{0});
}

}  // namespace
