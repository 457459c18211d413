// Which frames frameextract passes on, and what their metas say.
#include <random>

#include "elements/extract/harness.h"

using namespace quad::test;
using quad::Owned;

namespace {

constexpr GstClockTime kMs = GST_MSECOND;

TEST (FrameExtract, NothingSetPassesEverythingUntouched)
{
  Extractor e ("");
  GstBuffer *in = buffer_of ({40 * kMs, 20 * kMs, 7});
  gst_buffer_ref (in);
  ASSERT_EQ (gst_harness_push (e.harness (), in), GST_FLOW_OK);
  const Owned<GstBuffer> out{gst_harness_pull (e.harness ())};
  EXPECT_EQ (out.get (), in);
  EXPECT_EQ (gst_buffer_get_custom_meta (in, "quad-extracted-frame"), nullptr);
  gst_buffer_unref (in);
}

TEST (FrameExtract, SelectedFramesKeepTheirMemory)
{
  Extractor e ("timestamp-list=0.05");
  const Numbered frames[] = {{0, 40 * kMs, 0}, {40 * kMs, 40 * kMs, 1}, {80 * kMs, 40 * kMs, 2}};
  GstMemory *memory[3] = {};
  for (int i = 0; i < 3; i++) {
    GstBuffer *b = buffer_of (frames[i]);
    memory[i] = gst_buffer_peek_memory (b, 0);
    gst_harness_push (e.harness (), b);
  }
  const Owned<GstBuffer> out{gst_harness_pull (e.harness ())};
  EXPECT_EQ (gst_buffer_peek_memory (out.get (), 0), memory[1]);
  EXPECT_EQ (extracted_of (out.get ()), (Extracted{1, 40 * kMs, 40 * kMs, 0, 50 * kMs, 40 * kMs}));
}

TEST (FrameExtract, TimestampsInAnyOrderAndTwice)
{
  const Result r = extract ("timestamp-list=\"0.5, 0.1, 0.5, 0.32\"", at_rate (25, 25));
  const std::vector<Extracted> expected = {{2, 80 * kMs, 40 * kMs, 1, 100 * kMs, 80 * kMs},
                                           {8, 320 * kMs, 40 * kMs, 3, 320 * kMs, 320 * kMs},
                                           {12, 480 * kMs, 40 * kMs, 0, 500 * kMs, 480 * kMs},
                                           {12, 480 * kMs, 40 * kMs, 2, 500 * kMs, 480 * kMs}};
  EXPECT_EQ (r.frames, expected);
  EXPECT_TRUE (r.missed.empty ());
}

TEST (FrameExtract, Policies)
{
  const auto frames = at_rate (10, 10);
  const char *at = " timestamp-list=\"0.14, 0.15, 0.16, 0.2\"";
  EXPECT_EQ (extract ("policy=played-at" + std::string (at), frames).numbers (),
             (std::vector<int>{1, 1, 1, 2}));
  EXPECT_EQ (extract ("policy=nearest" + std::string (at), frames).numbers (),
             (std::vector<int>{1, 1, 2, 2}));
  EXPECT_EQ (extract ("policy=next" + std::string (at), frames).numbers (),
             (std::vector<int>{2, 2, 2, 2}));
}

TEST (FrameExtract, WhatCannotBeMetIsSaid)
{
  const Result r = extract (
      "tolerance-before=20000000 tolerance-after=0 timestamp-list=\"0, 0.05, 0.1, 1.01, 3\"",
      {{40 * kMs, 40 * kMs, 1}, {1000 * kMs, 5 * kMs, 2}});
  EXPECT_EQ (r.numbers (), (std::vector<int>{1, 2}));
  const std::vector<Missed> expected = {{0, 0, "no-frame-in-tolerance"},
                                        {2, 100 * kMs, "no-frame-in-tolerance"},
                                        {4, 3 * GST_SECOND, "beyond-end"}};
  EXPECT_EQ (r.missed, expected);
}

TEST (FrameExtract, ADamagedFrameIsMissed)
{
  auto frames = at_rate (5, 10);
  frames[2].damaged = true;
  const Result r = extract ("timestamp-list=\"0.1,0.25,0.3\"", frames);
  EXPECT_EQ (r.numbers (), (std::vector<int>{1, 3}));
  EXPECT_EQ (r.missed, (std::vector<Missed>{{1, 250 * kMs, "decode-error"}}));
  // At a rate, the previous frame is repeated.
  const Result repeated = extract ("rate=10/1", frames);
  EXPECT_EQ (repeated.numbers (), (std::vector<int>{0, 1, 1, 3, 4}));
  EXPECT_EQ (repeated.frames[2].actual, 100 * kMs);
  EXPECT_EQ (repeated.frames[2].pts, 200 * kMs);
}

TEST (FrameExtract, EndsBothSidesAfterTheLastTarget)
{
  Extractor e ("timestamp-list=0.1");
  const auto frames = at_rate (10, 10);
  EXPECT_EQ (e.push (frames[0]), GST_FLOW_OK);
  EXPECT_EQ (e.push (frames[1]), GST_FLOW_OK);
  EXPECT_EQ (e.push (frames[2]), GST_FLOW_EOS);
  EXPECT_EQ (e.push (frames[3]), GST_FLOW_EOS);
  e.eos ();
  int ends = 0;
  while (Owned<GstEvent> event{gst_harness_try_pull_event (e.harness ())})
    ends += GST_EVENT_TYPE (event.get ()) == GST_EVENT_EOS;
  EXPECT_EQ (ends, 1);
  EXPECT_EQ (e.result ().numbers (), std::vector<int>{1});
}

TEST (FrameExtract, RateHasItsTicksTimes)
{
  Extractor e ("rate=25/2");
  e.push (at_rate (30, 30));
  e.eos ();
  const Result r = e.result ();
  ASSERT_EQ (r.frames.size (), 13u);
  for (std::size_t k = 0; k < r.frames.size (); k++) {
    const GstClockTime tick = k * 80 * kMs;
    EXPECT_EQ (r.frames[k].pts, tick);
    EXPECT_EQ (r.frames[k].duration, 80 * kMs);
    EXPECT_EQ (r.frames[k].index, k);
    EXPECT_EQ (r.frames[k].requested, tick);
    EXPECT_EQ (r.frames[k].number, (tick + kMs / 2) * 30 / GST_SECOND) << k;
  }
  const Owned<GstCaps> caps{gst_pad_get_current_caps (e.harness ()->sinkpad)};
  gint n = 0, d = 0;
  gst_structure_get_fraction (gst_caps_get_structure (caps.get (), 0), "framerate", &n, &d);
  EXPECT_EQ (n, 25);
  EXPECT_EQ (d, 2);
}

TEST (FrameExtract, TheSourcesOwnRateTakesEachFrameOnceWhereTimesAreRounded)
{
  // As Matroska stores 24 frames a second.
  auto frames = at_rate (48, 24);
  for (Numbered &f : frames) f.pts = (f.pts + kMs / 2) / kMs * kMs;
  const Result r = extract ("rate=24/1", frames);
  ASSERT_EQ (r.frames.size (), 48u);
  for (std::size_t k = 0; k < 48; k++) EXPECT_EQ (r.frames[k].number, k);
}

TEST (FrameExtract, AStutterIsRepeatedSkippedOrAnError)
{
  const std::vector<Numbered> frames = {
      {0, 100 * kMs, 0}, {100 * kMs, 100 * kMs, 1}, {500 * kMs, 100 * kMs, 5}};
  EXPECT_EQ (extract ("rate=10/1", frames).numbers (), (std::vector<int>{0, 1, 1, 1, 1, 5}));
  EXPECT_EQ (extract ("rate=10/1 tolerance-before=50000000", frames).numbers (),
             (std::vector<int>{0, 1, 1, 1, 1, 5}));
  const Result skipped = extract ("rate=10/1 tolerance-before=50000000 missing=skip", frames);
  EXPECT_EQ (skipped.numbers (), (std::vector<int>{0, 1, 5}));
  EXPECT_EQ (skipped.frames[2].pts, 500 * kMs);
  // One message for all three.
  EXPECT_EQ (skipped.missed,
             (std::vector<Missed>{{2, 200 * kMs, "no-frame-in-tolerance", 3, 4, 400 * kMs}}));

  Extractor e ("rate=10/1 tolerance-before=50000000 missing=error");
  EXPECT_EQ (e.push (frames[0]), GST_FLOW_OK);
  EXPECT_EQ (e.push (frames[1]), GST_FLOW_OK);
  EXPECT_EQ (e.push (frames[2]), GST_FLOW_ERROR);
  e.result ();
  EXPECT_EQ (e.error (), "There is no frame for 0.200 s: no-frame-in-tolerance.");
}

TEST (FrameExtract, StartAndStopTime)
{
  const auto frames = at_rate (20, 10);
  EXPECT_EQ (extract ("rate=5/1 start-time=450000000 stop-time=1100000000", frames).numbers (),
             (std::vector<int>{4, 6, 8, 10}));
  EXPECT_EQ (extract ("every-nth=3 start-time=500000000 stop-time=1200000000", frames).numbers (),
             (std::vector<int>{5, 8, 11}));
  EXPECT_EQ (extract ("start-time=500000000 stop-time=700000000", frames).numbers (),
             (std::vector<int>{5, 6}));
  // Ticks before the first frame can only repeat the first frame.
  EXPECT_EQ (extract ("rate=10/1 start-time=0 stop-time=400000000",
                      {{200 * kMs, 100 * kMs, 9}, {300 * kMs, 100 * kMs, 10}})
                 .numbers (),
             (std::vector<int>{9, 9, 9, 10}));
}

TEST (FrameExtract, IndicesAndEveryNth)
{
  const auto frames = at_rate (10, 10);
  const Result r = extract ("indices=\"<7,2,2,40>\"", frames);
  EXPECT_EQ (r.numbers (), (std::vector<int>{2, 2, 7}));
  EXPECT_EQ (r.frames[0].index, 1u);
  EXPECT_EQ (r.frames[1].index, 2u);
  EXPECT_EQ (r.frames[2].index, 0u);
  EXPECT_EQ (r.frames[0].requested, kNone);
  EXPECT_EQ (r.frames[0].actual, 200 * kMs);
  EXPECT_EQ (r.missed, (std::vector<Missed>{{3, kNone, "beyond-end"}}));
  EXPECT_EQ (extract ("every-nth=4", frames).numbers (), (std::vector<int>{0, 4, 8}));
  EXPECT_EQ (extract ("every-nth=4 max-frames=2", frames).numbers (), (std::vector<int>{0, 4}));
  EXPECT_EQ (extract ("max-frames=3", frames).numbers (), (std::vector<int>{0, 1, 2}));
  EXPECT_EQ (extract ("rate=5/1 max-frames=3", frames).numbers (), (std::vector<int>{0, 2, 4}));
}

TEST (FrameExtract, DuplicateMissingAndBackwardTimes)
{
  // Of two frames of one time the later one stays on screen; one without a time follows the
  // one before it.
  const std::vector<Numbered> frames = {{0, 100 * kMs, 0},         {100 * kMs, 100 * kMs, 1},
                                        {100 * kMs, 100 * kMs, 2}, {kNone, 100 * kMs, 3},
                                        {250 * kMs, 100 * kMs, 4}, {240 * kMs, 100 * kMs, 5},
                                        {400 * kMs, 100 * kMs, 6}};
  const Result r = extract ("timestamp-list=\"0.1,0.2,0.249,0.26,0.39,0.4\"", frames);
  EXPECT_EQ (r.numbers (), (std::vector<int>{2, 3, 3, 5, 5, 6}));
  EXPECT_EQ (r.frames[1].pts, 200 * kMs);
  // All have a number.
  EXPECT_EQ (extract ("indices=\"<3,5>\"", frames).numbers (), (std::vector<int>{3, 5}));
}

TEST (FrameExtract, RandomListsOnRandomStreamsFollowThePlainRule)
{
  std::mt19937 random (4711);
  const auto below = [&] (unsigned n) { return static_cast<unsigned> (random () % n); };
  for (int round = 0; round < 700; round++) {
    std::vector<Numbered> frames;
    GstClockTime time = below (100) * kMs;
    for (guint32 i = 0, count = 1 + below (30); i < count; i++) {
      const GstClockTime length = (2 + below (200)) * kMs + below (3) * 333'333;
      frames.push_back ({time, length, i});
      // Sometimes there is a gap, or a frame that overlaps the next one.
      time += below (8) ? length : (1 + below (300)) * kMs;
    }
    Wish wish;
    wish.policy = std::array{"played-at", "nearest", "next"}[below (3)];
    if (below (2)) wish.before = below (150) * kMs;
    if (below (2)) wish.after = below (150) * kMs;
    std::vector<GstClockTime> times;
    for (unsigned i = 0, count = 1 + below (12); i < count; i++)
      times.push_back (below (4) ? below (static_cast<unsigned> (time / kMs) + 200) * kMs
                                 : frames[below (static_cast<unsigned> (frames.size ()))].pts);
    std::string properties = "policy=" + wish.policy +
                             " tolerance-before=" + std::to_string (wish.before) +
                             " tolerance-after=" + std::to_string (wish.after) + " timestamps=\"<";
    for (const GstClockTime t : times) properties += std::to_string (t) + ",";
    properties.back () = '>';
    const Result r = extract (properties + "\"", frames);

    std::vector<int> found (times.size (), -1), expected (times.size (), -1);
    for (const Extracted &e : r.frames) {
      found.at (e.index) = static_cast<int> (e.number);
      EXPECT_EQ (e.requested, times.at (e.index));
      EXPECT_EQ (e.actual, frames.at (e.number).pts);
    }
    for (std::size_t i = 0; i < times.size (); i++)
      if (const auto f = plain_choice (frames, wish, times[i]))
        expected[i] = static_cast<int> (f->number);
    ASSERT_EQ (found, expected) << properties;
    EXPECT_EQ (r.frames.size () + r.missed.size (), times.size ());
    EXPECT_TRUE (std::is_sorted (r.frames.begin (), r.frames.end (),
                                 [] (auto &a, auto &b) { return a.requested < b.requested; }));
  }
}

TEST (FrameExtract, RandomRatesFollowThePlainRule)
{
  std::mt19937 random (815);
  const auto below = [&] (unsigned n) { return static_cast<unsigned> (random () % n); };
  for (int round = 0; round < 300; round++) {
    std::vector<Numbered> frames;
    GstClockTime time = below (100) * kMs;
    for (guint32 i = 0, count = 1 + below (30); i < count; i++) {
      const GstClockTime length = (2 + below (200)) * kMs;
      frames.push_back ({time, length, i});
      time += length;
    }
    const unsigned n = 1 + below (60), d = 1 + below (4);
    Wish wish;
    if (below (2)) wish.before = below (100) * kMs;
    const std::string properties = "rate=" + std::to_string (n) + "/" + std::to_string (d) +
                                   " tolerance-before=" + std::to_string (wish.before) +
                                   " missing=skip";
    std::vector<int> expected;
    for (guint64 k = 0;; k++) {
      const GstClockTime tick = frames[0].pts + gst_util_uint64_scale (k * d, GST_SECOND, n);
      if (tick + kMs / 2 >= time) break;
      if (const auto f = plain_choice (frames, wish, tick))
        expected.push_back (static_cast<int> (f->number));
    }
    ASSERT_EQ (extract (properties, frames).numbers (), expected) << properties;
  }
}

TEST (FrameExtract, MessagesForEachFrame)
{
  Extractor e ("timestamp-list=\"0.1,0.3,9\" post-messages=true");
  e.push (at_rate (5, 10));
  e.eos ();
  const Result r = e.result ();
  EXPECT_EQ (r.missed.size (), 1u);
  std::vector<guint64> times;
  guint64 done = 0, total = 0;
  for (const auto &s : e.messages ()) {
    guint64 time = 0;
    if (gst_structure_has_name (s.get (), "frame-extracted")) {
      ASSERT_TRUE (gst_structure_get_uint64 (s.get (), "actual-time", &time));
      times.push_back (time);
    } else {
      ASSERT_TRUE (gst_structure_has_name (s.get (), "progress"));
      ASSERT_TRUE (gst_structure_get_uint64 (s.get (), "done", &done));
      ASSERT_TRUE (gst_structure_get_uint64 (s.get (), "total", &total));
    }
  }
  EXPECT_EQ (times, (std::vector<guint64>{100 * kMs, 300 * kMs}));
  EXPECT_EQ (done, 3u);
  EXPECT_EQ (total, 3u);
}

TEST (FrameExtract, ProgressAtMostTenTimesASecond)
{
  Extractor e ("every-nth=1 post-messages=true");
  const gint64 begin = g_get_monotonic_time ();
  e.push (at_rate (2000, 100));
  e.eos ();
  const gint64 took = g_get_monotonic_time () - begin;
  e.result ();
  const auto count = std::count_if (e.messages ().begin (), e.messages ().end (), [] (auto &s) {
    return gst_structure_has_name (s.get (), "progress");
  });
  EXPECT_GE (count, 1);
  EXPECT_LE (count, took / 100'000 + 2);
}

TEST (FrameExtract, OneSelectionAtATime)
{
  for (const auto &[properties, problem] :
       {std::pair{"rate=2/1 every-nth=3", "rate and every-nth are both set: set one of them."},
        std::pair{"timestamp-list=3 indices=\"<1>\"",
                  "timestamps and indices are both set: set one of them."},
        std::pair{"every-nth=2 start-time=5 stop-time=5", "stop-time is not after start-time."}}) {
    const Owned<GstElement> element{GST_ELEMENT (gst_object_ref_sink (
        gst_parse_launch ((std::string ("frameextract ") + properties).c_str (), nullptr)))};
    Bus bus (element.get ());
    EXPECT_EQ (gst_element_set_state (element.get (), GST_STATE_PAUSED), GST_STATE_CHANGE_FAILURE);
    EXPECT_EQ (bus.error (), problem);
    gst_element_set_state (element.get (), GST_STATE_NULL);
  }
}

const char *const kHowTimesAreWritten =
    " in timestamp-list is no time: write seconds, or hours:minutes:seconds, between commas, as in "
    "\"1.5, 3, 00:01:02.250\".";

// Properties on a launch line are set before there is a bus.
TEST (FrameExtract, ABadTimeOnALaunchLineIsRefusedAtTheStart)
{
  for (const auto &[list, bad] :
       {std::pair{"1:99", "1:99"}, std::pair{"1, two", "two"}, std::pair{"1,", ""}}) {
    const Owned<GstElement> pipeline{
        gst_parse_launch (("videotestsrc num-buffers=10 ! frameextract timestamp-list=\"" +
                           std::string (list) + "\" ! fakesink")
                              .c_str (),
                          nullptr)};
    const Owned<GstBus> bus{gst_element_get_bus (pipeline.get ())};
    EXPECT_EQ (gst_element_set_state (pipeline.get (), GST_STATE_PAUSED), GST_STATE_CHANGE_FAILURE);
    const Owned<GstMessage> message{gst_bus_pop_filtered (bus.get (), GST_MESSAGE_ERROR)};
    ASSERT_TRUE (message) << list;
    GError *error = nullptr;
    gst_message_parse_error (message.get (), &error, nullptr);
    EXPECT_EQ (error->message, '"' + std::string (bad) + '"' + kHowTimesAreWritten);
    g_error_free (error);
    gst_element_set_state (pipeline.get (), GST_STATE_NULL);
  }
}

TEST (FrameExtract, ABadTimeLeavesTheList)
{
  Extractor e ("timestamp-list=\"0.15, 0.3\"");
  g_object_set (e.element (), "timestamp-list", "1, two", nullptr);
  e.result ();
  EXPECT_EQ (e.warning (), "\"two\" in timestamp-list is no time: the list stays as it was.");
  gchar *list = nullptr;
  g_object_get (e.element (), "timestamp-list", &list, nullptr);
  EXPECT_EQ (Owned<char> (list).get (), std::string ("0.150000000, 0.300000000"));
  // The stream goes on with it, also after a seek.
  gst_harness_push_event (e.harness (), gst_event_new_flush_start ());
  gst_harness_push_event (e.harness (), gst_event_new_flush_stop (TRUE));
  GstSegment segment;
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_harness_push_event (e.harness (), gst_event_new_segment (&segment));
  e.push (at_rate (5, 10));
  EXPECT_EQ (e.result ().numbers (), (std::vector<int>{1, 3}));
  // The next one is refused, until a good one is set.
  const auto restarted = [&] {
    gst_element_set_state (e.element (), GST_STATE_READY);
    return gst_element_set_state (e.element (), GST_STATE_PAUSED) != GST_STATE_CHANGE_FAILURE;
  };
  EXPECT_FALSE (restarted ());
  e.result ();
  EXPECT_EQ (e.error (), std::string ("\"two\"") + kHowTimesAreWritten);
  g_object_set (e.element (), "timestamp-list", "", nullptr);
  EXPECT_TRUE (restarted ());
}

TEST (FrameExtract, ATimeThatNoStreamReaches)
{
  const auto frames = at_rate (5, 10);
  const Result r = extract ("timestamps=\"<9223372036854775807,100000000>\"", frames);
  EXPECT_EQ (r.numbers (), std::vector<int>{1});
  EXPECT_EQ (r.missed, (std::vector<Missed>{{0, 9223372036854775807u, "beyond-end"}}));
  // Frames with extreme times or durations.
  for (const GstClockTime time : {G_MAXINT64 - guint64{1}, G_MAXINT64 + guint64{1}, kNone - 1}) {
    const Result shown =
        extract ("timestamp-list=\"0.05, 9223372036.854775807\"", {{0, time, 0}, {time, time, 1}});
    EXPECT_EQ (shown.numbers ().at (0), 0) << time;
    EXPECT_FALSE (extract ("rate=1/100000000", {{0, 100, 0}, {time, time, 1}}).frames.empty ());
  }

  const Owned<GstElement> element{GST_ELEMENT (gst_object_ref_sink (
      gst_parse_launch ("frameextract timestamps=\"<5,9223372036854775808>\"", nullptr)))};
  Bus bus (element.get ());
  EXPECT_EQ (gst_element_set_state (element.get (), GST_STATE_PAUSED), GST_STATE_CHANGE_FAILURE);
  EXPECT_EQ (bus.error (),
             "timestamps holds 9223372036854775808, which is no time: the largest is "
             "9223372036854775807 ns.");
  gst_element_set_state (element.get (), GST_STATE_NULL);
}

}  // namespace
