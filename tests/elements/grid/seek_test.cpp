// Where quadmux-grid's output begins, and seeks.
#include <cmath>
#include <limits>

#include "elements/grid/colors.h"

using namespace quad::test;
using quad::Owned;

namespace {

// Two videotestsrcs of ten frames a second that can seek.
struct Seekable {
  Owned<GstElement> pipeline, out;
  Owned<GstBus> bus;

  // `alone`: there is also a pad without a peer.
  explicit Seekable (const std::string &properties = "", bool alone = false)
  {
    const std::string src =
        " videotestsrc num-buffers=50 ! "
        "video/x-raw,format=I420,width=16,height=16,framerate=10/1 ! queue ! "
        "grid.";
    pipeline.reset (gst_parse_launch (("quadmux-grid name=grid rows=1 columns=2 " + properties +
                                       " ! video/x-raw,framerate=10/1 ! appsink name=out "
                                       "sync=false max-buffers=2 " +
                                       src + src)
                                          .c_str (),
                                      nullptr));
    out.reset (gst_bin_get_by_name (GST_BIN (pipeline.get ()), "out"));
    bus.reset (gst_element_get_bus (pipeline.get ()));
    const Owned<GstElement> grid{gst_bin_get_by_name (GST_BIN (pipeline.get ()), "grid")};
    if (alone) request (grid.get ());
    gst_element_set_state (pipeline.get (), GST_STATE_PAUSED);
    gst_element_get_state (pipeline.get (), nullptr, nullptr, 10 * GST_SECOND);
  }
  ~Seekable () { gst_element_set_state (pipeline.get (), GST_STATE_NULL); }

  bool seek (double rate, int flags, GstClockTime start, GstClockTime stop)
  {
    return gst_element_seek (pipeline.get (), rate, GST_FORMAT_TIME,
                             static_cast<GstSeekFlags> (flags), GST_SEEK_TYPE_SET,
                             static_cast<gint64> (start), GST_SEEK_TYPE_SET,
                             static_cast<gint64> (stop));
  }

  // The stream times of all frames to the end, in tenths of a second.
  std::vector<int> play ()
  {
    std::vector<int> times;
    gst_element_set_state (pipeline.get (), GST_STATE_PLAYING);
    while (Owned<GstSample> s{
        gst_app_sink_try_pull_sample (GST_APP_SINK (out.get ()), 10 * GST_SECOND)}) {
      const GstSegment *segment = gst_sample_get_segment (s.get ());
      const GstClockTime pts = GST_BUFFER_PTS (gst_sample_get_buffer (s.get ()));
      const GstClockTime t = gst_segment_to_stream_time (segment, GST_FORMAT_TIME, pts);
      times.push_back (static_cast<int> (gst_util_uint64_scale_round (t, 10, GST_SECOND)));
    }
    EXPECT_TRUE (gst_app_sink_is_eos (GST_APP_SINK (out.get ())));
    return times;
  }
};

std::vector<int> range (int first, int last, int step = 1)
{
  std::vector<int> r;
  for (int i = first; step > 0 ? i <= last : i >= last; i += step) r.push_back (i);
  return r;
}

// The base class begins a frame of the output more than once there.
TEST (GridSeek, EveryFrameOnceBesideAFasterInput)
{
  const std::string caps = " ! video/x-raw,format=I420,width=16,height=16,framerate=";
  for (const double rate : {0.5, 1.0, 2.0}) {
    SCOPED_TRACE (rate);
    const Owned<GstElement> pipeline{gst_parse_launch (
        ("quadmux-grid name=grid rows=1 columns=2 ! video/x-raw,framerate=10/1 "
         "! fakesink sync=false videotestsrc" +
         caps + "10/1 ! queue ! grid.sink_0 videotestsrc" + caps + "25/1 ! queue ! grid.sink_1")
            .c_str (),
        nullptr)};
    const Owned<GstElement> grid{gst_bin_get_by_name (GST_BIN (pipeline.get ()), "grid")};
    const Owned<GstPad> pad{gst_element_get_static_pad (grid.get (), "sink_0")};
    gst_element_set_state (pipeline.get (), GST_STATE_PAUSED);
    gst_element_get_state (pipeline.get (), nullptr, nullptr, 10 * GST_SECOND);
    const guint64 before = number (stats_of (pad.get ()).get (), "frames-shown");
    ASSERT_TRUE (gst_element_seek (pipeline.get (), rate, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH,
                                   GST_SEEK_TYPE_SET, 0, GST_SEEK_TYPE_SET, 4 * GST_SECOND));
    gst_element_set_state (pipeline.get (), GST_STATE_PLAYING);
    const Owned<GstBus> bus{gst_element_get_bus (pipeline.get ())};
    const Owned<GstMessage> end{
        gst_bus_timed_pop_filtered (bus.get (), 20 * GST_SECOND, GST_MESSAGE_EOS)};
    EXPECT_TRUE (end);
    EXPECT_EQ (number (stats_of (pad.get ()).get (), "frames-shown") - before, 40u);
    gst_element_set_state (pipeline.get (), GST_STATE_NULL);
  }
}

TEST (GridSeek, Flushing)
{
  for (const char *policy : {"", "eos-policy=shortest"}) {
    Seekable s (policy);
    ASSERT_TRUE (
        s.seek (1.0, GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE, 2 * GST_SECOND, 3 * GST_SECOND));
    EXPECT_EQ (s.play (), range (20, 29));
    // And again, after the end.
    ASSERT_TRUE (
        s.seek (1.0, GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE, GST_SECOND, 2 * GST_SECOND));
    EXPECT_EQ (s.play (), range (10, 19));
  }
}

TEST (GridSeek, Reverse)
{
  Seekable s;
  ASSERT_TRUE (s.seek (-1.0, GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE, 0, GST_SECOND));
  EXPECT_EQ (s.play (), range (9, 0, -1));
}

// It begins at the end, if that is known.
TEST (GridSeek, ReverseWithoutAStop)
{
  for (const bool alone : {false, true})
    for (const GstSeekType type : {GST_SEEK_TYPE_NONE, GST_SEEK_TYPE_SET, GST_SEEK_TYPE_END}) {
      SCOPED_TRACE (testing::Message () << alone << " " << type);
      Seekable s ("", alone);
      const gint64 before_end = type == GST_SEEK_TYPE_END ? gint64{GST_SECOND} : 0;
      ASSERT_TRUE (gst_element_seek (
          s.pipeline.get (), -1.0, GST_FORMAT_TIME,
          static_cast<GstSeekFlags> (GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE),
          GST_SEEK_TYPE_SET, gint64{3 * GST_SECOND}, type, before_end > 0 ? -before_end : -1));
      EXPECT_EQ (s.play (), range (before_end > 0 ? 39 : 49, 30, -1));
    }
}

// A seek flushes all pads, but nobody flushes a pad without a peer.
TEST (GridSeek, WithAPadThatNothingIsLinkedTo)
{
  for (const char *policy : {"", "eos-policy=shortest"}) {
    Seekable s (policy, true);
    for (const int from : {4, 1, 0}) {
      ASSERT_TRUE (s.seek (1.0, GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE,
                           static_cast<GstClockTime> (from) * GST_SECOND,
                           static_cast<GstClockTime> (from + 1) * GST_SECOND));
      EXPECT_EQ (s.play (), range (10 * from, 10 * from + 9));
    }
  }
}

TEST (GridSeek, SegmentPostsItsEndOnce)
{
  Seekable s;
  ASSERT_TRUE (s.seek (1.0, GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE | GST_SEEK_FLAG_SEGMENT, 0,
                       GST_SECOND));
  gst_element_set_state (s.pipeline.get (), GST_STATE_PLAYING);
  int frames = 0;
  for (; frames < 10; frames++) {
    const Owned<GstSample> sample{
        gst_app_sink_try_pull_sample (GST_APP_SINK (s.out.get ()), 10 * GST_SECOND)};
    if (!sample) break;
  }
  EXPECT_EQ (frames, 10);
  const Owned<GstMessage> done{
      gst_bus_timed_pop_filtered (s.bus.get (), 10 * GST_SECOND, GST_MESSAGE_SEGMENT_DONE)};
  EXPECT_TRUE (done);
}

TEST (GridSeek, ReverseWithShortest)
{
  Seekable s ("eos-policy=shortest");
  ASSERT_TRUE (
      s.seek (-1.0, GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE, GST_SECOND, 3 * GST_SECOND));
  EXPECT_EQ (s.play (), range (29, 10, -1));
}

TEST (GridSeek, WithoutAFlushIsRefused)
{
  Seekable s;
  EXPECT_FALSE (s.seek (1.0, GST_SEEK_FLAG_ACCURATE, 2 * GST_SECOND, 3 * GST_SECOND));
  EXPECT_FALSE (gst_element_seek (s.pipeline.get (), 2.0, GST_FORMAT_TIME,
                                  GST_SEEK_FLAG_INSTANT_RATE_CHANGE, GST_SEEK_TYPE_NONE, -1,
                                  GST_SEEK_TYPE_NONE, -1));
  EXPECT_EQ (s.play (), range (0, 49));
}

// NaN passes gst_element_seek's own check of the rate.
TEST (GridSeek, ARateThatIsNoNumberIsRefused)
{
  for (const double rate : {std::nan (""), std::numeric_limits<double>::infinity (),
                            -std::numeric_limits<double>::infinity ()}) {
    SCOPED_TRACE (rate);
    Seekable s;
    EXPECT_FALSE (s.seek (rate, GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE, 2 * GST_SECOND,
                          3 * GST_SECOND));
    // The seek changes nothing: the output goes from its beginning to its end.
    EXPECT_EQ (s.play (), range (0, 49));
  }
}

// An input of ten frames a second that can seek and has a known length.
struct Clip {
  GstElement *src;
  GstVideoInfo info;
  Values value;
  std::uint64_t frames;
  std::uint64_t next = 0;

  Clip (GridPipeline &p, const Values &v, std::uint64_t count) : value (v), frames (count)
  {
    const std::string caps = bt601 (16, 16);
    info = info_of_caps (caps);
    src = p.add_input (caps);
    g_object_set (src, "stream-type", GST_APP_STREAM_TYPE_SEEKABLE, "duration",
                  frame_time (frames, 10), nullptr);
    GstAppSrcCallbacks callbacks = {};
    callbacks.need_data = [] (GstAppSrc *, guint, gpointer data) {
      static_cast<Clip *> (data)->push ();
    };
    callbacks.seek_data = [] (GstAppSrc *, guint64 offset, gpointer data) -> gboolean {
      static_cast<Clip *> (data)->next = gst_util_uint64_scale (offset, 10, GST_SECOND);
      return TRUE;
    };
    gst_app_src_set_callbacks (GST_APP_SRC (src), &callbacks, this, nullptr);
  }
  Clip (const Clip &) = delete;
  Clip &operator= (const Clip &) = delete;

  // appsrc's seek callback, in appsrc's thread.
  void push ()
  {
    if (next >= frames) {
      gst_app_src_end_of_stream (GST_APP_SRC (src));
      return;
    }
    gst_app_src_push_buffer (
        GST_APP_SRC (src),
        timed (solid (info, value), frame_time (next, 10), GST_SECOND / 10).release ());
    next++;
  }
};

bool seek_to (GridPipeline &p, GstClockTime time)
{
  return gst_element_seek_simple (
      p.pipeline (), GST_FORMAT_TIME,
      static_cast<GstSeekFlags> (GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE),
      static_cast<gint64> (time));
}

TEST (GridSeek, PastTheShortestInputsEnd)
{
  for (const bool shortest : {true, false}) {
    SCOPED_TRACE (shortest);
    GridPipeline p (shortest ? "rows=1 columns=2 eos-policy=shortest" : "rows=1 columns=2",
                    bt601 (32, 16));
    g_object_set (p.out (), "max-buffers", 2u, nullptr);
    Clip brief (p, kRed, 10), lasting (p, kGreen, 50);
    p.play ();
    {
      // Not kept across the seek: appsink 1.22 fills the sample that it gave away.
      const auto first = p.pull ();
      ASSERT_TRUE (first) << p.error ();
      EXPECT_EQ (first->at (4, 4), kRed);
      EXPECT_EQ (first->at (20, 4), kGreen);
    }
    ASSERT_TRUE (seek_to (p, 2 * GST_SECOND));
    int frames = 0;
    while (const auto picture = p.pull ()) {
      EXPECT_EQ (picture->at (4, 4), (Values{16, 128, 128, 0}));
      EXPECT_EQ (picture->at (20, 4), kGreen);
      frames++;
    }
    EXPECT_EQ (frames, shortest ? 0 : 30);
    EXPECT_TRUE (p.eos ());
    EXPECT_EQ (p.error (), "");
    // And back to where both have frames.
    ASSERT_TRUE (seek_to (p, GST_SECOND / 2));
    for (frames = 0; const auto picture = p.pull (); frames++) {
      EXPECT_EQ (picture->at (4, 4), frames < 5 ? kRed : (Values{16, 128, 128, 0})) << frames;
      EXPECT_EQ (picture->at (20, 4), kGreen);
    }
    EXPECT_EQ (frames, shortest ? 5 : 45);
    EXPECT_EQ (p.error (), "");
    EXPECT_EQ (p.warnings ().size (), 0u);
    gst_element_set_state (p.pipeline (), GST_STATE_NULL);
  }
}

// Frames `first` to `last`, ten a second, from another source.
void add_frames (GridPipeline &p, const Values &v, std::uint64_t first, std::uint64_t last)
{
  const std::string caps = bt601 (16, 16);
  GstElement *src = p.add_input (caps);
  for (std::uint64_t n = first; n <= last; n++)
    gst_app_src_push_buffer (
        GST_APP_SRC (src),
        timed (solid (info_of_caps (caps), v), frame_time (n, 10), GST_SECOND / 10).release ());
  gst_app_src_end_of_stream (GST_APP_SRC (src));
}

// The first frame's segment, in which its times count.
void expect_segment_from_zero (GridPipeline &p)
{
  const Owned<GstPad> pad{gst_element_get_static_pad (p.out (), "sink")};
  const Owned<GstEvent> event{gst_pad_get_sticky_event (pad.get (), GST_EVENT_SEGMENT, 0)};
  ASSERT_TRUE (event);
  const GstSegment *segment = nullptr;
  gst_event_parse_segment (event.get (), &segment);
  EXPECT_EQ (segment->format, GST_FORMAT_TIME);
  EXPECT_EQ (segment->start, 0u);
  EXPECT_EQ (segment->base, 0u);
  EXPECT_EQ (segment->rate, 1.0);
}

void expect_times (const Pictures &all, std::uint64_t first, std::size_t count)
{
  ASSERT_EQ (all.size (), count);
  for (std::size_t i = 0; i < count; i++)
    EXPECT_EQ (all[i]->pts (), frame_time (first + i, 10)) << i;
}

TEST (GridStart, ZeroShowsTheBackgroundUpToTheFirstFrame)
{
  GridPipeline p ("rows=1 columns=2", kOutput);
  add_frames (p, kRed, 20, 22);
  add_frames (p, kGreen, 23, 25);
  expect_times (p.run (), 0, 26);
  expect_segment_from_zero (p);
}

TEST (GridStart, FirstIsTheEarliestFrameOfAnyInput)
{
  GridPipeline p ("rows=1 columns=2 start-time-selection=first", kOutput);
  add_frames (p, kGreen, 23, 25);
  add_frames (p, kRed, 20, 22);
  const Pictures all = p.run ();
  expect_times (all, 20, 6);
  for (std::size_t i = 0; i < all.size (); i++) {
    EXPECT_EQ (all[i]->at (4, 4) == kGreen, i >= 3) << i;
    EXPECT_EQ (all[i]->at (20, 4) == kRed, i < 3) << i;
  }
  expect_segment_from_zero (p);
}

TEST (GridStart, SetBeginsThereAndSkipsWhatIsBefore)
{
  GridPipeline p ("rows=1 columns=2 start-time-selection=set start-time=500000000", kOutput);
  add_frames (p, kRed, 0, 9);
  add_frames (p, kGreen, 7, 11);
  const Pictures all = p.run ();
  expect_times (all, 5, 7);
  for (std::size_t i = 0; i < all.size (); i++) {
    EXPECT_EQ (all[i]->at (4, 4) == kRed, i < 5) << i;
    EXPECT_EQ (all[i]->at (20, 4) == kGreen, i >= 2) << i;
  }
  expect_segment_from_zero (p);
}

TEST (GridStart, SetWithoutATimeIsZero)
{
  GridPipeline p ("rows=1 columns=2 start-time-selection=set", kOutput);
  add_frames (p, kRed, 3, 4);
  expect_times (p.run (), 0, 5);
}

TEST (GridStart, SetAfterTheEndGivesEosWithoutAFrame)
{
  for (const char *policy : {"longest", "shortest"}) {
    SCOPED_TRACE (policy);
    GridPipeline p ("rows=1 columns=2 start-time-selection=set start-time=5000000000 eos-policy=" +
                        std::string (policy),
                    kOutput);
    add_frames (p, kRed, 0, 9);
    add_frames (p, kGreen, 0, 4);
    expect_times (p.run (), 0, 0);
    EXPECT_TRUE (p.eos ());
    EXPECT_EQ (p.error (), "");
  }
}

}  // namespace
