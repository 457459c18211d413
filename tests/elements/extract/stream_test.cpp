// How frameextract handles events, caps and queries around its frames.
#include "elements/extract/harness.h"
#include "support/offered_pool.h"

using namespace quad::test;
using quad::Owned;

namespace {

constexpr GstClockTime kMs = GST_MSECOND;

// Counts the events of a type that reach upstream.
class Upstream {
 public:
  Upstream (Extractor &e, GstEventType type) : type_{type}
  {
    gst_pad_add_probe (
        e.harness ()->srcpad, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM,
        [] (GstPad *, GstPadProbeInfo *info, gpointer self) {
          Upstream &u = *static_cast<Upstream *> (self);
          u.count_ += GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == u.type_;
          return GST_PAD_PROBE_OK;
        },
        this, nullptr);
  }
  int count () const { return count_; }

 private:
  GstEventType type_;
  int count_ = 0;
};

TEST (FrameExtractStream, CapsOfEachSelection)
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

TEST (FrameExtractStream, DownstreamsFrameRateIsNotUpstreams)
{
  Extractor e ("rate=5/1");
  gst_harness_set_sink_caps (e.harness (),
                             caps_of ("video/x-raw,format=GRAY8,framerate=5/1").release ());
  const Owned<GstCaps> filter = caps_of ("video/x-raw,framerate=30/1");
  const Owned<GstCaps> caps{gst_pad_peer_query_caps (e.harness ()->srcpad, filter.get ())};
  EXPECT_FALSE (gst_caps_is_empty (caps.get ()));
}

TEST (FrameExtractStream, AFrameGoesOutWithTheCapsItCameWith)
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

TEST (FrameExtractStream, AFlushBeginsAnew)
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

TEST (FrameExtractStream, TimesAreStreamTimesWhateverTheSegment)
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

TEST (FrameExtractStream, BackwardsIsRefused)
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
  for (int i = 0; i < 2; i++) {
    gst_harness_push_event (e.harness (), gst_event_new_segment (&segment));
    EXPECT_EQ (e.push ({0, kNone, 0}), GST_FLOW_ERROR);
  }
  e.result ();
  EXPECT_EQ (e.error (), "frameextract cannot select frames backwards.");
  EXPECT_EQ (e.errors (), 1);
}

TEST (FrameExtractStream, WhatIsNotTimedIsRefused)
{
  Extractor e ("rate=5/1");
  GstSegment segment;
  gst_segment_init (&segment, GST_FORMAT_BYTES);
  gst_harness_push_event (e.harness (), gst_event_new_segment (&segment));
  for (int i = 0; i < 3; i++) EXPECT_EQ (e.push ({0, kNone, 0}), GST_FLOW_ERROR);
  e.result ();
  EXPECT_EQ (e.error (), "The stream before frameextract is not timed.");
  EXPECT_EQ (e.errors (), 1);
}

TEST (FrameExtractStream, AGapShowsTheFrameBefore)
{
  Extractor e ("rate=10/1");
  e.push (at_rate (2, 10));
  gst_harness_push_event (e.harness (), gst_event_new_gap (200 * kMs, 300 * kMs));
  e.push ({{500 * kMs, 100 * kMs, 5}});
  e.eos ();
  EXPECT_EQ (e.result ().numbers (), (std::vector<int>{0, 1, 1, 1, 1, 5}));
  // Frames fill the gap, so downstream does not see it.
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

TEST (FrameExtractStream, TicksGoOnOverASegmentThatFollows)
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

TEST (FrameExtractStream, TicksBeforeASegmentAreNotWanted)
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

TEST (FrameExtractStream, ASecondStreamBeginsAnewAndLosesNothing)
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

TEST (FrameExtractStream, ALoopOfSegmentsSelectsInEachRound)
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

TEST (FrameExtractStream, EachRoundHasItsOwnLimit)
{
  Extractor e ("timestamp-list=\"0.1,0.3,0.5\" max-frames=2 post-messages=true");
  for (int round = 0; round < 3; round++) {
    gst_harness_push_event (e.harness (), segment_event (0, GST_SEGMENT_FLAG_SEGMENT));
    e.push (at_rate (10, 10));
    EXPECT_EQ (e.result ().numbers (), (std::vector<int>{1, 3})) << round;
    gst_harness_push_event (e.harness (), gst_event_new_segment_done (GST_FORMAT_TIME, -1));
  }
  e.result ();
  guint64 done = 0;
  for (const auto &s : e.messages ())
    if (gst_structure_has_name (s.get (), "progress"))
      gst_structure_get_uint64 (s.get (), "done", &done);
  EXPECT_EQ (done, 2u);
}

// As a demuxer does when it learns the film's length.
TEST (FrameExtractStream, ASegmentThatIsSentAgainChangesNothing)
{
  Extractor e ("rate=10/1");
  GstSegment segment;
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_harness_push_event (e.harness (), gst_event_new_segment (&segment));
  const auto frames = at_rate (10, 10);
  e.push (part (frames, 0, 5));
  segment.duration = GST_SECOND;
  gst_harness_push_event (e.harness (), gst_event_new_segment (&segment));
  e.push (part (frames, 5, 10));
  e.eos ();
  const Result r = e.result ();
  ASSERT_EQ (r.numbers (), (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
  for (std::size_t k = 0; k < 10; k++) EXPECT_EQ (r.frames[k].index, k);
  const Owned<GstEvent> last{
      gst_pad_get_sticky_event (e.harness ()->sinkpad, GST_EVENT_SEGMENT, 0)};
  GstSegment seen;
  gst_event_copy_segment (last.get (), &seen);
  EXPECT_EQ (seen.duration, GST_SECOND);
}

TEST (FrameExtractStream, WhatDownstreamRefusesAtTheEndIsAnError)
{
  Extractor e ("rate=10/1");
  e.push (at_rate (3, 10));
  gst_pad_add_probe (
      e.harness ()->sinkpad, GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM,
      [] (GstPad *, GstPadProbeInfo *info, gpointer) {
        GstQuery *query = GST_PAD_PROBE_INFO_QUERY (info);
        if (GST_QUERY_TYPE (query) != GST_QUERY_ACCEPT_CAPS) return GST_PAD_PROBE_OK;
        gst_query_set_accept_caps_result (query, FALSE);
        return GST_PAD_PROBE_HANDLED;
      },
      nullptr, nullptr);
  // With these caps comes the frame that is held at the end.
  gst_harness_set_src_caps (
      e.harness (),
      caps_of ("video/x-raw,format=GRAY8,width=32,height=2,framerate=0/1").release ());
  EXPECT_EQ (e.push ({300 * kMs, 100 * kMs, 3}), GST_FLOW_OK);
  e.eos ();
  EXPECT_EQ (e.result ().numbers (), (std::vector<int>{0, 1, 2}));
  EXPECT_EQ (e.errors (), 1);
}

TEST (FrameExtractStream, AnErrorIsSaidOnce)
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

TEST (FrameExtractStream, TheEndBelongsToTheSegmentsSeek)
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

TEST (FrameExtractStream, NobodyHurriesTheDecoder)
{
  Extractor e ("rate=5/1");
  const Upstream seen (e, GST_EVENT_QOS);
  gst_harness_push_upstream_event (
      e.harness (), gst_event_new_qos (GST_QOS_TYPE_UNDERFLOW, 2, 100 * GST_MSECOND, GST_SECOND));
  EXPECT_EQ (seen.count (), 0);
}

TEST (FrameExtractStream, WithNothingSetASeekBackwardsPasses)
{
  Extractor e ("");
  const Upstream seeks (e, GST_EVENT_SEEK);
  gst_harness_push_upstream_event (
      e.harness (), gst_event_new_seek (-1, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH, GST_SEEK_TYPE_SET,
                                        0, GST_SEEK_TYPE_SET, GST_SECOND));
  e.result ();
  EXPECT_EQ (seeks.count (), 1);
  EXPECT_EQ (e.warning (), "");
}

TEST (FrameExtractStream, WhatComesAfterASelectionHasItsOwnCaps)
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

TEST (FrameExtractStream, ANewRateIsANewLatency)
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

TEST (FrameExtractStream, KeyframesCannotBeKnownWithoutASeek)
{
  Extractor e ("keyframes=true");
  for (int i = 0; i < 2; i++) EXPECT_EQ (e.push ({0, kNone, 0}), GST_FLOW_ERROR);
  e.result ();
  EXPECT_EQ (e.errors (), 1);
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

TEST (FrameExtractStream, AtMostTwoFramesAreHeld)
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

TEST (FrameExtractStream, AsksUpstreamsPoolForTheBuffersItHolds)
{
  Extractor e ("rate=1/1");
  // Downstream answers for itself.
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

  // Also if downstream has no answer.
  Extractor silent ("rate=1/1");
  const Owned<GstQuery> asked{gst_query_new_allocation (caps_of (kNumberedCaps).get (), TRUE)};
  ASSERT_TRUE (gst_pad_peer_query (silent.harness ()->srcpad, asked.get ()));
  ASSERT_EQ (gst_query_get_n_allocation_pools (asked.get ()), 1u);
  gst_query_parse_nth_allocation_pool (asked.get (), 0, nullptr, nullptr, &min, &max);
  EXPECT_EQ (min, 2u);
}

TEST (FrameExtractStream, OffersAPlainPoolForFramesThatAreDecodedIntoWiderOnes)
{
  for (const bool downstream_has_one : {false, true}) {
    Extractor e ("rate=1/1");
    if (downstream_has_one) {
      const Owned<GstBufferPool> pool{gst_video_buffer_pool_new ()};
      gst_pad_add_probe (
          e.harness ()->sinkpad, GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM,
          [] (GstPad *, GstPadProbeInfo *info, gpointer data) {
            GstQuery *query = GST_PAD_PROBE_INFO_QUERY (info);
            if (GST_QUERY_TYPE (query) != GST_QUERY_ALLOCATION) return GST_PAD_PROBE_OK;
            gst_query_add_allocation_pool (query, static_cast<GstBufferPool *> (data), 64, 3, 0);
            return GST_PAD_PROBE_HANDLED;
          },
          gst_object_ref (pool.get ()), gst_object_unref);
    }
    const Owned<GstCaps> caps = caps_of ("video/x-raw,format=I420,width=854,height=480");
    const Owned<GstQuery> query{gst_query_new_allocation (caps.get (), TRUE)};
    ASSERT_TRUE (gst_pad_peer_query (e.harness ()->srcpad, query.get ()));
    const OfferedPool offer = offered_pool (query.get ());
    expect_plain (offer);
    EXPECT_EQ (offer.min, downstream_has_one ? 5u : 2u);
  }
}

TEST (FrameExtractStream, LiveLatencyIsOneFrameMore)
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
