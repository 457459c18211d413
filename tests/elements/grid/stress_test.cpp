// quadmux-grid under stress: pads come and go, caps and properties change, and downstream sends
// events, while buffers flow.
#include "elements/grid/colors.h"

using namespace quad::test;
using quad::Owned;

namespace {

// An input whose buffers fit all of its caps, one every 5 ms.
struct Stream {
  Owned<GstCaps> caps[2] = {caps_of (raw ("I420", 32, 32)), caps_of (raw ("I420", 16, 16))};
  GstVideoInfo info = info_of_caps (raw ("I420", 32, 32));
  Values value;
  std::uint64_t frames = 0, changes = 0;

  explicit Stream (const Values &v) : value (v) {}

  static GstBuffer *next_buffer (GstHarness *, gpointer data)
  {
    auto &s = *static_cast<Stream *> (data);
    return timed (solid (s.info, s.value), frame_time (s.frames++, 200), frame_time (1, 200))
        .release ();
  }
  static GstEvent *next_caps (GstHarness *, gpointer data)
  {
    auto &s = *static_cast<Stream *> (data);
    return gst_event_new_caps (s.caps[s.changes++ % 2].get ());
  }
  // An input that is seen until the end.
  GstBuffer *last ()
  {
    return timed (solid (info, value), frame_time (frames++, 200), 3600 * GST_SECOND).release ();
  }
};

GstHarnessThread *flow (GstHarness *h, Stream &s)
{
  GstSegment segment;
  gst_segment_init (&segment, GST_FORMAT_TIME);
  return gst_harness_stress_push_buffer_with_cb_start (h, s.caps[0].get (), &segment,
                                                       Stream::next_buffer, &s, nullptr);
}

// The expected frame of two solid pictures side by side.
std::vector<int> halves (const GstVideoInfo &info, const Values &left, const Values &right)
{
  std::vector<int> samples;
  for (int plane = 0; plane < 3; plane++) {
    const int w = plane ? info.width / 2 : info.width, h = plane ? info.height / 2 : info.height;
    for (int y = 0; y < h; y++)
      for (int x = 0; x < w; x++)
        samples.push_back ((x < w / 2 ? left : right)[std::size_t (plane)]);
  }
  return samples;
}

TEST (GridStress, EverythingAtOnce)
{
  const Owned<GstElement> grid{GST_ELEMENT (gst_object_ref_sink (gst_parse_launch (
      // Live, so that a pad without buffers blocks nobody.
      "quadmux-grid force-live=true rows=0 columns=0", nullptr)))};
  Bus bus (grid.get ());
  const Harness first{gst_harness_new_with_element (grid.get (), "sink_%u", "src")};
  const Harness second{gst_harness_new_with_element (grid.get (), "sink_%u", nullptr)};
  // A harness removes its caps before it stops the element, which still asks for them.
  const struct Stop {
    GstElement *element;
    ~Stop () { gst_element_set_state (element, GST_STATE_NULL); }
  } stop = {grid.get ()};
  gst_harness_use_systemclock (first.get ());
  const Owned<GstClock> clock{gst_element_get_clock (grid.get ())};
  gst_element_set_base_time (grid.get (), gst_clock_get_time (clock.get ()));
  const std::string output = raw ("I420", 64, 32, "framerate=(fraction)200/1");
  gst_harness_set_sink_caps (first.get (), caps_of (output).release ());

  Stream green (kGreen), red (kRed);
  guint counts[6] = {};
  {
    GstPadTemplate *pads = gst_element_get_pad_template (grid.get (), "sink_%u");
    GValue gaps[2] = {G_VALUE_INIT, G_VALUE_INIT};
    for (int i = 0; i < 2; i++) g_value_set_int (g_value_init (&gaps[i], G_TYPE_INT), 4 * i);
    // Pauses in microseconds. The base class makes no frame while it is asked to negotiate again,
    // so threads that ask leave it time, even if everything is ten times slower. Kept as a member,
    // because the harness of GStreamer 1.22 does not free it.
    static GstEvent *const reconfigure = gst_event_new_reconfigure ();
    GstHarnessThread *threads[6] = {
        gst_harness_stress_requestpad_start_full (first.get (), pads, "sink_%u", nullptr, TRUE,
                                                  30000),
        gst_harness_stress_property_start_full (first.get (), "gap", &gaps[0], 17000),
        gst_harness_stress_property_start_full (first.get (), "gap", &gaps[1], 19000),
        gst_harness_stress_push_upstream_event_start_full (first.get (), reconfigure, 37000),
        flow (first.get (), green),
        flow (second.get (), red)};
    // The pad has its caps and segment when its first buffer is out.
    Owned<GstBuffer>{gst_harness_pull (first.get ())};
    GstHarnessThread *changes = gst_harness_stress_push_event_with_cb_start_full (
        first.get (), Stream::next_caps, &green, nullptr, 23000);
    for (int i = 0; i < 120; i++) {
      const Owned<GstBuffer> buffer{gst_harness_pull (first.get ())};
      ASSERT_TRUE (buffer);
      EXPECT_EQ (gst_buffer_get_size (buffer.get ()), 64u * 32u * 3u / 2u);
    }
    EXPECT_GE (gst_harness_stress_thread_stop (changes), 1u);
    for (int i = 0; i < 6; i++) counts[i] = gst_harness_stress_thread_stop (threads[i]);
  }
  for (const guint count : counts) EXPECT_GE (count, 1u);
  EXPECT_EQ (bus.error (), "");

  // Nothing changes any more: two pictures, each until the end, without a gap.
  EXPECT_EQ (grid->numsinkpads, 2u);
  g_object_set (grid.get (), "gap", 0, nullptr);
  const GstVideoInfo info = info_of_caps (output);
  ASSERT_TRUE (gst_harness_push_event (first.get (), gst_event_new_caps (green.caps[0].get ())));
  ASSERT_EQ (gst_harness_push (first.get (), green.last ()), GST_FLOW_OK);
  ASSERT_EQ (gst_harness_push (second.get (), red.last ()), GST_FLOW_OK);
  const std::vector<int> expected = halves (info, kGreen, kRed);
  std::vector<int> seen;
  for (int i = 0; i < 2000 && seen != expected; i++) {
    const Owned<GstBuffer> buffer{gst_harness_pull (first.get ())};
    ASSERT_TRUE (buffer);
    seen = samples_of (info, buffer.get ());
  }
  EXPECT_EQ (seen, expected);
  EXPECT_EQ (bus.error (), "");
}

}  // namespace
