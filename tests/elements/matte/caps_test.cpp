// quadmatte: which caps go in and come out.
#include "elements/matte/harness.h"

namespace quad::test {
namespace {

const std::string kModel = model_of ("fill 1", "1x24x32x3", "1x24x32x1");

std::string format_for (const std::string &in, const std::string &downstream)
{
  Matte m (kModel, raw (in, 16, 12), downstream);
  m.show (plain (m.in (), 99));
  const GstVideoInfo info = info_of_caps (m.caps ());
  return GST_VIDEO_INFO_NAME (&info);
}

TEST (MatteCaps, TheFormatThatLosesLeast)
{
  struct Row {
    const char *in, *downstream, *out;
  };
  for (const Row &row : {Row{"I420", "ANY", "A420"},
                         {"YV12", "ANY", "A420"},
                         {"NV12", "ANY", "AV12"},
                         {"Y444", "ANY", "AYUV"},
                         {"Y42B", "ANY", "AYUV"},
                         {"RGB", "ANY", "RGBA"},
                         {"RGBA", "ANY", "RGBA"},
                         {"BGRA", "ANY", "BGRA"},
                         {"ARGB", "ANY", "ARGB"},
                         {"ABGR", "ANY", "ABGR"},
                         {"A420", "ANY", "A420"},
                         {"AYUV", "ANY", "AYUV"},
                         {"P010_10LE", "ANY", "A420"},
                         {"I420", "video/x-raw", "A420"},
                         {"I420", "video/x-raw,format=GRAY8", "GRAY8"},
                         {"I420", "video/x-raw,format={GRAY8,RGBA}", "RGBA"},
                         {"GRAY8", "video/x-raw,format={GRAY8,RGBA}", "RGBA"},
                         {"I420", "video/x-raw,format={ARGB,AV12}", "AV12"},
                         {"RGB", "video/x-raw,format={A420,ABGR}", "ABGR"},
                         {"Y444", "video/x-raw,format={A420,RGBA}", "RGBA"},
                         {"I420", "video/x-raw,format=GRAY8;video/x-raw,format=BGRA", "BGRA"},
                         {"RGB", "video/x-raw,format=AYUV", "AYUV"}})
    EXPECT_EQ (format_for (row.in, row.downstream), row.out) << row.in << " " << row.downstream;
}

// Some format with alpha, whatever it is.
TEST (MatteCaps, EveryInputGetsAlpha)
{
  const Owned<GstElement> element{
      GST_ELEMENT (gst_object_ref_sink (gst_element_factory_make ("quadmatte", nullptr)))};
  const Owned<GstPad> sink{gst_element_get_static_pad (element.get (), "sink")};
  const Owned<GstCaps> taken{gst_pad_get_pad_template_caps (sink.get ())};
  const GValue *formats =
      gst_structure_get_value (gst_caps_get_structure (taken.get (), 0), "format");
  ASSERT_GE (gst_value_list_get_size (formats), 20u);
  for (guint i = 0; i < gst_value_list_get_size (formats); i++) {
    const char *format = g_value_get_string (gst_value_list_get_value (formats, i));
    Matte m (kModel, raw (format, 17, 13), "ANY");
    Owned<GstBuffer> buffer{
        gst_buffer_new_allocate (nullptr, GST_VIDEO_INFO_SIZE (&m.in ()), nullptr)};
    gst_buffer_memset (buffer.get (), 0, 0xff, GST_VIDEO_INFO_SIZE (&m.in ()));
    const MatteFrame out = m.show (std::move (buffer));
    ASSERT_EQ (GST_VIDEO_INFO_N_COMPONENTS (&out.info), 4u) << format;
    EXPECT_EQ (out.alpha (), std::vector<int> (17 * 13, 255)) << format;
  }
}

// --- Towards upstream ---

std::string asked (const std::string &element, const std::string &downstream)
{
  const ModelFile model (kModel);
  const Harness h =
      harness_of (element + (element == "quadmatte" ? " model-file=" + model.file () : ""));
  gst_harness_set_sink_caps (h.get (), caps_of (downstream).release ());
  const Owned<GstPad> sink{gst_element_get_static_pad (h->element, "sink")};
  const Owned<GstCaps> caps{gst_pad_query_caps (sink.get (), nullptr)};
  return to_string (caps.get ());
}

TEST (MatteCaps, UpstreamSeesTheSizeThatDownstreamTakes)
{
  for (const char *element : {"quadmatte", "quadmatterefine"}) {
    const std::string caps =
        asked (element, "video/x-raw,format=RGBA,width=32,height=24,framerate=5/1");
    EXPECT_TRUE (contains (caps, "width=(int)32")) << caps;
    EXPECT_TRUE (contains (caps, "height=(int)24")) << caps;
    EXPECT_TRUE (contains (caps, "framerate=(fraction)5/1")) << caps;
    EXPECT_TRUE (contains (caps, "I420")) << caps;
    EXPECT_TRUE (contains (caps, "P010_10LE")) << caps;
  }
}

TEST (MatteCaps, NothingFitsADownstreamWithoutAlpha)
{
  for (const char *element : {"quadmatte", "quadmatterefine"})
    for (const char *downstream : {"video/x-raw,format=I420", "video/x-raw(memory:None)",
                                   "audio/x-raw", "video/x-raw,format=GRAY16_LE"})
      EXPECT_EQ (asked (element, downstream), "EMPTY") << element << " " << downstream;
}

// --- What stays ---

void expect_field (const std::string &in, const std::string &downstream, const char *field,
                   const char *value)
{
  Matte m (kModel, in, downstream);
  m.show (plain (m.in (), 99));
  const Owned<GstCaps> caps = caps_of (m.caps ());
  const GValue *has = gst_structure_get_value (gst_caps_get_structure (caps.get (), 0), field);
  ASSERT_TRUE (has) << m.caps ();
  EXPECT_STREQ (Owned<char>{gst_value_serialize (has)}.get (), value) << in << downstream;
}

TEST (MatteCaps, ColoursStayWithinAFamily)
{
  for (const char *colors : {"bt601", "bt709", "bt2020", "1:4:0:0"}) {
    const std::string rest = std::string ("framerate=10/1,colorimetry=(string)") + colors;
    for (const char *out : {"A420", "AV12", "AYUV"})
      expect_field (raw ("I420", 16, 12, rest), std::string ("video/x-raw,format=") + out,
                    "colorimetry", colors);
  }
  for (const char *colors : {"sRGB", "1:1:5:4", "2:1:5:1"}) {
    const std::string rest = std::string ("framerate=10/1,colorimetry=(string)") + colors;
    for (const char *out : {"RGBA", "ABGR"})
      expect_field (raw ("BGRx", 16, 12, rest), std::string ("video/x-raw,format=") + out,
                    "colorimetry", colors);
  }
  expect_field (raw ("NV12", 16, 12, "framerate=10/1,chroma-site=(string)mpeg2"), "video/x-raw",
                "chroma-site", "mpeg2");
}

// What downstream asks for is converted.
TEST (MatteCaps, OtherColoursWhereDownstreamWantsThem)
{
  for (const char *out : {"A420", "AYUV"}) {
    const std::string in = raw ("I420", 16, 12, "framerate=10/1,colorimetry=(string)bt601");
    Matte m (kModel, in, std::string ("video/x-raw,colorimetry=bt709,format=") + out);
    const MatteFrame frame = m.show (colorful (m.in ()));
    EXPECT_TRUE (contains (m.caps (), "bt709")) << m.caps ();
    const MatteFrame same = converted (in, colorful (m.in ()), m.caps ());
    for (guint k = 0; k < 3; k++) EXPECT_EQ (frame.component (k), same.component (k));
  }
}

TEST (MatteCaps, RateShapeAndViewsStay)
{
  for (const char *out : {"A420", "RGBA", "GRAY8"}) {
    const std::string in = raw ("I420", 16, 12,
                                "framerate=30000/1001,pixel-aspect-ratio=16/15,"
                                "multiview-mode=mono,interlace-mode=progressive");
    const std::string downstream = std::string ("video/x-raw,format=") + out;
    expect_field (in, downstream, "framerate", "30000/1001");
    expect_field (in, downstream, "pixel-aspect-ratio", "16/15");
    expect_field (in, downstream, "multiview-mode", "mono");
    expect_field (in, downstream, "interlace-mode", "progressive");
    expect_field (raw ("I420", 16, 12, "framerate=0/1,max-framerate=60/1"), downstream, "framerate",
                  "0/1");
  }
}

TEST (MatteCaps, InterlacedVideoIsRefusedOnce)
{
  for (const char *mode : {"interleaved", "mixed", "alternate"}) {
    Matte m (kModel, raw ("I420", 16, 12), "video/x-raw");
    m.show (plain (m.in (), 99));
    std::string in = raw ("I420", 16, 12, std::string ("framerate=10/1,interlace-mode=") + mode);
    if (std::string (mode) == "alternate")
      in.replace (in.find ("video/x-raw"), 11, "video/x-raw(format:Interlaced)");
    gst_harness_set_src_caps (m.get (), caps_of (in).release ());
    EXPECT_NE (m.push (plain (m.in (), 99)), GST_FLOW_OK) << mode;
    const std::string error = m.bus ().error ();
    if (std::string (mode) == "alternate") continue;  // not even linked
    EXPECT_TRUE (contains (error, std::string ("interlace-mode=") + mode)) << error;
    EXPECT_TRUE (contains (error, "Put a deinterlace element before quadmatte.")) << error;
    EXPECT_EQ (m.bus ().error (), "") << mode;
  }
}

// --- In the middle of a stream ---

TEST (MatteCaps, ChangeWhilePlaying)
{
  Matte m (model_of ("channel 0", "1x8x8x3", "1x8x8x1"), raw ("RGB", 32, 24), "ANY");
  struct Row {
    const char *format;
    int width, height;
    const char *out;
  };
  for (const Row &row : {Row{"RGB", 32, 24, "RGBA"},
                         {"I420", 32, 24, "A420"},
                         {"I420", 64, 10, "A420"},
                         {"NV12", 64, 10, "AV12"},
                         {"RGB", 3, 5, "RGBA"},
                         {"GRAY8", 300, 5, "AYUV"},
                         {"RGB", 32, 24, "RGBA"}}) {
    m.change_caps (raw (row.format, row.width, row.height));
    const MatteFrame out =
        m.show (painted (m.in (), [] (int p, int, int, int) { return p > 0 ? 128 : 255; }));
    EXPECT_STREQ (GST_VIDEO_INFO_NAME (&out.info), row.out);
    EXPECT_EQ (out.info.width, row.width);
    EXPECT_EQ (out.info.height, row.height);
    EXPECT_EQ (out.alpha (),
               std::vector<int> (static_cast<std::size_t> (row.width * row.height), 255))
        << row.format;
  }
}

TEST (MatteCaps, DownstreamChangesItsMind)
{
  Matte m (kModel, raw ("I420", 32, 24), "video/x-raw,format=A420");
  m.show (plain (m.in (), 99));
  for (const char *format : {"RGBA", "GRAY8", "AYUV", "A420"}) {
    gst_harness_set_sink_caps (m.get (),
                               caps_of (std::string ("video/x-raw,format=") + format).release ());
    gst_pad_push_event (m.get ()->sinkpad, gst_event_new_reconfigure ());
    const MatteFrame out = m.show (plain (m.in (), 99));
    EXPECT_STREQ (GST_VIDEO_INFO_NAME (&out.info), format);
    EXPECT_EQ (out.alpha (), std::vector<int> (32 * 24, 255)) << format;
  }
}

}  // namespace
}  // namespace quad::test
