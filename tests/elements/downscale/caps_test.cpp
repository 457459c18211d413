// The caps that quaddownscale negotiates with its neighbours.
#include <gtest/gtest.h>

#include "support/gst_helpers.h"

namespace quad::test {
namespace {

struct Outcome {
  bool pushed = false;
  std::string caps;
  std::string error;
};

// Pushes one frame of `in` to quaddownscale with `properties`, and returns the output if downstream
// accepts `downstream`.
Outcome negotiate (const std::string &in, const std::string &downstream,
                   const std::string &properties = "")
{
  const Harness h = harness_of ("quaddownscale " + properties);
  Bus bus{h->element};
  gst_harness_set_sink_caps (h.get (), caps_of (downstream).release ());
  gst_harness_set_src_caps (h.get (), caps_of (in).release ());
  GstVideoInfo info;
  gst_video_info_init (&info);
  gsize size = 16;
  if (gst_video_info_from_caps (&info, caps_of (in).get ()) && info.size < (64u << 20))
    size = info.size;
  Outcome o;
  o.pushed =
      gst_harness_push (h.get (), gst_buffer_new_allocate (nullptr, size, nullptr)) == GST_FLOW_OK;
  const Owned<GstCaps> out{gst_pad_get_current_caps (h->sinkpad)};
  if (out) o.caps = to_string (out.get ());
  o.error = bus.error ();
  return o;
}

std::string warning_of (const std::string &in, const std::string &downstream)
{
  const Harness h{gst_harness_new ("quaddownscale")};
  Bus bus{h->element};
  gst_harness_set_sink_caps (h.get (), caps_of (downstream).release ());
  gst_harness_set_src_caps (h.get (), caps_of (in).release ());
  return bus.warning ();
}

const char kHd[] = "video/x-raw,format=I420,width=1920,height=1080,framerate=30/1";
const char kWide[] =
    "video/x-raw,format=I420,width=720,height=576,framerate=25/1,pixel-aspect-ratio=16/15";

TEST (DownscaleCaps, Sizes)
{
  struct Row {
    const char *in;
    const char *downstream;
    const char *properties;
    int width, height, par_n, par_d;
  };
  const Row rows[] = {
      {kHd, "video/x-raw", "", 960, 540, 1, 1},
      {kHd, "ANY", "divisor=4", 480, 270, 1, 1},
      {kHd, "video/x-raw,width=[1,2147483647],height=[1,2147483647]", "", 960, 540, 1, 1},
      {kHd, "video/x-raw,width=[16,2147483647],height=[16,2147483647]", "", 960, 540, 1, 1},
      {kHd, "video/x-raw,width=[1,16383],height=[1,16383]", "", 960, 540, 1, 1},
      {kHd, "video/x-raw", "max-width=640", 640, 360, 1, 1},
      {kHd, "video/x-raw", "divisor=1 max-height=90", 160, 90, 1, 1},
      {kHd, "video/x-raw,width=640,height=360", "divisor=8 max-width=7", 640, 360, 1, 1},
      {kHd, "video/x-raw,width=640", "", 640, 360, 1, 1},
      {kHd, "video/x-raw,height=360", "", 640, 360, 1, 1},
      {kHd, "video/x-raw,width=360,height=360", "", 360, 360, 16, 9},
      {kHd, "video/x-raw,width=360,height=360,pixel-aspect-ratio=1/1", "", 360, 360, 1, 1},
      {kHd, "video/x-raw,width=[1,640],height=[1,640]", "", 640, 360, 1, 1},
      {kHd, "video/x-raw,width=[1,640],height=[1,640],pixel-aspect-ratio=1/1", "", 640, 360, 1, 1},
      {kHd, "video/x-raw,width=[640,16384],height=[480,16384],pixel-aspect-ratio=1/1", "", 854, 480,
       1, 1},
      {kHd, "video/x-raw,width={160,320},height=[1,16384]", "", 320, 180, 1, 1},
      {kHd, "video/x-raw,width=[1,640],height=[1,640],pixel-aspect-ratio=2/1", "", 568, 640, 2, 1},
      {kHd, "video/x-raw,width=3840,height=2160", "upscale=true", 3840, 2160, 1, 1},
      {kHd, "video/x-raw,width=3840,height=2160; video/x-raw,width=1280,height=720", "", 1280, 720,
       1, 1},
      {kHd, "video/x-raw,width=[3840,16384],height=[2160,16384]; video/x-raw", "", 1920, 1080, 1,
       1},
      {kWide, "video/x-raw", "", 360, 288, 16, 15},
      {kWide, "video/x-raw,pixel-aspect-ratio=1/1", "", 360, 270, 1, 1},
      {kWide, "video/x-raw,width=[1,640],height=[1,360],pixel-aspect-ratio=1/1", "", 480, 360, 1,
       1},
      {kWide, "video/x-raw,width=384", "", 384, 308, 16, 15},
      {kWide, "video/x-raw,width=384,pixel-aspect-ratio=1/1", "", 384, 288, 1, 1},
      {kWide, "video/x-raw,width=720,height=576", "", 720, 576, 16, 15},
      {kWide, "video/x-raw,width=640,height=480", "", 640, 480, 1, 1},
      {"video/x-raw,format=GRAY8,width=1,height=1,framerate=0/1", "video/x-raw", "", 1, 1, 1, 1},
      {"video/x-raw,format=NV12,width=16384,height=2,framerate=0/1", "video/x-raw", "", 8192, 1, 1,
       1},
      {"video/x-raw,format=RGB,width=3,height=16384,framerate=0/1", "video/x-raw", "", 2, 8192, 1,
       1},
  };
  for (const Row &row : rows) {
    SCOPED_TRACE (std::string{row.in} + " -> " + row.downstream + " " + row.properties);
    const Outcome o = negotiate (row.in, row.downstream, row.properties);
    EXPECT_TRUE (o.pushed);
    EXPECT_EQ (o.error, "");
    ASSERT_NE (o.caps, "");
    const GstVideoInfo info = info_of_caps (o.caps);
    EXPECT_EQ (info.width, row.width);
    EXPECT_EQ (info.height, row.height);
    EXPECT_EQ (info.par_n, row.par_n);
    EXPECT_EQ (info.par_d, row.par_d);
    const GstVideoInfo in = info_of_caps (row.in);
    EXPECT_EQ (info.finfo, in.finfo);
    EXPECT_EQ (info.fps_n, in.fps_n);
    EXPECT_EQ (info.fps_d, in.fps_d);
  }
}

// The order in which the pads learn of each other's caps makes no difference.
TEST (DownscaleCaps, UpstreamFirstOrDownstreamFirst)
{
  for (const bool upstream_first : {false, true}) {
    const Harness h{gst_harness_new ("quaddownscale")};
    const auto source = [&] { gst_harness_set_src_caps (h.get (), caps_of (kHd).release ()); };
    const auto sink = [&] {
      gst_harness_set_sink_caps (h.get (), caps_of ("video/x-raw,width=320").release ());
    };
    if (upstream_first) source ();
    sink ();
    if (!upstream_first) source ();
    const gsize size = info_of_caps (kHd).size;
    ASSERT_EQ (gst_harness_push (h.get (), gst_buffer_new_allocate (nullptr, size, nullptr)),
               GST_FLOW_OK);
    const Owned<GstCaps> out{gst_pad_get_current_caps (h->sinkpad)};
    const GstVideoInfo info = info_of_caps (to_string (out.get ()));
    EXPECT_EQ (info.width, 320);
    EXPECT_EQ (info.height, 180);
  }
}

TEST (DownscaleCaps, TheRestIsKept)
{
  const std::string in = std::string{kHd} +
                         ",colorimetry=2:4:7:1,chroma-site=mpeg2,pixel-aspect-ratio=4/3,"
                         "multiview-mode=mono,something=else";
  const Owned<GstCaps> out = caps_of (negotiate (in, "video/x-raw").caps);
  ASSERT_TRUE (out);
  const Owned<GstCaps> wanted = caps_of (in);
  gst_caps_set_simple (wanted.get (), "width", G_TYPE_INT, 960, "height", G_TYPE_INT, 540, nullptr);
  EXPECT_TRUE (gst_caps_is_equal (out.get (), wanted.get ())) << to_string (out.get ());
}

// If caps say nothing, HD means BT.709 and SD means BT.601. The small picture keeps the colours of
// the large one.
TEST (DownscaleCaps, ImpliedColorimetryIsSaid)
{
  const GstVideoInfo in = info_of_caps (kHd);
  const GstVideoInfo out = info_of_caps (negotiate (kHd, "video/x-raw,width=320").caps);
  EXPECT_TRUE (gst_video_colorimetry_is_equal (&in.colorimetry, &out.colorimetry));
  EXPECT_TRUE (gst_video_colorimetry_matches (&out.colorimetry, "bt709"));

  const Outcome asked = negotiate (kHd, "video/x-raw,width=320,colorimetry={bt601,bt709}");
  EXPECT_TRUE (asked.pushed);
  EXPECT_NE (asked.caps.find ("bt709"), std::string::npos) << asked.caps;
}

TEST (DownscaleCaps, EnlargingNeedsToBeAllowed)
{
  for (const char *downstream :
       {"video/x-raw,width=3840,height=2160", "video/x-raw,width=1920,height=1081",
        "video/x-raw,width=1921", "video/x-raw,width=[2000,3000],height=[1,3000]"}) {
    const Outcome o = negotiate (kHd, downstream);
    EXPECT_FALSE (o.pushed) << downstream;
    EXPECT_NE (o.error.find ("upscale=true"), std::string::npos) << downstream << o.error;
    EXPECT_NE (o.error.find ("1920x1080"), std::string::npos) << downstream << o.error;
    EXPECT_TRUE (negotiate (kHd, downstream, "upscale=true").pushed) << downstream;
  }
}

// Upstream tries again with each buffer. The error is posted once, and again for other caps.
TEST (DownscaleCaps, ErrorsAreSaidOnce)
{
  const Harness h{gst_harness_new ("quaddownscale")};
  Bus bus{h->element};
  const gsize size = info_of_caps (kHd).size;
  for (const char *bad : {"interlace-mode=mixed", "interlace-mode=interleaved"}) {
    gst_harness_set_src_caps (h.get (), caps_of (std::string{kHd} + "," + bad).release ());
    for (int i = 0; i < 3; i++)
      EXPECT_NE (gst_harness_push (h.get (), gst_buffer_new_allocate (nullptr, size, nullptr)),
                 GST_FLOW_OK);
    EXPECT_NE (bus.error ().find (bad), std::string::npos) << bad;
    EXPECT_EQ (bus.error (), "") << bad;
  }
  // After good caps it is posted again.
  gst_harness_set_src_caps (h.get (), caps_of (kHd).release ());
  EXPECT_EQ (gst_harness_push (h.get (), gst_buffer_new_allocate (nullptr, size, nullptr)),
             GST_FLOW_OK);
  EXPECT_EQ (bus.error (), "");
}

// A source with a choice takes the size that downstream wants.
TEST (DownscaleCaps, UpstreamLearnsWhatIsWanted)
{
  const Harness h{gst_harness_new ("quaddownscale")};
  gst_harness_set_sink_caps (h.get (), caps_of ("video/x-raw,width=640,height=480").release ());
  GstPad *sink = gst_element_get_static_pad (h->element, "sink");
  const Owned<GstCaps> caps{gst_pad_query_caps (sink, nullptr)};
  gst_object_unref (sink);
  const auto takes = [] (const GstCaps *these, const char *size) {
    return gst_caps_can_intersect (these,
                                   caps_of (std::string{"video/x-raw,format=I420,"} + size).get ());
  };
  const Owned<GstCaps> first{gst_caps_copy_nth (caps.get (), 0)};
  EXPECT_TRUE (takes (first.get (), "width=640,height=480"));
  EXPECT_FALSE (takes (first.get (), "width=639,height=480"));
  EXPECT_TRUE (takes (caps.get (), "width=1,height=1"));
  EXPECT_TRUE (takes (caps.get (), "width=16384,height=16384"));
  EXPECT_FALSE (takes (caps.get (), "width=16385,height=1"));
}

TEST (DownscaleCaps, StretchingIsSaid)
{
  const std::string text =
      warning_of (kHd, "video/x-raw,width=360,height=360,pixel-aspect-ratio=1/1");
  EXPECT_NE (text.find ("stretched"), std::string::npos) << text;
  EXPECT_EQ (warning_of (kHd, "video/x-raw,width=360,height=360"), "");
  EXPECT_EQ (warning_of (kHd, "video/x-raw,width=854,height=480,pixel-aspect-ratio=1/1"), "");
  // Downstream had a choice, so it stretches on purpose.
  EXPECT_EQ (
      warning_of (kHd, "video/x-raw,width=360,height=360,pixel-aspect-ratio=1/1; video/x-raw"), "");
}

TEST (DownscaleCaps, InterlacedIsRefusedByName)
{
  for (const char *mode : {"interleaved", "mixed", "fields", "alternate"}) {
    const std::string features = std::string{mode} == "alternate" ? "(format:Interlaced)" : "";
    const Outcome o = negotiate ("video/x-raw" + features +
                                     ",format=I420,width=720,height=576,framerate=25/1,"
                                     "interlace-mode=" +
                                     mode,
                                 "ANY");
    EXPECT_FALSE (o.pushed) << mode;
    EXPECT_NE (o.error.find ("deinterlace"), std::string::npos) << mode << ": " << o.error;
    EXPECT_NE (o.error.find (mode), std::string::npos) << mode << ": " << o.error;
  }
}

TEST (DownscaleCaps, AbsurdSizesAreRefusedByName)
{
  for (const char *size : {"width=0,height=240", "width=320,height=0", "width=16385,height=240",
                           "width=2147483647,height=2147483647", "width=-5,height=3"}) {
    const Outcome o =
        negotiate (std::string{"video/x-raw,format=I420,framerate=25/1,"} + size, "video/x-raw");
    EXPECT_FALSE (o.pushed) << size;
    EXPECT_NE (o.error.find ("out of range"), std::string::npos) << size << ": " << o.error;
  }
}

// The caps query does not offer other formats and memory. The accept-caps query says yes to raw
// video, so that such caps get as far as the error that names them.
TEST (DownscaleCaps, OtherFormatsAreNotOffered)
{
  const Harness h{gst_harness_new ("quaddownscale")};
  const Owned<GstPad> sink{gst_element_get_static_pad (h->element, "sink")};
  const Owned<GstCaps> offered{gst_pad_query_caps (sink.get (), nullptr)};
  const char *size = ",width=4,height=4,framerate=1/1";
  for (const char *bad :
       {"video/x-raw,format=YVYU", "video/x-raw(memory:CUDAMemory),format=I420"}) {
    const Owned<GstCaps> caps = caps_of (std::string{bad} + size);
    EXPECT_FALSE (gst_caps_can_intersect (offered.get (), caps.get ())) << bad;
    EXPECT_TRUE (gst_pad_query_accept_caps (sink.get (), caps.get ())) << bad;
  }
  EXPECT_TRUE (gst_pad_query_accept_caps (
      sink.get (), caps_of (std::string{"video/x-raw,format=I420"} + size).get ()));
  EXPECT_FALSE (
      gst_pad_query_accept_caps (sink.get (), caps_of (std::string{"image/jpeg"} + size).get ()));
}

TEST (DownscaleCaps, PropertiesChangeMidStream)
{
  const Harness h{gst_harness_new ("quaddownscale")};
  gst_harness_set_src_caps (h.get (), caps_of (kHd).release ());
  const GstVideoInfo in = info_of_caps (kHd);
  struct Step {
    const char *property;
    int value;
    int width, height;
  };
  const Step steps[] = {{"divisor", 3, 640, 360},    {"max-width", 320, 320, 180},
                        {"max-height", 90, 160, 90}, {"max-width", 0, 160, 90},
                        {"max-height", 0, 640, 360}, {"divisor", 1, 1920, 1080},
                        {"divisor", 2, 960, 540}};
  for (const Step &step : steps) {
    g_object_set (h->element, step.property, step.value, nullptr);
    gst_harness_play (h.get ());
    GstBuffer *buffer = gst_buffer_new_allocate (nullptr, in.size, nullptr);
    ASSERT_EQ (gst_harness_push (h.get (), buffer), GST_FLOW_OK);
    const Owned<GstBuffer> result{gst_harness_pull (h.get ())};
    const Owned<GstCaps> out{gst_pad_get_current_caps (h->sinkpad)};
    const GstVideoInfo info = info_of_caps (to_string (out.get ()));
    EXPECT_EQ (info.width, step.width) << step.property << "=" << step.value;
    EXPECT_EQ (info.height, step.height) << step.property << "=" << step.value;
    EXPECT_EQ (gst_buffer_get_size (result.get ()), info.size);
    // Upstream gets a RECONFIGURE too, because passthrough may begin or end.
    bool told = false;
    while (GstEvent *event = gst_harness_try_pull_upstream_event (h.get ())) {
      told |= GST_EVENT_TYPE (event) == GST_EVENT_RECONFIGURE;
      gst_event_unref (event);
    }
    EXPECT_TRUE (told);
  }
}

TEST (DownscaleCaps, DownstreamChangesMidStream)
{
  const Harness h{gst_harness_new ("quaddownscale")};
  gst_harness_set_src_caps (h.get (), caps_of (kHd).release ());
  const GstVideoInfo in = info_of_caps (kHd);
  for (const int width : {320, 1920, 640, 960}) {
    gst_harness_set_sink_caps (h.get (),
                               caps_of ("video/x-raw,width=" + std::to_string (width)).release ());
    ASSERT_EQ (gst_harness_push (h.get (), gst_buffer_new_allocate (nullptr, in.size, nullptr)),
               GST_FLOW_OK);
    const Owned<GstBuffer> result{gst_harness_pull (h.get ())};
    const Owned<GstCaps> out{gst_pad_get_current_caps (h->sinkpad)};
    EXPECT_EQ (info_of_caps (to_string (out.get ())).width, width);
  }
}

TEST (DownscaleCaps, PropertyRangesAndDefaults)
{
  const Harness h{gst_harness_new ("quaddownscale")};
  GObjectClass *klass = G_OBJECT_GET_CLASS (h->element);
  const auto spec = [&] (const char *name) { return g_object_class_find_property (klass, name); };

  ASSERT_TRUE (spec ("method"));
  EXPECT_STREQ (g_type_name (G_PARAM_SPEC_VALUE_TYPE (spec ("method"))), "GstQuadMethod");
  gint method = -1;
  g_object_get (h->element, "method", &method, nullptr);
  EXPECT_EQ (method, 0);
  gst_util_set_object_arg (G_OBJECT (h->element), "method", "lanczos");
  g_object_get (h->element, "method", &method, nullptr);
  EXPECT_EQ (method, 3);
  EXPECT_TRUE (spec ("method")->flags & GST_PARAM_CONTROLLABLE);

  const auto *divisor = G_PARAM_SPEC_UINT (spec ("divisor"));
  EXPECT_EQ (divisor->minimum, 1u);
  EXPECT_EQ (divisor->maximum, 16384u);
  EXPECT_EQ (divisor->default_value, 2u);
  for (const char *name : {"max-width", "max-height"}) {
    const auto *limit = G_PARAM_SPEC_INT (spec (name));
    EXPECT_EQ (limit->minimum, 0);
    EXPECT_EQ (limit->maximum, 16384);
    EXPECT_EQ (limit->default_value, 0);
  }
  EXPECT_FALSE (G_PARAM_SPEC_BOOLEAN (spec ("upscale"))->default_value);
  EXPECT_EQ (G_PARAM_SPEC_UINT (spec ("n-threads"))->minimum, 0u);
  EXPECT_EQ (G_PARAM_SPEC_UINT (spec ("n-threads"))->default_value, 1u);
  for (const char *name : {"method", "divisor", "max-width", "max-height", "upscale", "n-threads"})
    EXPECT_TRUE (spec (name)->flags & GST_PARAM_MUTABLE_PLAYING) << name;
}

}  // namespace
}  // namespace quad::test
