// quaddownscale: changes of caps and state, and events.
#include <gst/app/gstappsink.h>

#include "elements/downscale/downscaler.h"

namespace quad::test {
namespace {

TEST (DownscaleStream, CapsChangeAtEveryFrame)
{
  std::vector<const char *> formats;
  for (const FormatInfo &f : all_formats ())
    if (f.depth == 8) formats.push_back (f.name);
  Downscaler d{gray (8, 8)};
  for (std::size_t i = 0; i < 75; i++) {
    const char *format = formats[i % formats.size ()];
    const int width = 1 + static_cast<int> (i * 7 % 50),
              height = 1 + static_cast<int> (i * 11 % 40);
    d.change_caps (raw (format, width, height));
    const Owned<GstBuffer> out = d.scale (plain (d.in (), 60));
    ASSERT_TRUE (out) << format << " " << d.bus ().error ();
    const GstVideoInfo info = d.out ();
    EXPECT_STREQ (gst_video_format_to_string (info.finfo->format), format);
    for (const int sample : samples_of (info, out.get ())) ASSERT_EQ (sample, 60);
  }
}

// The samples of a frame that nothing came before.
std::vector<int> fresh (const std::string &in, const std::string &downstream)
{
  Downscaler d{in, downstream};
  return d.scaled_samples (painted (d.in (), [] (int p, int x, int y, int k) {
    return (x * 5 + y * 9 + p * 70 + k * 31) % 256;
  }));
}

struct Step {
  std::string in, downstream;
  bool passes = false;
};

// Each step changes one side.
const Step kSteps[] = {
    {raw ("I420", 64, 48), "video/x-raw,format=RGBP"},
    {raw ("YUY2", 64, 48), "video/x-raw,format=RGBP"},
    {raw ("RGBP", 40, 30), "video/x-raw,format=RGBP"},
    {raw ("RGBP", 40, 30), "video/x-raw,width=40,height=30", true},
    {raw ("RGBP", 40, 30), "video/x-raw,format=NV12,width=40,height=30"},
    {raw ("NV12", 40, 30), "video/x-raw,format=NV12,width=40,height=30", true},
    {raw ("NV12", 40, 30), "video/x-raw,width=40,height=30,colorimetry=bt709"},
    {raw ("NV12", 40, 30) + ",colorimetry=bt709",
     "video/x-raw,width=40,height=30,colorimetry=bt709", true},
    {raw ("NV12", 40, 30) + ",colorimetry=bt709", "video/x-raw,format={GRAY8,RGBA}"},
    {raw ("AYUV", 64, 48), "video/x-raw,format={GRAY8,RGBA}"},
    {raw ("AYUV", 64, 48), "video/x-raw,format={YVYU,GRAY8}"},
    {raw ("I420", 64, 48), "video/x-raw"},
};

// Downstream is the harness, or a capsfilter whose caps change.
TEST (DownscaleStream, FormatsChangeMidStreamOnEitherSide)
{
  for (const bool filter : {false, true}) {
    const Harness h{gst_harness_new_parse (filter ? "quaddownscale ! capsfilter name=filter"
                                                  : "quaddownscale")};
    const Owned<GstElement> capsfilter{filter ? gst_bin_get_by_name (GST_BIN (h->element), "filter")
                                              : nullptr};
    std::string in;
    for (const Step &step : kSteps) {
      SCOPED_TRACE (step.in + " -> " + step.downstream);
      if (filter)
        g_object_set (capsfilter.get (), "caps", caps_of (step.downstream).get (), nullptr);
      else
        gst_harness_set_sink_caps (h.get (), caps_of (step.downstream).release ());
      if (in != step.in) gst_harness_set_src_caps (h.get (), caps_of (step.in).release ());
      in = step.in;
      for (int i = 0; i < 2; i++) {
        Owned<GstBuffer> frame = painted (info_of_caps (in), [] (int p, int x, int y, int k) {
          return (x * 5 + y * 9 + p * 70 + k * 31) % 256;
        });
        const GstBuffer *pushed = frame.get ();
        ASSERT_EQ (gst_harness_push (h.get (), frame.release ()), GST_FLOW_OK);
        const Owned<GstBuffer> out{gst_harness_try_pull (h.get ())};
        ASSERT_TRUE (out);
        EXPECT_EQ (out.get () == pushed, step.passes);
        const Owned<GstCaps> caps{gst_pad_get_current_caps (h->sinkpad)};
        EXPECT_EQ (samples_of (info_of_caps (to_string (caps.get ())), out.get ()),
                   fresh (step.in, step.downstream));
      }
    }
  }
}

// What cannot be made is said once, and the next caps work again.
TEST (DownscaleStream, DownstreamAsksForTheImpossibleMidStream)
{
  Downscaler d{raw ("I420", 64, 48) + ",colorimetry=bt709"};
  for (const char *bad : {"video/x-raw,format=YVYU", "video/x-raw,format=RGB,framerate=7/1"}) {
    ASSERT_TRUE (d.scale (plain (d.in ())));
    EXPECT_EQ (d.bus ().error (), "");
    gst_harness_set_sink_caps (d.get (), caps_of (bad).release ());
    for (int i = 0; i < 2; i++) EXPECT_EQ (d.push (plain (d.in ())), GST_FLOW_NOT_NEGOTIATED);
    const std::string error = d.bus ().error ();
    EXPECT_NE (error.find ("Put video"), std::string::npos) << error;
    EXPECT_EQ (d.bus ().error (), "");
    gst_harness_set_sink_caps (d.get (), caps_of ("video/x-raw,format=RGB").release ());
  }
}

TEST (DownscaleStream, LongStripsAndStills)
{
  for (const auto &[width, height] : {std::pair{16384, 2}, std::pair{3, 16384}, std::pair{1, 1}}) {
    Downscaler d{"video/x-raw,format=NV12,framerate=0/1,width=" + std::to_string (width) +
                 ",height=" + std::to_string (height)};
    const auto samples = d.scaled_samples (plain (d.in (), 44));
    ASSERT_FALSE (samples.empty ());
    for (const int sample : samples) ASSERT_EQ (sample, 44);
  }
}

TEST (DownscaleStream, StateCycles)
{
  const Owned<GstElement> element{gst_element_factory_make ("quaddownscale", nullptr)};
  gst_object_ref_sink (element.get ());
  for (int i = 0; i < 3; i++)
    for (const GstState state :
         {GST_STATE_READY, GST_STATE_PAUSED, GST_STATE_PLAYING, GST_STATE_PAUSED, GST_STATE_NULL})
      EXPECT_EQ (gst_element_set_state (element.get (), state), GST_STATE_CHANGE_SUCCESS);
}

TEST (DownscaleStream, StopAndGoAgain)
{
  const Owned<GstElement> pipeline{
      gst_parse_launch ("videotestsrc num-buffers=4 pattern=white ! "
                        "video/x-raw,format=GRAY8,width=64,height=64,framerate=25/1 ! "
                        "quaddownscale ! appsink name=out sync=false",
                        nullptr)};
  const Owned<GstElement> sink{gst_bin_get_by_name (GST_BIN (pipeline.get ()), "out")};
  for (int i = 0; i < 3; i++) {
    gst_element_set_state (pipeline.get (), GST_STATE_PLAYING);
    int frames = 0;
    while (GstSample *sample = gst_app_sink_pull_sample (GST_APP_SINK (sink.get ()))) {
      EXPECT_EQ (GST_BUFFER_PTS (gst_sample_get_buffer (sample)),
                 static_cast<GstClockTime> (frames) * 40 * GST_MSECOND);
      EXPECT_EQ (gst_buffer_get_size (gst_sample_get_buffer (sample)), 32u * 32);
      gst_sample_unref (sample);
      frames++;
    }
    EXPECT_EQ (frames, 4);
    gst_element_set_state (pipeline.get (), GST_STATE_NULL);
  }
}

TEST (DownscaleStream, FlushingSeek)
{
  const Owned<GstElement> pipeline{
      gst_parse_launch ("videotestsrc ! video/x-raw,format=I420,width=64,height=64,framerate=10/1 "
                        "! quaddownscale ! appsink name=out sync=false max-buffers=1",
                        nullptr)};
  const Owned<GstElement> sink{gst_bin_get_by_name (GST_BIN (pipeline.get ()), "out")};
  gst_element_set_state (pipeline.get (), GST_STATE_PAUSED);
  ASSERT_EQ (gst_element_get_state (pipeline.get (), nullptr, nullptr, 20 * GST_SECOND),
             GST_STATE_CHANGE_SUCCESS);
  ASSERT_TRUE (gst_element_seek_simple (pipeline.get (), GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH,
                                        7 * GST_SECOND));
  ASSERT_EQ (gst_element_get_state (pipeline.get (), nullptr, nullptr, 20 * GST_SECOND),
             GST_STATE_CHANGE_SUCCESS);
  const Owned<GstSample> sample{
      gst_app_sink_try_pull_preroll (GST_APP_SINK (sink.get ()), 20 * GST_SECOND)};
  ASSERT_TRUE (sample);
  EXPECT_EQ (GST_BUFFER_PTS (gst_sample_get_buffer (sample.get ())), 7 * GST_SECOND);
  EXPECT_EQ (gst_buffer_get_size (gst_sample_get_buffer (sample.get ())), 32u * 32 * 3 / 2);
  gst_element_set_state (pipeline.get (), GST_STATE_NULL);
}

TEST (DownscaleStream, EosBeforeTheFirstFrame)
{
  Downscaler d{gray (8, 8)};
  EXPECT_TRUE (gst_harness_push_event (d.get (), gst_event_new_eos ()));
  bool eos = false;
  while (GstEvent *event = gst_harness_try_pull_event (d.get ())) {
    eos |= GST_EVENT_TYPE (event) == GST_EVENT_EOS;
    gst_event_unref (event);
  }
  EXPECT_TRUE (eos);
  EXPECT_EQ (gst_harness_buffers_received (d.get ()), 0u);
}

// Late frames are dropped before scaling, and a QoS message says so.
TEST (DownscaleStream, QosSkipsLateFrames)
{
  Downscaler d{gray (8, 8)};
  gst_harness_push_upstream_event (
      d.get (), gst_event_new_qos (GST_QOS_TYPE_UNDERFLOW, 2.0, 0, 5 * GST_SECOND));
  Owned<GstBuffer> late = plain (d.in ());
  GST_BUFFER_PTS (late.get ()) = GST_SECOND;
  EXPECT_FALSE (d.scale (std::move (late)));
  Owned<GstBuffer> early = plain (d.in ());
  GST_BUFFER_PTS (early.get ()) = 9 * GST_SECOND;
  EXPECT_TRUE (d.scale (std::move (early)));
}

TEST (DownscaleStream, PointersAreTranslated)
{
  Downscaler d{raw ("I420", 64, 48), "video/x-raw,width=16,height=24"};
  ASSERT_TRUE (d.scale (plain (d.in ())));
  gst_harness_push_upstream_event (
      d.get (), gst_event_new_navigation (gst_structure_new (
                    "application/x-gst-navigation", "event", G_TYPE_STRING, "mouse-move", "button",
                    G_TYPE_INT, 0, "pointer_x", G_TYPE_DOUBLE, 4.0, "pointer_y", G_TYPE_DOUBLE, 6.0,
                    nullptr)));
  bool seen = false;
  while (GstEvent *pulled = gst_harness_try_pull_upstream_event (d.get ())) {
    const Owned<GstEvent> event{pulled};
    if (GST_EVENT_TYPE (pulled) != GST_EVENT_NAVIGATION) continue;
    gdouble x = 0, y = 0;
    ASSERT_TRUE (gst_structure_get_double (gst_event_get_structure (pulled), "pointer_x", &x));
    ASSERT_TRUE (gst_structure_get_double (gst_event_get_structure (pulled), "pointer_y", &y));
    EXPECT_DOUBLE_EQ (x, 16);
    EXPECT_DOUBLE_EQ (y, 12);
    seen = true;
  }
  EXPECT_TRUE (seen);
}

// Key events have no position, and the pointer may move before the caps come.
TEST (DownscaleStream, OtherNavigationPasses)
{
  const Harness h{gst_harness_new ("quaddownscale")};
  gst_harness_play (h.get ());
  gst_harness_push_upstream_event (
      h.get (), gst_event_new_navigation (gst_structure_new ("application/x-gst-navigation",
                                                             "event", G_TYPE_STRING, "key-press",
                                                             "key", G_TYPE_STRING, "a", nullptr)));
  gst_harness_push_upstream_event (
      h.get (), gst_event_new_navigation (gst_structure_new (
                    "application/x-gst-navigation", "event", G_TYPE_STRING, "mouse-move",
                    "pointer_x", G_TYPE_DOUBLE, 4.0, "pointer_y", G_TYPE_DOUBLE, 6.0, nullptr)));
  int seen = 0;
  while (GstEvent *event = gst_harness_try_pull_upstream_event (h.get ())) {
    seen += GST_EVENT_TYPE (event) == GST_EVENT_NAVIGATION;
    gst_event_unref (event);
  }
  EXPECT_EQ (seen, 2);
}

TEST (DownscaleStream, Stress)
{
  const Harness h{gst_harness_new ("quaddownscale")};
  const Owned<GstCaps> caps = caps_of (raw ("I420", 64, 48));
  const GstVideoInfo info = info_of_caps (raw ("I420", 64, 48));
  gst_harness_set_src_caps (h.get (), gst_caps_ref (caps.get ()));
  gst_harness_set_drop_buffers (h.get (), TRUE);
  GstSegment segment;
  gst_segment_init (&segment, GST_FORMAT_TIME);
  const Owned<GstBuffer> buffer = plain (info);
  GValue one = G_VALUE_INIT;
  g_value_init (&one, G_TYPE_UINT);
  g_value_set_uint (&one, 3);
  const Owned<GstEvent> reconfigure{gst_event_new_reconfigure ()};
  GstHarnessThread *threads[] = {
      gst_harness_stress_push_buffer_start_full (h.get (), caps.get (), &segment, buffer.get (),
                                                 100),
      gst_harness_stress_property_start_full (h.get (), "divisor", &one, 300),
      gst_harness_stress_push_upstream_event_start_full (h.get (), reconfigure.get (), 500),
  };
  // Waits until enough frames went through, however slow the machine is.
  while (gst_harness_buffers_received (h.get ()) < 200) g_thread_yield ();
  guint runs = 0;
  for (GstHarnessThread *thread : threads) runs += gst_harness_stress_thread_stop (thread);
  EXPECT_GE (runs, 200u);
  g_value_unset (&one);
}

}  // namespace
}  // namespace quad::test
