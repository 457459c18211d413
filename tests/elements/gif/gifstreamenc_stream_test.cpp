// gifstreamenc as an element: when data comes, bad input, flushes, restarts.
#include "elements/gif/harness.h"
#include "support/messages.h"

using namespace quad::test;
using quad::Owned;

namespace {

Paint plain (int v)
{
  return [v] (int, int) { return Color{std::uint8_t (v), 50, 90, 255}; };
}

TEST (GifStreamEncStream, WritesAsItComes)
{
  GifEncoding e;
  e.push (plain (0), 0);
  EXPECT_EQ (e.bytes ().size (), 0u);
  for (int n = 1; n < 4; n++) {
    e.push (plain (20 * n), GstClockTime (n) * 100 * kMs);
    // The data so far is a GIF without its last byte.
    Bytes broken_off = e.bytes ();
    broken_off.push_back (0x3b);
    const GifRead gif (broken_off);
    EXPECT_EQ (gif.error, 0);
    EXPECT_EQ (gif.images.size (), std::size_t (n));
    EXPECT_EQ (gif.images.back ().shown, shown (16, 12, plain (20 * (n - 1))));
  }
}

TEST (GifStreamEncStream, BuffersSayWhatTheyAre)
{
  GifEncoding e ("", 16, 12, "RGBA", "10/1");
  for (int n = 0; n < 3; n++)
    e.push (plain (20 * n), 500 * kMs + GstClockTime (n) * 100 * kMs, 100 * kMs);
  e.end ();
  for (int n = 0; n < 3; n++) {
    const Owned<GstBuffer> out{gst_harness_try_pull (e.harness ())};
    ASSERT_TRUE (out);
    EXPECT_EQ (GST_BUFFER_PTS (out.get ()), 500 * kMs + GstClockTime (n) * 100 * kMs);
    EXPECT_EQ (GST_BUFFER_DURATION (out.get ()), 100 * kMs);
    EXPECT_EQ (GST_BUFFER_FLAG_IS_SET (out.get (), GST_BUFFER_FLAG_DELTA_UNIT), n > 0);
  }
  const Owned<GstCaps> caps{gst_pad_get_current_caps (e.harness ()->sinkpad)};
  EXPECT_TRUE (
      gst_caps_is_equal (
          caps.get (),
          caps_of ("image/gif,width=16,height=12,framerate=10/1,pixel-aspect-ratio=1/1").get ()) ||
      gst_caps_is_subset (caps.get (),
                          caps_of ("image/gif,width=16,height=12,framerate=10/1").get ()))
      << to_string (caps.get ());
  // A frame waits for the next one.
  EXPECT_EQ (gst_harness_query_latency (e.harness ()), 100 * kMs);
}

TEST (GifStreamEncStream, NoFrameIsNoGif)
{
  GifEncoding e;
  e.end ();
  EXPECT_TRUE (e.bytes ().empty ());
  EXPECT_EQ (e.bus ().error (), "No frame came before the end, so there is no GIF.");
}

TEST (GifStreamEncStream, FramesWithoutTimesFollowEachOther)
{
  GifEncoding e ("", 16, 12, "RGBA", "10/1");
  for (int n = 0; n < 4; n++) e.push (plain (20 * n), kNone);
  e.end ();
  const GifRead gif = e.read ();
  ASSERT_EQ (gif.images.size (), 4u);
  for (const GifImageRead &image : gif.images) EXPECT_EQ (image.delay, 10);
}

TEST (GifStreamEncStream, TimesThatGoBackAreSaidOnce)
{
  GifEncoding e;
  const GstClockTime times[] = {0, 500 * kMs, 200 * kMs, 300 * kMs, 900 * kMs};
  for (int n = 0; n < 5; n++) EXPECT_EQ (e.push (plain (20 * n), times[n], 100 * kMs), GST_FLOW_OK);
  e.end ();
  EXPECT_EQ (e.bus ().warning (),
             "Timestamps go back: such frames take the place of the one before.");
  EXPECT_EQ (e.bus ().warning (), "");
  const GifRead gif = e.read ();
  ASSERT_EQ (gif.images.size (), 3u);
  EXPECT_EQ (gif.images[0].delay, 50);
  EXPECT_EQ (gif.images[1].delay, 40);
  EXPECT_EQ (gif.images[1].shown, shown (16, 12, plain (60)));
  EXPECT_EQ (gif.images[2].delay, 10);
}

TEST (GifStreamEncStream, ATimeFarOffIsCut)
{
  GifEncoding e;
  const GstClockTime year = 365 * GstClockTime{86'400} * GST_SECOND;
  e.push (plain (0), 0);
  e.push (plain (20), 50 * year);
  e.push (plain (40), 50 * year + 300 * kMs, GST_CLOCK_TIME_NONE - 1);
  EXPECT_EQ (e.bus ().warning (), "A frame that is shown for 18250 days is cut to 7.");
  Bytes so_far = e.bytes ();
  so_far.push_back (0x3b);
  const GifRead gif (so_far);
  EXPECT_EQ (gif.begin (gif.images.size ()), 7 * 24 * 360'000 + 30);
  e.end ();
  EXPECT_LT (e.bytes ().size (), 100'000u);
}

// Durations, stretched by the segment's rate, end where a pause ends.
TEST (GifStreamEncStream, DurationsBeyondAllAreCut)
{
  for (const GstClockTime duration :
       {kNone - 1, GstClockTime{G_MAXINT64}, GstClockTime{400} * 24 * 3600 * GST_SECOND})
    for (const double rate : {1., 1e-3, 1e-9, 0.5}) {
      SCOPED_TRACE (std::to_string (duration) + " at " + std::to_string (rate));
      GifEncoding e ("", 4, 3);
      GstSegment segment;
      gst_segment_init (&segment, GST_FORMAT_TIME);
      segment.rate = rate;
      gst_harness_push_event (e.harness (), gst_event_new_segment (&segment));
      EXPECT_EQ (e.push (plain (9), 0, duration), GST_FLOW_OK);
      EXPECT_TRUE (e.end ());
      const GifRead gif = e.read ();
      EXPECT_EQ (gif.begin (gif.images.size ()), 7 * 24 * 3600 * 100);
      EXPECT_NE (e.bus ().warning ().find ("is cut to 7"), std::string::npos);
    }
}

TEST (GifStreamEncStream, FramesBeforeTheSegmentAreLeftOut)
{
  GifEncoding e;
  GstSegment segment;
  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.start = segment.time = 1000 * kMs;
  gst_harness_push_event (e.harness (), gst_event_new_segment (&segment));
  for (int n = 0; n < 4; n++)
    e.push (plain (20 * n), 800 * kMs + GstClockTime (n) * 100 * kMs, 100 * kMs);
  e.end ();
  const GifRead gif = e.read ();
  ASSERT_EQ (gif.images.size (), 2u);
  EXPECT_EQ (gif.images[0].shown, shown (16, 12, plain (40)));
}

TEST (GifStreamEncStream, AFasterSegmentIsAShorterFile)
{
  GifEncoding e;
  GstSegment segment;
  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.rate = 2;
  gst_harness_push_event (e.harness (), gst_event_new_segment (&segment));
  for (int n = 0; n < 3; n++) e.push (plain (20 * n), GstClockTime (n) * 200 * kMs, 200 * kMs);
  e.end ();
  EXPECT_EQ (e.read ().begin (3), 30);
}

TEST (GifStreamEncStream, AnotherSizeIsRefused)
{
  GifEncoding e;
  e.push (plain (0), 0);
  // A scaler in front would be asked for the first size.
  const Owned<GstCaps> caps{gst_pad_peer_query_caps (e.harness ()->srcpad, nullptr)};
  EXPECT_TRUE (
      gst_caps_can_intersect (caps.get (), caps_of ("video/x-raw,width=16,height=12").get ()));
  EXPECT_FALSE (gst_caps_can_intersect (caps.get (), caps_of ("video/x-raw,width=32").get ()));
  e.set_caps (32, 24, "RGBA");
  EXPECT_NE (e.push (plain (9), 100 * kMs), GST_FLOW_OK);
  EXPECT_EQ (e.bus ().error (),
             "The frames change from 16x12 to 32x24, which a GIF cannot. Put a scaler "
             "(quaddownscale or videoscale) and a capsfilter before gifstreamenc.");
  EXPECT_EQ (e.bus ().error (), "") << "said once";
}

TEST (GifStreamEncStream, AStreamAfterTheEndIsAnotherFile)
{
  GifEncoding e;
  e.push (plain (0), 0, 100 * kMs);
  e.push (plain (20), 100 * kMs, 100 * kMs);
  e.end ();
  const std::size_t before = e.bytes ().size ();
  EXPECT_EQ (e.read ().images.size (), 2u);
  gst_harness_push_event (e.harness (), gst_event_new_stream_start ("second"));
  e.set_caps (8, 8, "RGB");
  GstSegment segment;
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_harness_push_event (e.harness (), gst_event_new_segment (&segment));
  EXPECT_EQ (e.push (plain (40), 0, 100 * kMs), GST_FLOW_OK);
  e.end ();
  const Bytes all = e.bytes ();
  const GifRead gif (Bytes (all.begin () + std::ptrdiff_t (before), all.end ()));
  EXPECT_EQ (gif.error, 0);
  ASSERT_EQ (gif.images.size (), 1u);
  EXPECT_EQ (gif.images[0].shown, shown (8, 8, plain (40)));
  EXPECT_EQ (e.bus ().error (), "");
}

TEST (GifStreamEncStream, AGapShowsTheFrameBefore)
{
  GifEncoding e;
  e.push (plain (0), 0, 100 * kMs);
  e.push (plain (20), 100 * kMs, 100 * kMs);
  gst_harness_push_event (e.harness (), gst_event_new_gap (200 * kMs, 800 * kMs));
  e.end ();
  const GifRead gif = e.read ();
  ASSERT_EQ (gif.images.size (), 2u);
  EXPECT_EQ (gif.images[1].delay, 90);
}

// 100 frames a second, of which every other one is not written, with a moving hole.
TEST (GifStreamEncStream, AlphaThatIsFasterThanAGifDoesNotDrift)
{
  GifEncoding e ("", 32, 8);
  for (int n = 0; n < 41; n++)
    e.push (
        [n] (int x, int) {
          return Color{std::uint8_t (50 + n), 9, 9, std::uint8_t (x / 4 == n % 8 ? 0 : 255)};
        },
        GstClockTime (n) * 10 * kMs, 10 * kMs);
  e.end ();
  const GifRead gif = e.read ();
  EXPECT_NEAR (gif.begin (gif.images.size ()), 41, 1);
  for (std::size_t i = 0; i < gif.images.size (); i++) {
    const Color c = gif.images[i].shown.at ((int (2 * i + 1) % 8) * 4, 3);
    if (i + 1 < gif.images.size ()) {
      EXPECT_EQ (c[3], 0) << i;
    }
  }
}

TEST (GifStreamEncStream, BuffersThatAreNotAsTheirCapsSay)
{
  const std::pair<int, const char *> cases[] = {
      {8'000'000, "A frame is smaller than its caps and strides say."}, {64, ""}};
  for (const auto &[stride, error] : cases) {
    GifEncoding e;
    Owned<GstBuffer> buffer = e.buffer (plain (0), 0);
    gsize offset[GST_VIDEO_MAX_PLANES] = {};
    gint strides[GST_VIDEO_MAX_PLANES] = {stride};
    gst_buffer_add_video_meta_full (buffer.get (), GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_RGBA,
                                    16, 12, 1, offset, strides);
    EXPECT_EQ (gst_harness_push (e.harness (), buffer.release ()),
               *error ? GST_FLOW_ERROR : GST_FLOW_OK);
    EXPECT_EQ (e.bus ().error (), error);
  }
  // Of a picture that is larger than its caps, only the caps' size is read.
  GifEncoding wide ("", 8, 4);
  GifEncoding whole ("", 16, 12);
  Owned<GstBuffer> buffer = whole.buffer (plain (70), 0);
  gst_buffer_add_video_meta (buffer.get (), GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_RGBA, 16,
                             12);
  EXPECT_EQ (gst_harness_push (wide.harness (), buffer.release ()), GST_FLOW_OK);
  wide.end ();
  EXPECT_EQ (wide.read ().images.at (0).shown, shown (8, 4, plain (70)));
}

TEST (GifStreamEncStream, AsksForTheBuffersItHolds)
{
  GifEncoding e;
  const Owned<GstQuery> query{gst_query_new_allocation (
      caps_of ("video/x-raw,format=RGBA,width=16,height=12,framerate=0/1").get (), TRUE)};
  ASSERT_TRUE (gst_pad_peer_query (e.harness ()->srcpad, query.get ()));
  ASSERT_GE (gst_query_get_n_allocation_pools (query.get ()), 1u);
  guint min = 0;
  gst_query_parse_nth_allocation_pool (query.get (), 0, nullptr, nullptr, &min, nullptr);
  EXPECT_EQ (min, 2u);
  EXPECT_TRUE (gst_query_find_allocation_meta (query.get (), GST_VIDEO_META_API_TYPE, nullptr));
}

TEST (GifStreamEncStream, AnotherFormatGoesOn)
{
  GifEncoding e;
  e.push (plain (0), 0);
  e.set_caps (16, 12, "BGR");
  e.push (plain (100), 100 * kMs);
  e.set_caps (16, 12, "BGRx");
  e.push (plain (200), 200 * kMs, 100 * kMs);
  e.end ();
  const GifRead gif = e.read ();
  ASSERT_EQ (gif.images.size (), 3u);
  for (int n = 0; n < 3; n++)
    EXPECT_EQ (gif.images[std::size_t (n)].shown, shown (16, 12, plain (100 * n)));
}

TEST (GifStreamEncStream, AFlushBeginsAnotherFile)
{
  GifEncoding e;
  e.push (plain (0), 0);
  e.push (plain (20), 100 * kMs);
  e.bytes ();
  gst_harness_push_event (e.harness (), gst_event_new_flush_start ());
  gst_harness_push_event (e.harness (), gst_event_new_flush_stop (TRUE));
  GstSegment segment;
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_harness_push_event (e.harness (), gst_event_new_segment (&segment));
  const std::size_t before = e.bytes ().size ();
  e.push (plain (40), 0, 100 * kMs);
  e.push (plain (60), 100 * kMs, 100 * kMs);
  e.end ();
  const Bytes all = e.bytes ();
  const GifRead gif (Bytes (all.begin () + std::ptrdiff_t (before), all.end ()));
  EXPECT_EQ (gif.error, 0);
  ASSERT_EQ (gif.images.size (), 2u);
  EXPECT_EQ (gif.images[0].shown, shown (16, 12, plain (40)));
}

TEST (GifStreamEncStream, DownstreamsFlowComesBack)
{
  GifEncoding e;
  e.push (plain (0), 0);
  GST_PAD_SET_FLUSHING (e.harness ()->sinkpad);
  EXPECT_EQ (e.push (plain (20), 100 * kMs), GST_FLOW_FLUSHING);
}

TEST (GifStreamEncStream, ChangesWhilePlaying)
{
  GifEncoding e ("", 32, 24);
  EXPECT_NE (gst_object_has_active_control_bindings (GST_OBJECT (e.element ())), TRUE);
  for (const char *name : {"lossy", "dither-strength"}) {
    GParamSpec *spec = g_object_class_find_property (G_OBJECT_GET_CLASS (e.element ()), name);
    EXPECT_TRUE (spec->flags & GST_PARAM_CONTROLLABLE) << name;
  }
  const auto grainy = [] (int n) {
    return [n] (int x, int y) {
      return Color{std::uint8_t (100 + (x * 7 + y * 13 + n * 29) % 11), std::uint8_t (8 * x),
                   std::uint8_t (10 * y), 255};
    };
  };
  std::size_t sizes[2];
  for (int n = 0; n < 3; n++) {
    const std::size_t before = e.bytes ().size ();
    if (n == 2) g_object_set (e.element (), "lossy", 60, nullptr);
    e.push (grainy (n), GstClockTime (n) * 100 * kMs, 100 * kMs);
    if (n) sizes[n - 1] = e.bytes ().size () - before;
  }
  const std::size_t before = e.bytes ().size ();
  e.end ();
  EXPECT_LT (e.bytes ().size () - before, sizes[0] / 2);
}

std::pair<std::string, Bytes> run (const std::string &line)
{
  const Owned<GstElement> pipeline{gst_parse_launch (line.c_str (), nullptr)};
  Messages messages (pipeline.get ());
  Bytes bytes;
  bool failed = false;
  const Owned<GstElement> sink{gst_bin_get_by_name (GST_BIN (pipeline.get ()), "sink")};
  for (int round = 0; round < (sink ? 2 : 1); round++) {
    Bytes now;
    gst_element_set_state (pipeline.get (), GST_STATE_PLAYING);
    if (sink) {
      while (const Owned<GstSample> s{gst_app_sink_pull_sample (GST_APP_SINK (sink.get ()))}) {
        GstBuffer *b = gst_sample_get_buffer (s.get ());
        const std::size_t at = now.size (), n = gst_buffer_get_size (b);
        now.resize (at + n);
        gst_buffer_extract (b, 0, now.data () + at, n);
      }
    } else {
      const Owned<GstMessage> last{gst_bus_timed_pop_filtered (
          messages.bus (), GST_CLOCK_TIME_NONE,
          static_cast<GstMessageType> (GST_MESSAGE_EOS | GST_MESSAGE_ERROR))};
      if (GST_MESSAGE_TYPE (last.get ()) == GST_MESSAGE_ERROR) failed = true;
    }
    gst_element_set_state (pipeline.get (), GST_STATE_NULL);
    if (round) {
      EXPECT_EQ (now, bytes) << "the second run of one pipeline";
    }
    bytes = now;
  }
  messages.take ();
  return {failed ? "error" : messages.first_error ().text, bytes};
}

TEST (GifStreamEncStream, InPipelines)
{
  const std::string to_gif = " ! videoconvert ! gifstreamenc ! appsink name=sink sync=false";
  const auto [grid_error, grid] =
      run ("quadmux-grid name=g ! video/x-raw,width=64,height=48,framerate=10/1" + to_gif +
           " videotestsrc num-buffers=5 pattern=checkers-8 ! "
           "video/x-raw,framerate=10/1,width=80,height=60 ! g. "
           "videotestsrc num-buffers=5 pattern=zone-plate kx2=20 ky2=20 kt=9 ! "
           "video/x-raw,framerate=10/1,width=80,height=60 ! g.");
  EXPECT_EQ (grid_error, "");
  EXPECT_EQ (GifRead (grid).width, 64);
  EXPECT_EQ (GifRead (grid).begin (GifRead (grid).images.size ()), 50);

  const auto [rate_error, rate] = run (
      "videotestsrc num-buffers=60 pattern=zone-plate kx2=20 ky2=20 kt=9 ! "
      "video/x-raw,framerate=30/1,width=160,height=120 "
      "! "
      "frameextract rate=12/1 ! quaddownscale divisor=1 max-width=80" +
      to_gif);
  EXPECT_EQ (rate_error, "");
  const GifRead gif (rate);
  EXPECT_EQ (gif.width, 80);
  EXPECT_EQ (gif.images.size (), 24u);
  EXPECT_EQ (gif.begin (24), 200);
}

TEST (GifStreamEncStream, AFullDiskIsAnError)
{
  const auto [error, bytes] = run (
      "videotestsrc num-buffers=200 pattern=snow ! video/x-raw,width=320,height=240 ! videoconvert "
      "! "
      "gifstreamenc ! filesink location=/dev/full");
  EXPECT_EQ (error, "error");
}

}  // namespace
