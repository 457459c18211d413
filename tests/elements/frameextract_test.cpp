// Which frames frameextract lets pass, and what it says of them.
#include <random>

#include "extract_harness.h"

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
  const Result r = extract ("tolerance-before=20000000 timestamp-list=\"0, 0.05, 0.1, 1.01, 3\"",
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
  // At a rate the one before it is repeated.
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
  EXPECT_EQ (skipped.missed.size (), 3u);

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
  // Ticks before the first frame have nothing to repeat but that.
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
      const GstClockTime length = (1 + below (200)) * kMs + below (3) * 333'333;
      frames.push_back ({time, length, i});
      // At times a gap, or a frame that is not over when the next one begins.
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
      const GstClockTime length = (1 + below (200)) * kMs;
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
      if (tick >= time) break;
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

TEST (FrameExtract, ABadTimeLeavesTheList)
{
  Extractor e ("timestamp-list=\"1.5, 3\"");
  g_object_set (e.element (), "timestamp-list", "1, two", nullptr);
  e.result ();
  EXPECT_EQ (e.warning (), "\"two\" in timestamp-list is no time: the list stays as it was.");
  gchar *list = nullptr;
  g_object_get (e.element (), "timestamp-list", &list, nullptr);
  EXPECT_EQ (Owned<char> (list).get (), std::string ("1.500000000, 3.000000000"));
}

TEST (FrameExtract, CapsOfEachSelection)
{
  const char *in = "video/x-raw,format=GRAY8,width=16,height=4,framerate=30/1";
  for (const auto &[properties, rate] :
       {std::pair{"rate=5/2", "5/2"}, std::pair{"every-nth=4", "15/2"},
        std::pair{"timestamp-list=1", "0/1"}, std::pair{"max-frames=4", "30/1"}}) {
    Extractor e (properties, in);
    e.push ({{0, kNone, 0}, {33 * kMs, kNone, 1}});
    const Owned<GstCaps> caps{gst_pad_get_current_caps (e.harness ()->sinkpad)};
    ASSERT_TRUE (caps) << properties;
    const GValue *value =
        gst_structure_get_value (gst_caps_get_structure (caps.get (), 0), "framerate");
    EXPECT_EQ (Owned<char> (gst_value_serialize (value)).get (), std::string (rate)) << properties;
  }
}

TEST (FrameExtract, DownstreamsFrameRateIsNotUpstreams)
{
  Extractor e ("rate=5/1");
  gst_harness_set_sink_caps (e.harness (),
                             caps_of ("video/x-raw,format=GRAY8,framerate=5/1").release ());
  const Owned<GstCaps> filter = caps_of ("video/x-raw,framerate=30/1");
  const Owned<GstCaps> caps{gst_pad_peer_query_caps (e.harness ()->srcpad, filter.get ())};
  EXPECT_FALSE (gst_caps_is_empty (caps.get ()));
}

TEST (FrameExtract, AFrameGoesOutWithTheCapsItCameWith)
{
  Extractor e ("rate=10/1");
  e.push (at_rate (3, 10));
  // The third frame waits for the next one, which is of another size.
  gst_harness_set_src_caps (
      e.harness (),
      caps_of ("video/x-raw,format=GRAY8,width=32,height=2,framerate=0/1").release ());
  e.push ({{300 * kMs, 100 * kMs, 3}});
  EXPECT_EQ (e.result ().numbers (), (std::vector<int>{0, 1, 2}));
  const auto width = [&] {
    const Owned<GstCaps> caps{gst_pad_get_current_caps (e.harness ()->sinkpad)};
    gint w = 0;
    gst_structure_get_int (gst_caps_get_structure (caps.get (), 0), "width", &w);
    return w;
  };
  EXPECT_EQ (width (), 16);
  e.eos ();
  EXPECT_EQ (e.result ().numbers (), std::vector<int>{3});
  EXPECT_EQ (width (), 32);
}

TEST (FrameExtract, AFlushBeginsAnew)
{
  Extractor e ("timestamp-list=\"0.1,0.6\"");
  e.push (at_rate (4, 10));
  EXPECT_EQ (e.result ().numbers (), std::vector<int>{1});
  gst_harness_push_event (e.harness (), gst_event_new_flush_start ());
  gst_harness_push_event (e.harness (), gst_event_new_flush_stop (TRUE));
  GstSegment segment;
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_harness_push_event (e.harness (), gst_event_new_segment (&segment));
  e.push (at_rate (10, 10));
  EXPECT_EQ (e.result ().numbers (), (std::vector<int>{1, 6}));
}

TEST (FrameExtract, TimesAreStreamTimesWhateverTheSegment)
{
  // As an MP4 with B-frames begins: PTS 80 ms is where the film begins.
  Extractor e ("timestamp-list=\"0,0.25\"");
  GstSegment segment;
  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.start = 80 * kMs;
  segment.rate = 2;
  gst_harness_push_event (e.harness (), gst_event_new_segment (&segment));
  auto frames = at_rate (10, 10);
  for (Numbered &f : frames) f.pts += 80 * kMs;
  e.push (frames);
  const Result r = e.result ();
  EXPECT_EQ (r.frames,
             (std::vector<Extracted>{{0, 80 * kMs, 100 * kMs, 0, 0, 0},
                                     {2, 280 * kMs, 100 * kMs, 1, 250 * kMs, 200 * kMs}}));
}

TEST (FrameExtract, BackwardsIsRefused)
{
  Extractor e ("rate=5/1");
  EXPECT_FALSE (gst_harness_push_upstream_event (
      e.harness (), gst_event_new_seek (-1, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH, GST_SEEK_TYPE_SET,
                                        0, GST_SEEK_TYPE_SET, GST_SECOND)));
  e.result ();
  EXPECT_EQ (e.warning (),
             "A seek with rate -1 is refused: frameextract cannot select frames backwards.");
  GstSegment segment;
  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.rate = -1;
  segment.stop = GST_SECOND;
  gst_harness_push_event (e.harness (), gst_event_new_segment (&segment));
  e.result ();
  EXPECT_EQ (e.error (), "frameextract cannot select frames backwards.");
}

TEST (FrameExtract, WhatIsNotTimedIsRefused)
{
  Extractor e ("rate=5/1");
  GstSegment segment;
  gst_segment_init (&segment, GST_FORMAT_BYTES);
  gst_harness_push_event (e.harness (), gst_event_new_segment (&segment));
  EXPECT_EQ (e.push ({0, kNone, 0}), GST_FLOW_ERROR);
  e.result ();
  EXPECT_EQ (e.error (), "The stream before frameextract is not timed.");
}

TEST (FrameExtract, AGapShowsTheFrameBefore)
{
  Extractor e ("rate=10/1");
  e.push (at_rate (2, 10));
  gst_harness_push_event (e.harness (), gst_event_new_gap (200 * kMs, 300 * kMs));
  e.push ({{500 * kMs, 100 * kMs, 5}});
  e.eos ();
  EXPECT_EQ (e.result ().numbers (), (std::vector<int>{0, 1, 1, 1, 1, 5}));
  // Frames fill it, so downstream knows of none.
  while (Owned<GstEvent> event{gst_harness_try_pull_event (e.harness ())})
    EXPECT_NE (GST_EVENT_TYPE (event.get ()), GST_EVENT_GAP);
}

GstEvent *segment_event (GstClockTime start, GstSegmentFlags flags = GST_SEGMENT_FLAG_NONE)
{
  GstSegment segment;
  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.start = segment.time = segment.position = start;
  segment.flags = flags;
  return gst_event_new_segment (&segment);
}

std::vector<Numbered> part (const std::vector<Numbered> &frames, std::size_t from, std::size_t to)
{
  return {frames.begin () + static_cast<std::ptrdiff_t> (from),
          frames.begin () + static_cast<std::ptrdiff_t> (to)};
}

TEST (FrameExtract, TicksGoOnOverASegmentThatFollows)
{
  for (const char *start : {"", " start-time=0"}) {
    Extractor e (std::string ("rate=3/1") + start);
    const auto frames = at_rate (10, 10);
    gst_harness_push_event (e.harness (), segment_event (0));
    e.push (part (frames, 0, 5));
    gst_harness_push_event (e.harness (), segment_event (500 * kMs));
    e.push (part (frames, 5, 10));
    e.eos ();
    const Result r = e.result ();
    ASSERT_EQ (r.numbers (), (std::vector<int>{0, 3, 6})) << start;
    for (std::size_t k = 0; k < 3; k++) {
      EXPECT_EQ (r.frames[k].index, k);
      EXPECT_EQ (r.frames[k].pts, gst_util_uint64_scale (k, GST_SECOND, 3));
    }
  }
}

TEST (FrameExtract, TicksBeforeASegmentAreNotWanted)
{
  Extractor e ("rate=2/1 start-time=0");
  gst_harness_push_event (e.harness (), segment_event (20 * GST_SECOND));
  auto frames = at_rate (10, 10);
  for (Numbered &f : frames) f.pts += 20 * GST_SECOND;
  e.push (frames);
  e.eos ();
  const Result r = e.result ();
  EXPECT_EQ (r.numbers (), (std::vector<int>{0, 5}));
  EXPECT_EQ (r.frames.at (0).pts, 20 * GST_SECOND);
  EXPECT_EQ (r.frames.at (0).index, 40u);
  EXPECT_TRUE (r.missed.empty ());
}

TEST (FrameExtract, ASecondStreamBeginsAnewAndLosesNothing)
{
  Extractor e ("rate=10/1");
  e.push (at_rate (10, 10));
  gst_harness_push_event (e.harness (), gst_event_new_stream_start ("second"));
  gst_harness_push_event (e.harness (), gst_event_new_caps (caps_of (kNumberedCaps).get ()));
  gst_harness_push_event (e.harness (), segment_event (0));
  e.push (at_rate (3, 10));
  e.eos ();
  EXPECT_EQ (e.result ().numbers (), (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2}));
}

TEST (FrameExtract, ALoopOfSegmentsSelectsInEachRound)
{
  Extractor e ("timestamp-list=\"0.1,0.3\"");
  for (int round = 0; round < 3; round++) {
    gst_harness_push_event (e.harness (), segment_event (0, GST_SEGMENT_FLAG_SEGMENT));
    e.push (at_rate (10, 10));
    EXPECT_EQ (e.result ().numbers (), (std::vector<int>{1, 3})) << round;
    gst_harness_push_event (e.harness (), gst_event_new_segment_done (GST_FORMAT_TIME, -1));
  }
  int done = 0;
  while (Owned<GstEvent> event{gst_harness_try_pull_event (e.harness ())}) {
    EXPECT_NE (GST_EVENT_TYPE (event.get ()), GST_EVENT_EOS);
    done += GST_EVENT_TYPE (event.get ()) == GST_EVENT_SEGMENT_DONE;
  }
  EXPECT_EQ (done, 3);
}

TEST (FrameExtract, AnErrorIsSaidOnce)
{
  Extractor e ("rate=10/1 tolerance-before=50000000 missing=error");
  EXPECT_EQ (e.push ({0, 100 * kMs, 0}), GST_FLOW_OK);
  EXPECT_EQ (e.push ({400 * kMs, 100 * kMs, 1}), GST_FLOW_ERROR);
  EXPECT_EQ (e.push ({500 * kMs, 100 * kMs, 2}), GST_FLOW_ERROR);
  e.eos ();
  const Result r = e.result ();
  EXPECT_EQ (r.numbers (), std::vector<int>{0});
  EXPECT_EQ (r.missed.size (), 1u);
  EXPECT_EQ (e.errors (), 1);
}

TEST (FrameExtract, TheEndBelongsToTheSegmentsSeek)
{
  Extractor e ("timestamp-list=0.1");
  GstEvent *segment = segment_event (0);
  gst_event_set_seqnum (segment, 4242);
  gst_harness_push_event (e.harness (), segment);
  e.push (at_rate (5, 10));
  guint32 seqnum = 0;
  while (Owned<GstEvent> event{gst_harness_try_pull_event (e.harness ())})
    if (GST_EVENT_TYPE (event.get ()) == GST_EVENT_EOS)
      seqnum = gst_event_get_seqnum (event.get ());
  EXPECT_EQ (seqnum, 4242u);
}

TEST (FrameExtract, NobodyHurriesTheDecoder)
{
  Extractor e ("rate=5/1");
  int seen = 0;
  gst_pad_add_probe (
      e.harness ()->srcpad, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM,
      [] (GstPad *, GstPadProbeInfo *info, gpointer count) {
        *static_cast<int *> (count) +=
            GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_QOS;
        return GST_PAD_PROBE_OK;
      },
      &seen, nullptr);
  gst_harness_push_upstream_event (
      e.harness (), gst_event_new_qos (GST_QOS_TYPE_UNDERFLOW, 2, 100 * GST_MSECOND, GST_SECOND));
  EXPECT_EQ (seen, 0);
}

TEST (FrameExtract, WithNothingSetASeekBackwardsPasses)
{
  Extractor e ("");
  int seeks = 0;
  gst_pad_add_probe (
      e.harness ()->srcpad, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM,
      [] (GstPad *, GstPadProbeInfo *info, gpointer count) {
        *static_cast<int *> (count) +=
            GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_SEEK;
        return GST_PAD_PROBE_OK;
      },
      &seeks, nullptr);
  gst_harness_push_upstream_event (
      e.harness (), gst_event_new_seek (-1, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH, GST_SEEK_TYPE_SET,
                                        0, GST_SEEK_TYPE_SET, GST_SECOND));
  e.result ();
  EXPECT_EQ (seeks, 1);
  EXPECT_EQ (e.warning (), "");
}

TEST (FrameExtract, WhatComesAfterASelectionHasItsOwnCaps)
{
  Extractor e ("rate=5/1", "video/x-raw,format=GRAY8,width=16,height=4,framerate=10/1");
  e.push (at_rate (5, 10));
  g_object_set (e.element (), "rate", 0, 1, nullptr);
  gst_harness_push_event (e.harness (), gst_event_new_flush_start ());
  gst_harness_push_event (e.harness (), gst_event_new_flush_stop (TRUE));
  gst_harness_push_event (e.harness (), segment_event (0));
  e.result ();
  e.push (at_rate (2, 10));
  EXPECT_EQ (e.result ().numbers (), (std::vector<int>{0, 1}));
  const Owned<GstCaps> caps{gst_pad_get_current_caps (e.harness ()->sinkpad)};
  gint n = 0, d = 0;
  gst_structure_get_fraction (gst_caps_get_structure (caps.get (), 0), "framerate", &n, &d);
  EXPECT_EQ (n, 10);
}

TEST (FrameExtract, ANewRateIsANewLatency)
{
  Extractor e ("rate=5/1");
  const auto posted = [&] {
    e.result ();
    return e.latencies ();
  };
  EXPECT_EQ (posted (), 0);
  gst_harness_set_src_caps (
      e.harness (),
      caps_of ("video/x-raw,format=GRAY8,width=16,height=4,framerate=25/1").release ());
  EXPECT_EQ (posted (), 1);
}

TEST (FrameExtract, KeyframesCannotBeKnownWithoutASeek)
{
  Extractor e ("keyframes=true");
  EXPECT_EQ (e.push ({0, kNone, 0}), GST_FLOW_ERROR);
  e.result ();
  EXPECT_EQ (e.error (),
             "Which of these frames were keyframes cannot be known: the source does not seek to "
             "keyframes only.");
  // Where the application has asked for them, all that comes is one.
  Extractor asked ("keyframes=true");
  GstSegment segment;
  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.flags = GST_SEGMENT_FLAG_TRICKMODE_KEY_UNITS;
  gst_harness_push_event (asked.harness (), gst_event_new_segment (&segment));
  asked.push (at_rate (3, 10));
  EXPECT_EQ (asked.result ().numbers (), (std::vector<int>{0, 1, 2}));
}

TEST (FrameExtract, AtMostTwoFramesAreHeld)
{
  Extractor e ("rate=1/1");
  int alive = 0, most = 0;
  for (const Numbered &f : at_rate (100, 10)) {
    GstBuffer *b = buffer_of (f);
    most = std::max (most, ++alive);
    gst_mini_object_weak_ref (
        GST_MINI_OBJECT (b),
        [] (gpointer count, GstMiniObject *) { --*static_cast<int *> (count); }, &alive);
    ASSERT_EQ (gst_harness_push (e.harness (), b), GST_FLOW_OK);
    e.result ();
  }
  EXPECT_LE (most, 2);
}

TEST (FrameExtract, AsksUpstreamsPoolForTheBuffersItHolds)
{
  Extractor e ("rate=1/1");
  // Downstream says what it has.
  gst_pad_add_probe (
      e.harness ()->sinkpad, GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM,
      [] (GstPad *, GstPadProbeInfo *info, gpointer) {
        GstQuery *query = GST_PAD_PROBE_INFO_QUERY (info);
        if (GST_QUERY_TYPE (query) != GST_QUERY_ALLOCATION) return GST_PAD_PROBE_OK;
        gst_query_add_allocation_pool (query, nullptr, 64, 3, 5);
        gst_query_add_allocation_pool (query, nullptr, 64, 0, 0);
        return GST_PAD_PROBE_HANDLED;
      },
      nullptr, nullptr);
  const Owned<GstQuery> query{gst_query_new_allocation (caps_of (kNumberedCaps).get (), TRUE)};
  ASSERT_TRUE (gst_pad_peer_query (e.harness ()->srcpad, query.get ()));
  ASSERT_EQ (gst_query_get_n_allocation_pools (query.get ()), 2u);
  guint min = 0, max = 0;
  gst_query_parse_nth_allocation_pool (query.get (), 0, nullptr, nullptr, &min, &max);
  EXPECT_EQ (min, 5u);
  EXPECT_EQ (max, 7u);
  gst_query_parse_nth_allocation_pool (query.get (), 1, nullptr, nullptr, &min, &max);
  EXPECT_EQ (min, 2u);
  EXPECT_EQ (max, 0u);

  // Also where downstream has nothing to say.
  Extractor silent ("rate=1/1");
  const Owned<GstQuery> asked{gst_query_new_allocation (caps_of (kNumberedCaps).get (), TRUE)};
  ASSERT_TRUE (gst_pad_peer_query (silent.harness ()->srcpad, asked.get ()));
  ASSERT_EQ (gst_query_get_n_allocation_pools (asked.get ()), 1u);
  gst_query_parse_nth_allocation_pool (asked.get (), 0, nullptr, nullptr, &min, &max);
  EXPECT_EQ (min, 2u);
}

TEST (FrameExtract, LiveLatencyIsOneFrameMore)
{
  for (const auto &[properties, expected] :
       {std::pair{"rate=5/1", 40 * kMs}, std::pair{"every-nth=2", 0 * kMs}}) {
    Extractor e (properties, "video/x-raw,format=GRAY8,width=16,height=4,framerate=25/1");
    e.push ({0, kNone, 0});
    gst_harness_set_upstream_latency (e.harness (), 100 * kMs);
    EXPECT_EQ (gst_harness_query_latency (e.harness ()), 100 * kMs + expected) << properties;
  }
}

}  // namespace
