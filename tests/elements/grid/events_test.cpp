// Flushes, tags and navigation through quadmux-grid.
#include <gst/video/navigation.h>

#include "elements/grid/colors.h"

using namespace quad::test;
using quad::Owned;

namespace {

TEST (GridEvents, AFlushOfOneInputForgetsItsFrame)
{
  GridPipeline p ("rows=1 columns=2", raw ("I420", 32, 16));
  for (int i = 0; i < 2; i++) p.add_input (raw ("I420", 16, 16));
  auto send = [&] (std::size_t i, std::uint64_t n, const Values &v) {
    p.push (i, timed (solid (p.info (i), v), frame_time (n, 10), GST_SECOND / 10));
  };
  send (0, 0, kRed);
  send (1, 0, kRed);
  p.play ();
  ASSERT_TRUE (p.pull ());
  const Owned<GstPad> src{gst_element_get_static_pad (p.source (0), "src")};
  gst_pad_push_event (src.get (), gst_event_new_flush_start ());
  gst_pad_push_event (src.get (), gst_event_new_flush_stop (FALSE));
  GstSegment segment;
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (src.get (), gst_event_new_segment (&segment));
  ASSERT_EQ (
      gst_pad_push (
          src.get (),
          timed (solid (p.info (0), kGreen), frame_time (1, 10), GST_SECOND / 10).release ()),
      GST_FLOW_OK);
  send (1, 1, kRed);
  const auto picture = p.pull ();
  ASSERT_TRUE (picture) << p.error ();
  EXPECT_EQ (picture->at (4, 4), kGreen);
  EXPECT_EQ (picture->at (20, 4), kRed);
}

void send_orientation (GridPipeline &p, const char *orientation)
{
  const Owned<GstPad> src{gst_element_get_static_pad (p.source (0), "src")};
  gst_pad_push_event (src.get (), gst_event_new_tag (gst_tag_list_new (GST_TAG_IMAGE_ORIENTATION,
                                                                       orientation, nullptr)));
}

// Photos of a second each, mirrored and not, in an output of 25 frames a second. The next one's tag
// comes while a photo is still shown.
TEST (GridEvents, ATagCountsForThePicturesBehindIt)
{
  GridPipeline p ("rows=1 columns=1", raw ("GRAY8", 32, 16, "framerate=(fraction)25/1"));
  const GstVideoInfo info = info_of_caps (raw ("GRAY8", 32, 16));
  p.add_input (raw ("GRAY8", 32, 16, "framerate=(fraction)1/1"));
  for (std::uint64_t n = 0; n < 4; n++) {
    gst_element_send_event (p.source (0), gst_event_new_tag (gst_tag_list_new (
                                              GST_TAG_IMAGE_ORIENTATION,
                                              n % 2 ? "rotate-0" : "flip-rotate-0", nullptr)));
    p.push (0, timed (painted (info, [] (int, int x, int, int) { return x < 16 ? 50 : 200; }),
                      n * GST_SECOND, GST_SECOND));
  }
  p.end (0);
  const Pictures all = p.run ();
  ASSERT_EQ (all.size (), 100u) << p.error ();
  for (std::size_t i = 0; i < all.size (); i++)
    ASSERT_EQ (all[i]->at (4, 4)[0], i / 25 % 2 ? 50 : 200) << i;
}

TEST (GridEvents, TheOrientationTagTurnsThePictureAndTheOutput)
{
  GridPipeline p ("rows=1 columns=1");
  const GstVideoInfo info = info_of_caps (raw ("GRAY8", 32, 16));
  GstElement *src = p.add_input (raw ("GRAY8", 32, 16));
  // Dark on the left, bright on the right.
  auto send = [&] (std::uint64_t n) {
    p.push (0, timed (painted (info, [] (int, int x, int, int) { return x < 16 ? 50 : 200; }),
                      frame_time (n, 10), GST_SECOND / 10));
  };
  g_object_set (src, "stream-type", 0, nullptr);
  send (0);
  p.play ();
  auto picture = p.pull ();
  ASSERT_TRUE (picture);
  EXPECT_EQ (picture->size (), "32x16");
  send_orientation (p, "rotate-90");
  // The tag takes effect with a frame after it.
  for (std::uint64_t n = 1; n < 4 && picture->size () != "16x32"; n++) {
    send (n);
    picture = p.pull ();
    ASSERT_TRUE (picture) << p.error ();
  }
  EXPECT_EQ (picture->size (), "16x32");
  EXPECT_EQ (picture->at (8, 4)[0], 50) << "the left is above after a turn clockwise";
  EXPECT_EQ (picture->at (8, 28)[0], 200);
  // The pad's own setting overrides the tag.
  p.set_pad (0, "orientation", 0);
  for (std::uint64_t n = 4; n < 8 && picture->size () != "32x16"; n++) {
    send (n);
    picture = p.pull ();
    ASSERT_TRUE (picture) << p.error ();
  }
  EXPECT_EQ (picture->size (), "32x16");
}

// The navigation events that reached a source.
struct Clicks {
  std::vector<std::pair<double, double>> at;
  int keys = 0;

  static GstPadProbeReturn probe (GstPad *, GstPadProbeInfo *info, gpointer data)
  {
    auto &clicks = *static_cast<Clicks *> (data);
    GstEvent *event = GST_PAD_PROBE_INFO_EVENT (info);
    if (GST_EVENT_TYPE (event) != GST_EVENT_NAVIGATION) return GST_PAD_PROBE_OK;
    double x = 0, y = 0;
    if (gst_navigation_event_get_coordinates (event, &x, &y))
      clicks.at.push_back ({x, y});
    else
      clicks.keys++;
    return GST_PAD_PROBE_OK;
  }
};

TEST (GridEvents, NavigationGoesToTheInputUnderThePointer)
{
  GridPipeline p ("rows=1 columns=3 gap=20", raw ("GRAY8", 340, 100));
  Clicks clicks[3];
  for (std::size_t i = 0; i < 3; i++) {
    p.add_input (raw ("GRAY8", 400, 200));
    const Owned<GstPad> src{gst_element_get_static_pad (p.source (i), "src")};
    gst_pad_add_probe (src.get (), GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, Clicks::probe, &clicks[i],
                       nullptr);
    p.push (i, timed (solid (p.info (i), {100, 0, 0, 0}), 0, GST_SECOND));
  }
  p.set_pad (1, "fit", 1);                    // shows the middle 200x200 of its source
  p.set_pad (2, "fit", 2, "orientation", 1);  // turned clockwise
  p.play ();
  ASSERT_TRUE (p.pull ());
  // Cells of 100x100 at x = 0, 120 and 240; the first has bars above y = 25.
  const Owned<GstPad> src{gst_element_get_static_pad (p.grid (), "src")};
  auto click = [&] (double x, double y) {
    return gst_pad_send_event (src.get (), gst_navigation_event_new_mouse_button_press (
                                               1, x, y, GST_NAVIGATION_MODIFIER_NONE));
  };
  click (50, 50);
  click (145, 25);
  click (250, 20);
  click (110, 50);  // the gap
  click (50, 10);   // a bar
  using Points = std::vector<std::pair<double, double>>;
  EXPECT_EQ (clicks[0].at, (Points{{200, 100}}));
  EXPECT_EQ (clicks[1].at, (Points{{150, 50}}));
  // Seen at (10, 20) of 100: from the source's left end 20 %, and 90 % down.
  ASSERT_EQ (clicks[2].at.size (), 1u);
  EXPECT_NEAR (clicks[2].at[0].first, 80, 1e-9);
  EXPECT_NEAR (clicks[2].at[0].second, 180, 1e-9);
  gst_pad_send_event (src.get (),
                      gst_navigation_event_new_key_press ("a", GST_NAVIGATION_MODIFIER_NONE));
  for (const Clicks &c : clicks) EXPECT_EQ (c.keys, 1);
}

// Events that downstream and the application may send at any time, where the base class only
// asserts.
TEST (GridEvents, NoneEndsInAnAssertion)
{
  g_log_set_always_fatal (
      static_cast<GLogLevelFlags> (int{G_LOG_FATAL_MASK} | int{G_LOG_LEVEL_CRITICAL}));
  const Owned<GstElement> grid{gst_element_factory_make ("quadmux-grid", nullptr)};
  gst_object_ref_sink (grid.get ());
  const Owned<GstPad> pad{gst_element_request_pad_simple (grid.get (), "sink_%u")};
  const Owned<GstPad> src{gst_element_get_static_pad (grid.get (), "src")};
  auto seek = [] (gdouble rate, GstFormat format, GstSeekType stop_type, gint64 stop) {
    return gst_event_new_seek (rate, format, GST_SEEK_FLAG_FLUSH, GST_SEEK_TYPE_SET, 0, stop_type,
                               stop);
  };
  for (const GstState state : {GST_STATE_NULL, GST_STATE_READY, GST_STATE_PAUSED}) {
    gst_element_set_state (grid.get (), state);
    // Before there is an output rate.
    for (const GstQOSType type : {GST_QOS_TYPE_OVERFLOW, GST_QOS_TYPE_UNDERFLOW})
      EXPECT_FALSE (gst_pad_send_event (src.get (), gst_event_new_qos (type, 2, 1000, 0)));
    for (const GstFormat format : {GST_FORMAT_BYTES, GST_FORMAT_DEFAULT, GST_FORMAT_PERCENT}) {
      EXPECT_FALSE (gst_element_send_event (grid.get (), seek (1, format, GST_SEEK_TYPE_SET, 100)));
      EXPECT_FALSE (gst_pad_send_event (src.get (), seek (1, format, GST_SEEK_TYPE_SET, 100)));
    }
    // Backwards from an unknown time.
    for (const GstSeekType type : {GST_SEEK_TYPE_NONE, GST_SEEK_TYPE_SET, GST_SEEK_TYPE_END})
      EXPECT_FALSE (gst_element_send_event (grid.get (), seek (-1, GST_FORMAT_TIME, type, -1)));
  }
  gst_element_set_state (grid.get (), GST_STATE_NULL);
  gst_element_release_request_pad (grid.get (), pad.get ());
}

}  // namespace
