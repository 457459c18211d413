// quadmux-grid with live inputs, on a clock that stands still unless it is told.
#include "elements/grid/live.h"

using namespace quad::test;
using quad::Owned;

namespace {

// Ten frames at their times, with the first input's pictures and none in the second cell.
void expect_the_first_alone (Live &p)
{
  for (std::uint64_t i = 0; i < 10; i++) {
    const auto picture = p.next ();
    ASSERT_TRUE (picture);
    EXPECT_EQ (picture->pts (), frame_time (i, 10));
    EXPECT_EQ (picture->at (4, 4), kRed) << i;
    EXPECT_EQ (picture->at (20, 4), kBlack) << i;
  }
}

TEST (GridLive, AnInputThatNeverStartsStopsNobody)
{
  Live p;
  p.add_input (kInput, true);
  p.add_input (kInput, true);
  p.send (0, kRed, 0, 30);
  p.play ();
  ASSERT_NO_FATAL_FAILURE (expect_the_first_alone (p));
}

// A scaler or converter without a source cannot tell its latency. This happens behind rtspsrc or
// decodebin3, whose pads come with a camera's first packets.
TEST (GridLive, AnInputWhoseSourceIsNotLinkedYetStopsNobody)
{
  Live p;
  g_object_set (p.add_input (kInput, true), "min-latency", gint64{10 * GST_MSECOND}, nullptr);
  GstElement *scaler = gst_element_factory_make ("quaddownscale", nullptr);
  GstElement *queue = gst_element_factory_make ("queue", nullptr);
  gst_bin_add_many (GST_BIN (p.pipeline ()), scaler, queue, nullptr);
  ASSERT_TRUE (gst_element_link_many (scaler, queue, p.grid (), nullptr));
  p.send (0, kRed, 0, 30);
  p.play ();
  ASSERT_NO_FATAL_FAILURE (expect_the_first_alone (p));
  // It is shown when it comes, and its latency counts.
  GstElement *src = gst_element_factory_make ("appsrc", nullptr);
  g_object_set (src, "caps", caps_of (kInput).get (), "format", GST_FORMAT_TIME, "is-live", TRUE,
                "min-latency", gint64{20 * GST_MSECOND}, nullptr);
  gst_bin_add (GST_BIN (p.pipeline ()), src);
  ASSERT_TRUE (gst_element_link (src, scaler));
  gst_element_sync_state_with_parent (src);
  for (std::uint64_t n = 10; n <= 30; n++)
    gst_app_src_push_buffer (
        GST_APP_SRC (src),
        timed (solid (p.info (0), kGreen), frame_time (n, 10), GST_SECOND / 10).release ());
  std::unique_ptr<Picture8> picture;
  for (int i = 0; i < 18 && (!picture || picture->at (20, 4) != kGreen); i++) {
    picture = p.next ();
    ASSERT_TRUE (picture);
  }
  EXPECT_EQ (picture->at (4, 4), kRed);
  EXPECT_EQ (picture->at (20, 4), kGreen);
  EXPECT_EQ (gst_aggregator_get_latency (GST_AGGREGATOR (p.grid ())), 120 * GST_MSECOND);
}

// Frames come when the started inputs have theirs and their time has come: the latency is not
// waited for.
TEST (GridLive, InactivePadsAreNotWaitedFor)
{
  Live p;
  p.add_input (kInput, true);
  p.add_input (kInput, true);
  p.send (0, kRed, 0, 30);
  p.play ();
  for (std::uint64_t i = 0; i < 10; i++) {
    const auto picture = p.next ();
    ASSERT_TRUE (picture);
    EXPECT_EQ (picture->pts (), frame_time (i, 10));
    EXPECT_EQ (picture->at (4, 4), kRed) << i;
    EXPECT_LE (p.now (), frame_time (i + 1, 10));
  }
}

// Inputs that are ahead do not make the output run ahead.
TEST (GridLive, TheOutputIsNotAheadOfTheClock)
{
  Live p;
  p.add_input (kInput, true);
  p.send (0, kRed, 0, 30);
  p.play ();
  ASSERT_TRUE (p.next (true));
  EXPECT_FALSE (p.at_once ());
}

TEST (GridLive, InactivePadsAreWaitedForWhereTheyAreNotIgnored)
{
  Live p ("ignore-inactive-pads=false");
  p.add_input (kInput, true);
  p.add_input (kInput, true);
  p.send (0, kRed, 0, 30);
  p.play ();
  for (std::uint64_t i = 0; i < 10; i++) {
    const auto picture = p.next ();
    ASSERT_TRUE (picture);
    EXPECT_EQ (picture->pts (), frame_time (i, 10));
    EXPECT_EQ (picture->at (4, 4), kRed) << i;
    EXPECT_EQ (picture->at (20, 4), kBlack) << i;
    // Its time and the latency have to pass. The latency is known from the first frame on.
    if (i > 0) {
      EXPECT_GE (p.now (), frame_time (i + 1, 10)) << i;
    }
  }
}

// Then all inputs are inactive, which is not the end.
TEST (GridLive, NobodyHasStartedAndTheOutputGoesOn)
{
  Live p;
  p.add_input (kInput, true);
  p.add_input (kInput, true);
  p.play ();
  for (std::uint64_t i = 0; i < 5; i++) {
    const auto picture = p.next ();
    ASSERT_TRUE (picture);
    EXPECT_EQ (picture->pts (), frame_time (i, 10));
    EXPECT_EQ (picture->at (4, 4), kBlack) << i;
  }
  // An input that starts late is shown.
  p.send (0, kRed, 5, 30);
  p.send (1, kGreen, 5, 30);
  std::unique_ptr<Picture8> picture;
  for (int i = 0; i < 10 && (!picture || picture->at (4, 4) != kRed); i++) {
    picture = p.next ();
    ASSERT_TRUE (picture);
  }
  EXPECT_EQ (picture->at (4, 4), kRed);
}

TEST (GridLive, AnInputThatStallsStopsNobody)
{
  Live p;
  p.add_input (kInput, true);
  p.add_input (kInput, true);
  p.set_pad (1, "max-last-buffer-repeat", 150 * GST_MSECOND);
  p.send (0, kRed, 0, 30);
  p.send (1, kGreen, 0, 2);
  p.play ();
  for (std::uint64_t i = 0; i < 10; i++) {
    const auto picture = p.next ();
    ASSERT_TRUE (picture);
    EXPECT_EQ (picture->pts (), frame_time (i, 10));
    EXPECT_EQ (picture->at (4, 4), kRed) << i;
    // Its last frame ends at 0.3 s and is kept for 0.15 s more.
    EXPECT_EQ (picture->at (20, 4), i <= 4 ? kGreen : kBlack) << i;
  }
}

TEST (GridLive, AllStallAndTheOutputGoesOn)
{
  Live p;
  p.add_input (kInput, true);
  p.send (0, kRed, 0, 1);
  p.play ();
  for (std::uint64_t i = 0; i < 8; i++) {
    const auto picture = p.next ();
    ASSERT_TRUE (picture);
    EXPECT_EQ (picture->pts (), frame_time (i, 10));
  }
  // The frame of 0.7 s is not made before its time and the latency, 0.1 s, are over.
  EXPECT_GE (p.now (), 800 * GST_MSECOND);
}

// A pipeline without a live input at its start waits for its sink's first frame. That comes only
// when the live input that is added later is drawn.
TEST (GridLive, TheFirstInputIsAddedAfterTheStart)
{
  for (const GstState started : {GST_STATE_PAUSED, GST_STATE_PLAYING}) {
    Live p;
    gst_element_set_state (p.pipeline (), started);
    GstElement *source = p.add_input (kInput, true);
    p.send (0, kRed, 0, 9);
    gst_element_sync_state_with_parent (source);
    // A live source that was there from the start would wait in PAUSED.
    gst_element_set_state (source, GST_STATE_PLAYING);
    ASSERT_EQ (gst_element_get_state (p.pipeline (), nullptr, nullptr, 20 * GST_SECOND),
               GST_STATE_CHANGE_SUCCESS)
        << gst_element_state_get_name (started);
    gst_element_set_state (p.pipeline (), GST_STATE_PLAYING);
    for (std::uint64_t i = 0; i < 10; i++) {
      const auto picture = p.next ();
      ASSERT_TRUE (picture);
      EXPECT_EQ (picture->pts (), frame_time (i, 10));
      EXPECT_EQ (picture->at (4, 4), kRed);
    }
    EXPECT_EQ (p.error (), "");
  }
}

// An encoder takes many frames before it gives its first.
TEST (GridLive, TheFirstInputIsAddedAfterTheStartInFrontOfAnEncoder)
{
  Live p ("", raw ("I420", 32, 16) + " ! x264enc rc-lookahead=10 bframes=2");
  gst_element_set_state (p.pipeline (), GST_STATE_PLAYING);
  GstElement *source = p.add_input (kInput, true);
  p.send (0, kRed, 0, 99);
  gst_element_sync_state_with_parent (source);
  EXPECT_EQ (gst_element_get_state (p.pipeline (), nullptr, nullptr, 20 * GST_SECOND),
             GST_STATE_CHANGE_SUCCESS);
}

TEST (GridLive, ForcedWithoutAnyInput)
{
  Live p ("force-live=true");
  p.add_input (kInput);
  p.play ();
  for (std::uint64_t i = 0; i < 4; i++) {
    const auto picture = p.next ();
    ASSERT_TRUE (picture);
    EXPECT_EQ (picture->at (4, 4), kBlack);
  }
}

TEST (GridLive, ForcedWithoutASizeWaitsForAnInputsCaps)
{
  Live p ("force-live=true", "video/x-raw,framerate=10/1");
  p.add_input (kInput);
  p.send (0, kRed, 0, 50);
  p.play ();
  const auto picture = p.next ();
  ASSERT_TRUE (picture);
  EXPECT_EQ (picture->size (), "32x16");
}

TEST (GridLive, ShortestEndsLiveToo)
{
  Live p ("eos-policy=shortest");
  p.add_input (kInput, true);
  p.add_input (kInput, true);
  p.send (0, kRed, 0, 4);
  p.end (0);
  p.send (1, kGreen, 0, 20);
  p.play ();
  for (std::uint64_t i = 0; i < 5; i++) ASSERT_TRUE (p.next ()) << i;
  EXPECT_FALSE (p.pull ());
  EXPECT_TRUE (p.eos ());
}

TEST (GridLive, LatencyIsTheInputsPlusAFramePlusWhatIsSet)
{
  const struct {
    const char *properties;
    GstClockTime expected;  // in milliseconds
  } cases[] = {{"", 20 + 100},
               {"latency=30000000", 20 + 100 + 30},
               {"min-upstream-latency=50000000", 50 + 100}};
  for (const auto &c : cases) {
    SCOPED_TRACE (c.properties);
    Live p (c.properties);
    g_object_set (p.add_input (kInput, true), "min-latency", gint64{20 * GST_MSECOND}, nullptr);
    p.send (0, kRed, 0, 10);
    p.play ();
    ASSERT_TRUE (p.next ());
    const Owned<GstQuery> query{gst_query_new_latency ()};
    const Owned<GstPad> src{gst_element_get_static_pad (p.grid (), "src")};
    ASSERT_TRUE (gst_pad_query (src.get (), query.get ()));
    gboolean live = FALSE;
    GstClockTime min = 0, max = 0;
    gst_query_parse_latency (query.get (), &live, &min, &max);
    EXPECT_TRUE (live);
    EXPECT_EQ (min, c.expected * GST_MSECOND);
  }
}

// If the pipeline has played for long before, the output begins with the current frame.
TEST (GridLive, ALateFirstInputBringsNoFramesOfThePast)
{
  for (const int late : {0, 1, 35, 1234}) {
    SCOPED_TRACE (late);
    Live p;
    GstElement *other = gst_element_factory_make ("appsrc", nullptr);
    g_object_set (other, "is-live", TRUE, nullptr);
    gst_bin_add (GST_BIN (p.pipeline ()), other);  // then no sink waits for a first frame
    p.play ();
    p.sleep (frame_time (static_cast<std::uint64_t> (late), 10));
    GstElement *src = p.add_input (kInput, true);
    const auto from = static_cast<std::uint64_t> (late);
    p.send (0, kRed, from, from + 30);
    gst_element_sync_state_with_parent (src);
    GstClockTime next = kNone;
    for (int i = 0; i < 10; i++) {
      const auto picture = p.next ();
      ASSERT_TRUE (picture);
      // Two frames before now: the latency is a frame.
      if (i == 0)
        EXPECT_GE (picture->pts () + 2 * frame_time (1, 10), frame_time (from, 10));
      else
        EXPECT_EQ (picture->pts (), next);
      EXPECT_EQ (picture->pts () % frame_time (1, 10), 0u);
      EXPECT_LE (picture->pts (), p.now ());
      next = picture->pts () + picture->duration ();
    }
  }
}

}  // namespace
