// quadmatterefine in a stream: events, live inputs, seeks, states, errors.
#include <gst/check/gsttestclock.h>
#include <gst/controller/gstdirectcontrolbinding.h>
#include <gst/controller/gstinterpolationcontrolsource.h>
#include <gst/controller/gsttimedvaluecontrolsource.h>

#include "elements/matte/two_inputs.h"

namespace quad::test {
namespace {

// Both inputs by hand. Harnesses are live.
class ByHand {
 public:
  explicit ByHand (const std::string &properties = kPlainMask, const std::string &caps = kVideoCaps)
      : video_{harness_of ("quadmatterefine " + properties)},
        mask_{gst_harness_new_with_element (video_->element, "mask", nullptr)},
        bus_{video_->element}
  {
    gst_pad_add_probe (video_->sinkpad,
                       static_cast<GstPadProbeType> (GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM |
                                                     GST_PAD_PROBE_TYPE_BUFFER),
                       note, &order_, nullptr);
    gst_harness_set_sink_caps (video (), caps_of (kAlone).release ());
    gst_harness_set_src_caps (mask (), caps_of (kMaskCaps).release ());
    gst_harness_set_src_caps (video (), caps_of (caps).release ());
  }
  GstHarness *video () const { return video_.get (); }
  GstHarness *mask () const { return mask_.get (); }
  Bus &bus () { return bus_; }
  const std::vector<std::string> &order () const { return order_; }

  void send_video (unsigned n)
  {
    gst_harness_push (video (),
                      timed (plain (info_of_caps (kVideoCaps), 99), n * kFrame, kFrame).release ());
  }
  void send_mask (unsigned n, int level)
  {
    gst_harness_push (
        mask (), timed (plain (info_of_caps (kMaskCaps), level), n * kFrame, kFrame).release ());
  }
  int level ()
  {
    const Owned<GstBuffer> out{gst_harness_pull (video ())};
    if (!out) return -1;
    return alpha_of (info_of_caps (raw ("GRAY8", 16, 12)), out.get ()).front ();
  }

 private:
  static GstPadProbeReturn note (GstPad *, GstPadProbeInfo *info, gpointer data)
  {
    auto &order = *static_cast<std::vector<std::string> *> (data);
    if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER)
      order.push_back ("buffer");
    else
      order.push_back (GST_EVENT_TYPE_NAME (GST_PAD_PROBE_INFO_EVENT (info)));
    return GST_PAD_PROBE_OK;
  }

  std::vector<std::string> order_;
  Harness video_, mask_;
  Bus bus_;
};

GstEvent *tag_event (const char *tag, const char *value)
{
  GstTagList *tags = gst_tag_list_new_empty ();
  gst_tag_list_add (tags, GST_TAG_MERGE_REPLACE, tag, value, nullptr);
  return gst_event_new_tag (tags);
}

// --- Events ---

TEST (RefineEvents, TagsOfTheVideoComeBeforeTheFirstPicture)
{
  ByHand t;
  gst_harness_push_event (t.video (), tag_event (GST_TAG_IMAGE_ORIENTATION, "rotate-90"));
  gst_harness_push_event (t.video (), tag_event (GST_TAG_VIDEO_CODEC, "none"));
  gst_harness_push_event (t.mask (), tag_event (GST_TAG_TITLE, "masks"));
  t.send_mask (0, 5);
  t.send_video (0);
  EXPECT_EQ (t.level (), 5);
  gst_harness_push_event (t.video (), tag_event (GST_TAG_IMAGE_ORIENTATION, "rotate-180"));
  t.send_mask (1, 6);
  t.send_video (1);
  EXPECT_EQ (t.level (), 6);
  std::vector<std::string> order = t.order ();
  std::erase (order, "latency");
  ASSERT_EQ (order.size (), 8u) << testing::PrintToString (order);
  EXPECT_EQ (order[0], "stream-start");
  EXPECT_EQ (order[1], "caps");
  EXPECT_EQ (std::count (order.begin (), order.begin () + 5, "segment"), 1);
  EXPECT_EQ (std::count (order.begin (), order.begin () + 5, "tag"), 2);
  EXPECT_EQ (order[5], "buffer");
  EXPECT_EQ (order[6], "tag");
  EXPECT_EQ (order[7], "buffer");
  std::vector<std::string> values;
  while (const Owned<GstEvent> event{gst_harness_try_pull_event (t.video ())}) {
    if (GST_EVENT_TYPE (event.get ()) != GST_EVENT_TAG) continue;
    GstTagList *tags = nullptr;
    gst_event_parse_tag (event.get (), &tags);
    gchar *value = nullptr;
    EXPECT_FALSE (gst_tag_list_get_string (tags, GST_TAG_TITLE, &value));
    if (gst_tag_list_get_string (tags, GST_TAG_IMAGE_ORIENTATION, &value))
      values.push_back (Owned<char>{value}.get ());
  }
  EXPECT_EQ (values, (std::vector<std::string>{"rotate-90", "rotate-180"}));
}

TEST (RefineEvents, TheEndComesAfterTheLastPicture)
{
  ByHand t;
  t.send_mask (0, 5);
  t.send_video (0);
  gst_harness_push_event (t.video (), gst_event_new_eos ());
  EXPECT_EQ (t.level (), 5);
  // Live, it waits for no more masks.
  EXPECT_TRUE (gst_harness_crank_single_clock_wait (t.video ()));
  while (const Owned<GstEvent> event{gst_harness_pull_event (t.video ())})
    if (GST_EVENT_TYPE (event.get ()) == GST_EVENT_EOS) break;
  EXPECT_EQ (t.order ().back (), "eos");
}

TEST (RefineEvents, ASeekForgetsTheMask)
{
  ByHand t;
  t.send_mask (0, 5);
  t.send_video (0);
  EXPECT_EQ (t.level (), 5);
  GstSegment segment;
  gst_segment_init (&segment, GST_FORMAT_TIME);
  GstEvent *seek = gst_event_new_seek (1, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH, GST_SEEK_TYPE_SET,
                                       0, GST_SEEK_TYPE_NONE, -1);
  const guint32 seqnum = gst_event_get_seqnum (seek);
  EXPECT_TRUE (gst_harness_push_upstream_event (t.video (), seek));
  for (GstHarness *h : {t.video (), t.mask ()})
    for (GstEvent *event : {gst_event_new_flush_start (), gst_event_new_flush_stop (TRUE),
                            gst_event_new_segment (&segment)}) {
      gst_event_set_seqnum (event, seqnum);
      gst_harness_push_event (h, event);
    }
  t.send_mask (7, 9);  // not yet
  t.send_video (0);
  EXPECT_EQ (t.level (), 0);
  t.send_video (7);
  EXPECT_EQ (t.level (), 9);
}

// --- Live ---

class RefineLive : public testing::Test {
 protected:
  static constexpr GstClockTime kLatency = 40 * GST_MSECOND;
  RefineLive ()
  {
    for (GstHarness *h : {t_.video (), t_.mask ()}) gst_harness_set_upstream_latency (h, kLatency);
    gst_harness_use_testclock (t_.video ());
    clock_ = gst_harness_get_testclock (t_.video ());
  }
  ~RefineLive () { gst_object_unref (clock_); }
  // The time for which the element waits.
  GstClockTime waits_until ()
  {
    EXPECT_TRUE (gst_harness_wait_for_clock_id_waits (t_.video (), 1, 20));
    return gst_test_clock_get_next_entry_time (clock_);
  }

  ByHand t_;
  GstTestClock *clock_;
};

TEST_F (RefineLive, APictureWaitsForItsMaskUntilItsTimeAndTheLatency)
{
  t_.send_mask (0, 1);
  t_.send_video (0);
  EXPECT_EQ (t_.level (), 1);
  // The mask comes in time.
  t_.send_video (1);
  EXPECT_EQ (waits_until (), kFrame + kLatency);
  EXPECT_EQ (gst_harness_buffers_in_queue (t_.video ()), 0u);
  t_.send_mask (1, 2);
  EXPECT_EQ (t_.level (), 2);
  // It does not: the last one stays.
  t_.send_video (2);
  EXPECT_EQ (waits_until (), 2 * kFrame + kLatency);
  EXPECT_TRUE (gst_harness_crank_single_clock_wait (t_.video ()));
  EXPECT_EQ (t_.level (), 2);
  // It comes late, and then the next one.
  t_.send_mask (2, 3);
  t_.send_video (3);
  EXPECT_EQ (waits_until (), 3 * kFrame + kLatency);
  t_.send_mask (3, 4);
  EXPECT_EQ (t_.level (), 4);
}

TEST_F (RefineLive, WithoutAMaskPicturesComeInTime)
{
  for (unsigned n = 0; n < 3; n++) {
    t_.send_video (n);
    EXPECT_EQ (waits_until (), n * kFrame + kLatency);
    EXPECT_TRUE (gst_harness_crank_single_clock_wait (t_.video ()));
    EXPECT_EQ (t_.level (), 0);
  }
  EXPECT_NE (t_.bus ().warning (), "");
  EXPECT_EQ (t_.bus ().warning (), "");
}

TEST_F (RefineLive, LatencyIsUpstreams)
{
  t_.send_mask (0, 1);
  t_.send_video (0);
  EXPECT_EQ (t_.level (), 1);
  EXPECT_EQ (gst_harness_query_latency (t_.video ()), kLatency);
}

// --- Seeks and states ---

Owned<GstElement> playing (const std::string &text)
{
  Owned<GstElement> pipeline{
      GST_ELEMENT (gst_object_ref_sink (gst_parse_launch (text.c_str (), nullptr)))};
  gst_element_set_state (pipeline.get (), GST_STATE_PLAYING);
  return pipeline;
}

const std::string kVideo =
    "videotestsrc num-buffers=60 ! video/x-raw,format=I420,width=16,height=12,framerate=10/1 ! "
    "r.sink ";
const std::string kMasks =
    "videotestsrc pattern=white ! video/x-raw,format=GRAY8,width=4,height=3,framerate=10/1 ! "
    "queue ! r.mask ";
const std::string kOut =
    "quadmatterefine name=r refine=none ! appsink name=o sync=false max-buffers=2 "
    "caps=video/x-raw,format=GRAY8 ";

TEST (RefineSeek, PicturesAndMasksFollow)
{
  for (const bool linked : {true, false}) {
    const Owned<GstElement> pipeline = playing (kOut + kVideo + (linked ? kMasks : ""));
    const Owned<GstElement> sink{gst_bin_get_by_name (GST_BIN (pipeline.get ()), "o")};
    const auto next = [&] () -> std::pair<GstClockTime, int> {
      const Owned<GstSample> sample{
          gst_app_sink_try_pull_sample (GST_APP_SINK (sink.get ()), 20 * GST_SECOND)};
      if (!sample) return {GST_CLOCK_TIME_NONE, -1};
      GstBuffer *buffer = gst_sample_get_buffer (sample.get ());
      return {GST_BUFFER_PTS (buffer),
              alpha_of (info_of_caps (raw ("GRAY8", 16, 12)), buffer).front ()};
    };
    const int level = linked ? 235 : 0;
    EXPECT_EQ (next (), (std::pair{GstClockTime{0}, level}));
    for (const GstClockTime to : {30 * kFrame, 10 * kFrame}) {
      EXPECT_TRUE (gst_element_seek_simple (
          pipeline.get (), GST_FORMAT_TIME,
          static_cast<GstSeekFlags> (GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE),
          static_cast<gint64> (to)))
          << linked;
      EXPECT_EQ (next (), (std::pair{to, level})) << linked;
      EXPECT_EQ (next (), (std::pair{to + kFrame, level})) << linked;
    }
    gst_element_set_state (pipeline.get (), GST_STATE_NULL);
  }
}

TEST (RefineStates, Repeated)
{
  TwoInputs t (kPlainMask, kAlone, false);
  for (std::size_t round = 1; round < 5; round++) {
    t.play ();
    for (unsigned n = 0; n < 3; n++) t.video (n * kFrame);
    EXPECT_EQ (levels_of (t.run ()), std::vector<int> (3, 0));
    // The warning belongs to a start.
    EXPECT_EQ (t.messages ().warnings ().size (), round);
    gst_element_set_state (t.pipeline (), GST_STATE_NULL);
  }
}

TEST (RefineStates, AMaskDoesNotOutliveItsStream)
{
  TwoInputs t;
  t.video (0), t.mask (0, 50);
  EXPECT_EQ (levels_of (t.run ()), std::vector<int>{50});
  gst_element_set_state (t.pipeline (), GST_STATE_NULL);
  t.play ();
  t.video (0), t.mask (kFrame, 60);
  t.video (kFrame);
  EXPECT_EQ (levels_of (t.run ()), (std::vector<int>{0, 60}));
}

TEST (RefineProperties, AreControlledByStreamTime)
{
  TwoInputs t;
  const Owned<GstControlSource> source{gst_interpolation_control_source_new ()};
  g_object_set (source.get (), "mode", GST_INTERPOLATION_MODE_NONE, nullptr);
  for (const auto &[n, value] : {std::pair{0, 0.0}, {2, 1.0}, {4, 0.0}})
    gst_timed_value_control_source_set (GST_TIMED_VALUE_CONTROL_SOURCE (source.get ()),
                                        static_cast<GstClockTime> (n) * kFrame, value);
  const Owned<GstElement> r = t.part ("r");
  gst_object_add_control_binding (
      GST_OBJECT (r.get ()),
      gst_direct_control_binding_new_absolute (GST_OBJECT (r.get ()), "invert", source.get ()));
  t.mask (0, 50);
  for (unsigned n = 0; n < 6; n++) t.video (n * kFrame);
  EXPECT_EQ (levels_of (t.run ()), (std::vector<int>{50, 50, 205, 205, 50, 50}));
}

// --- Errors ---

// Waits for the end, or an error.
Messages::Error next_error (TwoInputs &t)
{
  const Owned<GstMessage> end{gst_bus_timed_pop_filtered (
      t.messages ().bus (), 20 * GST_SECOND,
      static_cast<GstMessageType> (GST_MESSAGE_EOS | GST_MESSAGE_ERROR))};
  EXPECT_TRUE (end);
  if (!end || GST_MESSAGE_TYPE (end.get ()) != GST_MESSAGE_ERROR) return {};
  GError *error = nullptr;
  gst_message_parse_error (end.get (), &error, nullptr);
  const Messages::Error first = {GST_MESSAGE_SRC_NAME (end.get ()), error->message, error->domain,
                                 error->code};
  g_error_free (error);
  return first;
}

// Plays until the end, or an error.
Messages::Error error_of (TwoInputs &t)
{
  t.play ();
  const Messages::Error first = next_error (t);
  gst_element_set_state (t.pipeline (), GST_STATE_PAUSED);
  gst_element_set_state (t.pipeline (), GST_STATE_READY);
  t.messages ().take ();
  EXPECT_EQ (t.messages ().errors_of ("r"), 0) << t.messages ().first_error ().text;
  return first;
}

TEST (RefineErrors, InterlacedVideo)
{
  for (const char *mode : {"interleaved", "mixed"}) {
    TwoInputs t;
    const std::string caps =
        raw ("I420", 16, 12, std::string ("framerate=10/1,interlace-mode=") + mode);
    for (unsigned n = 0; n < 3; n++) t.video (n * kFrame, caps), t.mask (n * kFrame, 9);
    t.end ("v"), t.end ("m");
    const Messages::Error error = error_of (t);
    EXPECT_EQ (error.element, "r");
    EXPECT_TRUE (contains (error.text, std::string ("interlace-mode=") + mode)) << error.text;
    EXPECT_TRUE (contains (error.text, "Put a deinterlace element before quadmatterefine."))
        << error.text;
  }
}

// The pad's template has them, but without a feature of caps they are no frames.
TEST (RefineErrors, MasksOfAlternatingFields)
{
  TwoInputs t;
  const std::string caps = raw ("GRAY8", 4, 3, "framerate=10/1,interlace-mode=alternate");
  for (unsigned n = 0; n < 3; n++) {
    t.video (n * kFrame);
    t.send ("m", timed (plain (info_of_caps (kMaskCaps), 9), n * kFrame, kFrame), caps);
  }
  t.end ("v"), t.end ("m");
  const Messages::Error error = error_of (t);
  EXPECT_EQ (error.element, "r");
  EXPECT_TRUE (contains (error.text, "The masks' caps do not describe whole pictures."))
      << error.text;
  EXPECT_TRUE (contains (error.text, "Send progressive masks of GRAY8")) << error.text;
}

TEST (RefineErrors, NamesThatAreNotUtf8)
{
  TwoInputs t ("refine=model");
  g_object_set (t.part ("r").get (), "refine-model-file", "/none/of\xff.onnx", nullptr);
  // At start.
  t.play ();
  const Messages::Error error = next_error (t);
  EXPECT_EQ (error.element, "r");
  EXPECT_TRUE (contains (error.text, "/none/of\xef\xbf\xbd.onnx")) << error.text;
}

// Caps that are refused leave nothing to draw with, though downstream asks for new ones.
TEST (RefineErrors, VideoWhoseCapsWereRefused)
{
  TwoInputs t;
  t.play ();
  t.video (0), t.mask (0, 7);
  ASSERT_TRUE (t.next ());
  const Owned<GstPad> out{gst_element_get_static_pad (t.part ("r").get (), "src")};
  // In the thread that makes the output.
  const auto ask_again = [] (GstBus *, GstMessage *message, gpointer pad) {
    if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) gst_pad_mark_reconfigure (GST_PAD (pad));
    return GST_BUS_PASS;
  };
  gst_bus_set_sync_handler (t.messages ().bus (), ask_again, out.get (), nullptr);
  const std::string mixed = raw ("I420", 16, 12, "framerate=10/1,interlace-mode=mixed");
  for (unsigned n = 1; n < 4; n++) t.video (n * kFrame, mixed), t.mask (n * kFrame, 8);
  t.end ("v"), t.end ("m");
  const Messages::Error error = next_error (t);
  EXPECT_EQ (error.element, "r");
  EXPECT_TRUE (contains (error.text, "interlace-mode=mixed")) << error.text;
  // A source learns of it when the output's thread has given up.
  EXPECT_NE (next_error (t).element, "r");
  EXPECT_FALSE (t.next (0));
  gst_bus_set_sync_handler (t.messages ().bus (), nullptr, nullptr, nullptr);
}

TEST (RefineErrors, BuffersThatAreTooSmall)
{
  for (const bool of_mask : {false, true}) {
    TwoInputs t;
    for (unsigned n = 0; n < 3; n++) {
      Owned<GstBuffer> small = timed (
          Owned<GstBuffer>{gst_buffer_new_allocate (nullptr, 3, nullptr)}, n * kFrame, kFrame);
      if (of_mask)
        t.video (n * kFrame), t.send ("m", std::move (small), kMaskCaps);
      else
        t.send ("v", std::move (small), kVideoCaps), t.mask (n * kFrame, 9);
    }
    t.end ("v"), t.end ("m");
    const Messages::Error error = error_of (t);
    EXPECT_EQ (error.element, "r");
    EXPECT_TRUE (contains (error.text, "does not hold the frame that its caps describe"))
        << error.text;
  }
}

}  // namespace
}  // namespace quad::test
