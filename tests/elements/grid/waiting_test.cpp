// What quadmux-grid waits for, and for how long.
#include "elements/grid/live.h"

using namespace quad::test;
using quad::Owned;

namespace {

void send (GridPipeline &p, std::size_t i, const Values &v, std::uint64_t first, std::uint64_t last)
{
  for (std::uint64_t n = first; n <= last; n++)
    p.push (i, timed (solid (p.info (i), v), frame_time (n, 10), GST_SECOND / 10));
}

Owned<GstPad> request (GridPipeline &p)
{
  return Owned<GstPad>{gst_element_request_pad_simple (p.grid (), "sink_%u")};
}

void release (GridPipeline &p, const Owned<GstPad> &pad)
{
  gst_element_release_request_pad (p.grid (), pad.get ());
}

// Pads without a peer.

TEST (GridWaiting, NotForAPadThatNothingIsLinkedTo)
{
  GridPipeline p ("rows=1 columns=2", kOutput);
  p.add_solid (kInput, kRed, 5);
  const Owned<GstPad> alone = request (p);
  const gint64 before = g_get_monotonic_time ();
  const Pictures all = p.run ();
  // Time enough to be linked.
  EXPECT_GE (g_get_monotonic_time () - before, 2 * G_USEC_PER_SEC);
  ASSERT_EQ (all.size (), 5u) << p.error ();
  for (const auto &picture : all) {
    EXPECT_EQ (picture->at (4, 4), kRed);
    EXPECT_EQ (picture->at (20, 4), kBlack);
  }
  ASSERT_EQ (p.warnings ().size (), 1u);
  EXPECT_NE (p.warnings ()[0].find (GST_PAD_NAME (alone.get ())), std::string::npos);
  release (p, alone);
}

TEST (GridWaiting, ForAPadThatIsLinkedInTime)
{
  GridPipeline p ("rows=1 columns=2", kOutput);
  p.add_solid (kInput, kRed, 5);
  const Owned<GstPad> alone = request (p);
  p.play ();
  EXPECT_FALSE (
      Owned<GstSample>{gst_app_sink_try_pull_sample (GST_APP_SINK (p.out ()), 300 * GST_MSECOND)});
  GstElement *src = gst_element_factory_make ("appsrc", nullptr);
  g_object_set (src, "caps", caps_of (kInput).get (), "format", GST_FORMAT_TIME, nullptr);
  gst_bin_add (GST_BIN (p.pipeline ()), src);
  const Owned<GstPad> src_pad{gst_element_get_static_pad (src, "src")};
  ASSERT_EQ (gst_pad_link (src_pad.get (), alone.get ()), GST_PAD_LINK_OK);
  gst_element_sync_state_with_parent (src);
  for (std::uint64_t n = 0; n < 5; n++)
    gst_app_src_push_buffer (
        GST_APP_SRC (src),
        timed (solid (p.info (0), kGreen), frame_time (n, 10), GST_SECOND / 10).release ());
  gst_app_src_end_of_stream (GST_APP_SRC (src));
  int frames = 0;
  for (; const auto picture = p.pull (); frames++) EXPECT_EQ (picture->at (20, 4), kGreen);
  EXPECT_EQ (frames, 5);
  EXPECT_TRUE (p.warnings ().empty ());
}

// It was left out, and joins where the output is then.
TEST (GridWaiting, APadThatIsLinkedLate)
{
  Passed passed;  // outlives the pipeline
  GridPipeline p ("rows=1 columns=2", kOutput);
  g_object_set (p.out (), "max-buffers", 1u, nullptr);
  p.add_solid (kInput, kRed, 60);
  const Owned<GstPad> alone = request (p);
  p.play ();
  for (int i = 0; i < 10; i++) ASSERT_TRUE (p.pull ());
  GstElement *src = gst_element_factory_make ("appsrc", nullptr);
  g_object_set (src, "caps", caps_of (kInput).get (), "format", GST_FORMAT_TIME, "max-bytes",
                guint64{0}, nullptr);
  gst_bin_add (GST_BIN (p.pipeline ()), src);
  for (std::uint64_t n = 0; n < 60; n++)
    gst_app_src_push_buffer (
        GST_APP_SRC (src),
        timed (solid (p.info (0), kGreen), frame_time (n, 10), GST_SECOND / 10).release ());
  gst_app_src_end_of_stream (GST_APP_SRC (src));
  const Owned<GstPad> src_pad{gst_element_get_static_pad (src, "src")};
  gst_pad_add_probe (src_pad.get (), GST_PAD_PROBE_TYPE_BUFFER, Passed::count, &passed, nullptr);
  ASSERT_EQ (gst_pad_link (src_pad.get (), alone.get ()), GST_PAD_LINK_OK);
  gst_element_sync_state_with_parent (src);
  {
    // The second buffer passes when the grid has the first. Nobody pulls, so the output stops until
    // then.
    std::unique_lock guard (passed.lock);
    ASSERT_TRUE (passed.changed.wait_for (guard, std::chrono::seconds (20),
                                          [&] { return passed.buffers >= 2; }));
  }
  GstClockTime next = GST_SECOND;
  Values last = kBlack;
  for (; const auto picture = p.pull (); next += GST_SECOND / 10) {
    EXPECT_EQ (picture->pts (), next);
    last = picture->at (20, 4);
  }
  EXPECT_EQ (next, 6 * GST_SECOND);
  EXPECT_EQ (last, kGreen);
  EXPECT_EQ (p.warnings ().size (), 1u);
}

// If no input has begun, the grid waits: all could be linked later.
TEST (GridWaiting, NothingIsLinkedAtAll)
{
  GridPipeline p ("rows=1 columns=2", kOutput);
  const Owned<GstPad> one = request (p), two = request (p);
  p.play ();
  const gint64 deadline = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;
  while (p.warnings ().size () < 2 && g_get_monotonic_time () < deadline) g_usleep (10000);
  EXPECT_EQ (p.warnings ().size (), 2u);
  EXPECT_FALSE (
      Owned<GstSample>{gst_app_sink_try_pull_sample (GST_APP_SINK (p.out ()), 500 * GST_MSECOND)});
  EXPECT_FALSE (gst_app_sink_is_eos (GST_APP_SINK (p.out ())));
}

// Whatever a pad makes the others wait for, they go on when it is released.
TEST (GridWaiting, ReleasingThePadThatStallsLetsTheOthersGoOn)
{
  GridPipeline p ("rows=1 columns=2", kOutput);
  p.add_solid (kInput, kRed, 10);
  p.add_input (kInput);
  send (p, 1, kGreen, 0, 2);
  p.play ();
  for (int i = 0; i < 3; i++) ASSERT_TRUE (p.pull ());
  EXPECT_FALSE (
      Owned<GstSample>{gst_app_sink_try_pull_sample (GST_APP_SINK (p.out ()), 100 * GST_MSECOND)});
  const Owned<GstPad> stalls = p.pad (1);
  const Owned<GstPad> src{gst_pad_get_peer (stalls.get ())};
  gst_pad_unlink (src.get (), stalls.get ());
  release (p, stalls);
  int frames = 3;
  for (; const auto picture = p.pull (); frames++) {
    EXPECT_EQ (picture->pts (), frame_time (static_cast<std::uint64_t> (frames), 10));
    EXPECT_EQ (picture->at (20, 4), kBlack);
  }
  EXPECT_EQ (frames, 10);
  EXPECT_EQ (p.error (), "");
}

// Downstream that takes nothing.

// Answers the grid's caps queries with no caps, while told to.
struct Refusal {
  std::atomic<int> left{0};

  explicit Refusal (GridPipeline &p)
  {
    const Owned<GstPad> src{gst_element_get_static_pad (p.grid (), "src")};
    gst_pad_add_probe (src.get (), GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM, answer, this, nullptr);
  }
  static GstPadProbeReturn answer (GstPad *, GstPadProbeInfo *info, gpointer data)
  {
    auto &self = *static_cast<Refusal *> (data);
    GstQuery *query = GST_PAD_PROBE_INFO_QUERY (info);
    if (GST_QUERY_TYPE (query) != GST_QUERY_CAPS || self.left <= 0) return GST_PAD_PROBE_OK;
    self.left--;
    const Owned<GstCaps> none{gst_caps_new_empty ()};
    gst_query_set_caps_result (query, none.get ());
    return GST_PAD_PROBE_HANDLED;
  }
};

TEST (GridWaiting, DownstreamTakesNothingForAMoment)
{
  for (const bool live : {false, true}) {
    SCOPED_TRACE (live);
    Live p ("", kOutput);
    g_object_set (p.out (), "max-buffers", 1u, nullptr);
    Refusal refusal (p);
    p.add_input (kInput, live);
    p.send (0, kRed, 0, 30);
    p.play ();
    for (std::uint64_t i = 0; i < 20; i++) {
      if (i == 5) {
        refusal.left = 12;
        const Owned<GstPad> src{gst_element_get_static_pad (p.grid (), "src")};
        gst_pad_mark_reconfigure (src.get ());
      }
      const auto picture = p.next ();
      ASSERT_TRUE (picture) << p.error ();
      EXPECT_EQ (picture->pts (), frame_time (i, 10));
      EXPECT_EQ (picture->at (4, 4), kRed) << i;
    }
    EXPECT_LE (refusal.left, 0);
    EXPECT_EQ (p.error (), "");
  }
}

TEST (GridWaiting, DownstreamTakesNothingAnyMore)
{
  GridPipeline p ("rows=1 columns=2", kOutput);
  g_object_set (p.out (), "max-buffers", 1u, nullptr);
  Refusal refusal (p);
  p.add_solid (kInput, kRed, 30);
  p.play ();
  ASSERT_TRUE (p.pull ());
  refusal.left = G_MAXINT;
  const Owned<GstPad> src{gst_element_get_static_pad (p.grid (), "src")};
  gst_pad_mark_reconfigure (src.get ());
  while (p.pull ()) {
  }
  EXPECT_NE (p.error ().find ("Downstream takes none"), std::string::npos) << p.error ();
}

// Refuses frames as if their caps were wrong, while told to.
struct RefusedFrames {
  std::atomic<int> left{0};

  explicit RefusedFrames (GridPipeline &p)
  {
    const Owned<GstPad> src{gst_element_get_static_pad (p.grid (), "src")};
    gst_pad_add_probe (src.get (), GST_PAD_PROBE_TYPE_BUFFER, answer, this, nullptr);
  }
  static GstPadProbeReturn answer (GstPad *, GstPadProbeInfo *info, gpointer data)
  {
    auto &self = *static_cast<RefusedFrames *> (data);
    if (self.left <= 0) return GST_PAD_PROBE_OK;
    self.left--;
    gst_buffer_unref (GST_PAD_PROBE_INFO_BUFFER (info));
    GST_PAD_PROBE_INFO_FLOW_RETURN (info) = GST_FLOW_NOT_NEGOTIATED;
    return GST_PAD_PROBE_HANDLED;
  }
};

TEST (GridWaiting, DownstreamRefusesFramesForAMoment)
{
  GridPipeline p ("rows=1 columns=2", kOutput);
  g_object_set (p.out (), "max-buffers", 1u, nullptr);
  RefusedFrames refusal (p);
  p.add_solid (kInput, kRed, 30);
  p.play ();
  GstClockTime next = 0;
  int frames = 0;
  for (; const auto picture = p.pull (); frames++) {
    EXPECT_EQ (picture->pts (), next) << frames;
    next = picture->pts () + picture->duration ();
    if (frames == 5) refusal.left = 2;
  }
  // The frame after a refused one has the same time.
  EXPECT_EQ (frames, 28);
  EXPECT_EQ (next, 3 * GST_SECOND);
  EXPECT_EQ (p.error (), "");
}

TEST (GridWaiting, DownstreamRefusesFramesForGood)
{
  GridPipeline p ("rows=1 columns=2", kOutput);
  RefusedFrames refusal (p);
  refusal.left = G_MAXINT;
  p.add_solid (kInput, kRed, 300);
  p.play ();
  EXPECT_FALSE (p.pull ());
  EXPECT_NE (p.error ().find ("refuses"), std::string::npos) << p.error ();
  EXPECT_NE (p.error ().find ("width=(int)32"), std::string::npos) << p.error ();
}

// Caps change while inputs come and go: downstream may refuse frames of caps that it asked for.
TEST (GridWaiting, ChangingCapsWhileInputsComeAndGo)
{
  GridPipeline p ("rows=0 columns=0", "capsfilter name=filter caps=video/x-raw,framerate=10/1");
  g_object_set (p.out (), "max-buffers", 1u, nullptr);
  const Owned<GstElement> filter{gst_bin_get_by_name (GST_BIN (p.pipeline ()), "filter")};
  p.add_solid (kInput, kRed, 2000);
  p.play ();
  GstClockTime next = 0;
  for (int i = 0; i < 300; i++) {
    const Owned<GstCaps> caps = caps_of (
        "video/x-raw,framerate=10/1,width=" + std::to_string (32 + 16 * (i % 3)) + ",height=16");
    g_object_set (filter.get (), "caps", caps.get (), nullptr);
    GstElement *src = gst_element_factory_make ("videotestsrc", nullptr);
    // The pipeline itself may still be on its way to PLAYING. It must not start the source before
    // that is linked.
    gst_element_set_locked_state (src, TRUE);
    gst_bin_add (GST_BIN (p.pipeline ()), src);
    const Owned<GstPad> sink = request (p);
    const Owned<GstPad> src_pad{gst_element_get_static_pad (src, "src")};
    ASSERT_EQ (gst_pad_link (src_pad.get (), sink.get ()), GST_PAD_LINK_OK);
    gst_element_set_locked_state (src, FALSE);
    gst_element_sync_state_with_parent (src);
    const auto picture = p.pull ();
    ASSERT_TRUE (picture) << i << p.error ();
    EXPECT_EQ (picture->pts (), next);
    next = picture->pts () + picture->duration ();
    gst_pad_unlink (src_pad.get (), sink.get ());
    release (p, sink);
    gst_element_set_locked_state (src, TRUE);
    gst_element_set_state (src, GST_STATE_NULL);
    gst_bin_remove (GST_BIN (p.pipeline ()), src);
  }
  EXPECT_EQ (p.error (), "");
}

}  // namespace
