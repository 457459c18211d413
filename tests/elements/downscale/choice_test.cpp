// Which format and colours quaddownscale chooses where downstream does not take the input's.
#include <span>

#include "elements/downscale/downscaler.h"

namespace quad::test {
namespace {

struct Output {
  std::string caps, error, warning;

  bool made () const { return !caps.empty (); }
  std::string field (const char *name) const
  {
    const Owned<GstCaps> parsed = caps_of (caps);
    const char *text = gst_structure_get_string (gst_caps_get_structure (parsed.get (), 0), name);
    return text ? text : "";
  }
};

// The caps behind `element` for a video of `in`.
Output output_of (const std::string &element, const std::string &in, const std::string &downstream)
{
  const Harness h = harness_of (element);
  Bus bus{h->element};
  gst_harness_set_sink_caps (h.get (), caps_of (downstream).release ());
  gst_harness_set_src_caps (h.get (), caps_of (in).release ());
  const Owned<GstCaps> out{gst_pad_get_current_caps (h->sinkpad)};
  Output o;
  if (out) o.caps = to_string (out.get ());
  (o.made () ? o.warning : o.error) =
      bus.next (o.made () ? GST_MESSAGE_WARNING : GST_MESSAGE_ERROR);
  return o;
}

Output output_of (const std::string &in, const std::string &downstream)
{
  return output_of ("quaddownscale", in, downstream);
}

constexpr const char *kHd = ",width=1920,height=1080,framerate=30/1";
constexpr const char *kSd = ",width=640,height=480,framerate=30/1";

// --- Formats ---

TEST (DownscaleChoice, TheFormatOfLeastLoss)
{
  struct Row {
    const char *in, *downstream, *out;
  };
  const Row rows[] = {
      {"I420", "video/x-raw", "I420"},
      {"I420", "video/x-raw,format={RGB,GRAY8,I420}", "I420"},
      {"I420", "video/x-raw,format={GRAY8,RGBP}", "RGBP"},
      {"I420", "video/x-raw,format={RGB,NV12,YV12}", "NV12"},
      {"I420", "video/x-raw,format={RGB,YV12,NV12}", "YV12"},
      {"P010_10LE", "video/x-raw,format={NV12,I420_10LE,RGBA}", "I420_10LE"},
      {"RGBA", "video/x-raw,format={RGB,BGRA,AYUV}", "BGRA"},
      {"RGBA", "video/x-raw,format={I420,NV12,RGB}", "RGB"},
      {"GRAY8", "video/x-raw,format={I420,RGB}", "RGB"},
      {"GRAY16_LE", "video/x-raw,format={I420,GRAY8}", "GRAY8"},
      {"YUY2", "video/x-raw,format={I420,UYVY}", "UYVY"},
      // Among several structures.
      {"I420", "video/x-raw,format=RGBP; video/x-raw,format=NV12", "NV12"},
      {"I420", "video/x-raw,format=RGBP,width=64; video/x-raw,format=I420,width=32", "I420"},
      {"I420", "video/x-raw,format=NV12,width=64; video/x-raw,format=YV12,width=32", "NV12"},
      // A format that needs no enlarging comes before one that does.
      {"I420", "video/x-raw,format=I420,width=4000; video/x-raw,format=RGB,width=32", "RGB"},
      // A colorimetry names its family.
      {"I420", "video/x-raw,format={NV12,I420,RGB},colorimetry=sRGB", "RGB"},
      {"RGB", "video/x-raw,format={NV12,RGB},colorimetry=bt709", "NV12"},
      // What is not drawn is not chosen.
      {"I420", "video/x-raw,format={YVYU,I420_12LE,RGB}", "RGB"},
  };
  for (const Row &row : rows) {
    const std::string in = std::string{"video/x-raw,format="} + row.in + kHd;
    const Output o = output_of (in, row.downstream);
    ASSERT_TRUE (o.made ()) << row.downstream << ": " << o.error;
    EXPECT_EQ (o.field ("format"), row.out) << row.in << " -> " << row.downstream;
    EXPECT_EQ (o.warning, "") << row.downstream;
  }
}

// From one of each kind to one of two. (GStreamer counts 16 bits for P010, and its AV12 has no
// alpha.)
TEST (DownscaleChoice, IsThatOfVideoconvertscale)
{
  const char *offered[] = {"NV12", "Y42B", "Y444", "I420_10LE", "RGBA", "RGB", "A420", "GRAY8"};
  const auto chosen = [] (const char *element, const char *in, std::string a, const char *b) {
    const std::string wanted =
        "video/x-raw,width=32,height=24,format={" + a.append (",").append (b) + "}";
    return output_of (element, raw (in, 64, 48), wanted).field ("format");
  };
  int ties = 0, rows = 0;
  for (const char *from : {"I420", "YUY2", "Y444_10LE", "AYUV", "RGBA", "RGBP", "GRAY16_LE"})
    for (const char *const &a : offered)
      for (const char *const &b : std::span{offered}.first (std::size_t (&a - offered))) {
        const std::string ours = chosen ("quaddownscale", from, a, b);
        rows++;
        // Downstream's order decides.
        if (ours != chosen ("quaddownscale", from, b, a))
          ties += ours == a;
        else
          EXPECT_EQ (ours, chosen ("videoconvertscale", from, a, b))
              << from << ": " << a << " or " << b;
      }
  EXPECT_GT (ties, 0);
  EXPECT_LT (ties, rows / 5);
}

// Sides are even where the output's chroma has half the samples.
TEST (DownscaleChoice, TheOutputsChromaDecidesOnEvenSides)
{
  const std::string in = raw ("RGB", 202, 98), subsampled = raw ("I420", 202, 98);
  const auto width = [] (const Output &o) { return info_of_caps (o.caps).width; };
  EXPECT_EQ (width (output_of (in, "video/x-raw,format=RGB")), 101);
  EXPECT_EQ (width (output_of (in, "video/x-raw,format=I420")) % 2, 0);
  EXPECT_EQ (width (output_of (subsampled, "video/x-raw,format=RGB")), 101);
}

// --- Colours ---

struct Colored {
  const char *in, *said, *size, *downstream, *colorimetry, *site = "";
};

TEST (DownscaleChoice, Colorimetry)
{
  const Colored rows[] = {
      // Kept in the family.
      {"I420", "colorimetry=bt709,chroma-site=mpeg2", kHd, "format=NV12", "bt709", "mpeg2"},
      {"I420", "colorimetry=1:4:7:1,chroma-site=jpeg", kHd, "format=YUY2", "1:4:7:1", "jpeg"},
      {"NV12", "colorimetry=bt2100-pq,chroma-site=mpeg2", kHd, "format=P010_10LE", "bt2100-pq",
       "mpeg2"},
      {"RGBA", "colorimetry=1:1:5:1", kHd, "format=BGRx", "1:1:5:1"},
      {"GRAY8", "colorimetry=2:4:5:1", kHd, "format=GRAY16_LE", "2:4:5:1"},
      // YUV becomes RGB: full range, and the light stays.
      {"I420", "colorimetry=bt709", kHd, "format=RGBP", "1:1:5:1"},
      {"I420", "colorimetry=bt601", kSd, "format=RGB", "1:1:16:4"},
      {"I420", "colorimetry=1:4:7:1", kSd, "format=RGB", "sRGB"},
      {"P010_10LE", "colorimetry=bt2100-pq", kHd, "format=I420_10LE", "bt2100-pq"},
      // But HDR of 8 bits becomes SDR, unless it came so, or downstream says otherwise.
      {"P010_10LE", "colorimetry=bt2100-pq", kHd, "format=RGB", "sRGB"},
      {"P010_10LE", "colorimetry=bt2100-hlg", kHd, "format=NV12", "bt601"},
      {"P010_10LE", "colorimetry=bt2100-pq", kHd, "format=GRAY8", "1:4:5:1"},
      {"P010_10LE", "colorimetry=2:6:13:7", kHd, "format=RGB", "sRGB"},
      {"NV12", "colorimetry=bt2100-pq", kHd, "format=NV12", "bt2100-pq"},
      {"P010_10LE", "colorimetry=bt2100-pq", kHd, "format=RGB,colorimetry=(string)1:1:14:7",
       "1:1:14:7"},
      // RGB becomes YUV: by size, and the light of HDR stays.
      {"RGBA", "colorimetry=sRGB", kSd, "format=I420", "bt601"},
      {"RGBA", "colorimetry=sRGB", kHd, "format=I420,height=720,width=1280", "bt709"},
      {"RGBA", "colorimetry=sRGB", kHd, "format=I420,height=90,width=160", "bt601"},
      {"RGBA", "colorimetry=1:1:14:7", kSd, "format=I420_10LE", "2:4:14:7"},
      // Gray has full range.
      {"I420", "colorimetry=bt709", kHd, "format=GRAY8", "1:4:5:1"},
      {"GRAY8", "colorimetry=1:4:0:0", kSd, "format=I420", "bt601"},
      // Downstream names it.
      {"I420", "colorimetry=bt709", kHd, "colorimetry=bt601", "bt601"},
      {"I420", "colorimetry=bt709", kHd, "colorimetry=1:3:5:1", "1:3:5:1"},
      {"I420", "colorimetry=bt709", kHd, "format=RGB,colorimetry=sRGB", "sRGB"},
      {"I420", "colorimetry=bt709", kHd, "format=RGB,colorimetry=1:1:7:1", "1:1:7:1"},
      {"I420", "colorimetry=bt709", kHd, "format=RGB,colorimetry=2:1:5:1", "2:1:5:1"},
      {"I420", "colorimetry=bt709", kHd, "colorimetry={bt601,bt2020,1:3:5:1}", "bt601"},
      {"I420", "colorimetry=bt709", kHd, "colorimetry={bt601,bt709}", "bt709"},
      {"I420", "colorimetry=bt709", kHd, "colorimetry={bt601,2:3:5:1}", "2:3:5:1"},
      {"I420", "colorimetry=bt2020", kHd, "colorimetry={bt601,2:4:11:7,bt709}", "2:4:11:7"},
      {"RGB", "colorimetry=sRGB", kHd, "format=I420,colorimetry=1:3:7:1", "1:3:7:1"},
      {"P010_10LE", "colorimetry=2:2:5:1", kHd, "format=I420", "2:2:5:1"},
      {"I420", "colorimetry=2:4:5:2", kHd, "format=NV12", "2:4:5:2"},
      {"I420", "colorimetry=2:4:5:2", kHd, "colorimetry=bt709", "bt709"},
      // Encoders answer with the input's words beside formats of their own.
      {"Y444", "colorimetry=1:4:0:0", kHd,
       "format={RGBA,RGB},colorimetry=1:4:0:0; video/x-raw,format={RGBA,RGB}", "1:1:0:0"},
      {"I420", "colorimetry=2:0:0:0", kSd,
       "format=RGB,colorimetry={2:0:0:0,bt601}; video/x-raw,format=RGB", "1:1:16:4"},
      {"RGB", "colorimetry=sRGB", kHd,
       "format={I420,Y444},colorimetry=sRGB; video/x-raw,format={I420,Y444}", "bt601"},
      {"I420", "colorimetry=bt709", kHd, "format=RGB,colorimetry={bt709,2:1:5:1}", "2:1:5:1"},
      {"I420", "colorimetry=bt709,chroma-site=mpeg2", kHd, "chroma-site=jpeg", "bt709", "jpeg"},
      {"I420", "colorimetry=bt709,chroma-site=mpeg2", kHd, "chroma-site={jpeg,mpeg2}", "bt709",
       "mpeg2"},
  };
  for (const Colored &row : rows) {
    const std::string in = std::string{"video/x-raw,format="} + row.in + row.size + "," + row.said;
    const Output o = output_of (in, std::string{"video/x-raw,"} + row.downstream);
    SCOPED_TRACE (in + " -> " + row.downstream + ": " + o.caps + o.error);
    ASSERT_TRUE (o.made ());
    EXPECT_EQ (o.field ("colorimetry"), row.colorimetry);
    EXPECT_TRUE (!*row.site || o.field ("chroma-site") == row.site);
    EXPECT_EQ (o.warning, "");
  }
}

// What caps leave open is what the size implies, on both sides.
TEST (DownscaleChoice, OpenColorimetry)
{
  struct Row {
    const char *in, *size, *downstream;
    int range, matrix, transfer;
  };
  const Row rows[] = {
      {"I420", kHd, "format=NV12", 2, 3, 5},
      {"I420", kHd, "format=RGB", 1, 1, 5},
      {"I420", kSd, "format=RGB", 1, 1, 16},
      {"RGB", kHd, "format=I420,width=1280,height=720", 2, 3, 5},
      {"RGB", kHd, "format=I420,width=320,height=180", 2, 4, 16},
      {"I420", kHd, "colorimetry=bt601", 2, 4, 16},
  };
  for (const Row &row : rows) {
    const std::string in = std::string{"video/x-raw,format="} + row.in + row.size;
    const Output o = output_of (in, std::string{"video/x-raw,"} + row.downstream);
    SCOPED_TRACE (in + " -> " + row.downstream + ": " + o.caps + o.error);
    ASSERT_TRUE (o.made ());
    const GstVideoColorimetry c = info_of_caps (o.caps).colorimetry;
    EXPECT_EQ (c.range, row.range);
    EXPECT_EQ (c.matrix, row.matrix);
    EXPECT_EQ (c.transfer, row.transfer);
    EXPECT_EQ (o.warning, "");
  }
}

// Encoders repeat the colorimetry that they are asked for. That names none.
TEST (DownscaleChoice, InFrontOfEncoders)
{
  struct Row {
    const char *encoder, *in, *format, *colorimetry;
  };
  for (const Row &row : {Row{"jpegenc", "P010_10LE,colorimetry=bt2100-pq", "I420", "bt601"},
                         {"vp8enc", "P010_10LE,colorimetry=bt2100-hlg", "I420", "bt601"},
                         {"pngenc", "P010_10LE,colorimetry=bt2100-pq", "RGB", "sRGB"},
                         {"x264enc", "P010_10LE,colorimetry=bt2100-pq", "I420_10LE", "bt2100-pq"},
                         {"jpegenc", "I420,colorimetry=bt709", "I420", "bt709"},
                         {"vp8enc", "RGBA,colorimetry=sRGB", "I420", "bt601"}}) {
    SCOPED_TRACE (std::string{row.encoder} + " of " + row.in);
    const Harness h{
        gst_harness_new_parse ((std::string{"quaddownscale name=d ! "} + row.encoder).c_str ())};
    gst_harness_set_src_caps (
        h.get (), caps_of (std::string{"video/x-raw,format="} + row.in + kHd).release ());
    const Owned<GstElement> ours{gst_bin_get_by_name (GST_BIN (h->element), "d")};
    const Owned<GstPad> src{gst_element_get_static_pad (ours.get (), "src")};
    const Owned<GstCaps> caps{gst_pad_get_current_caps (src.get ())};
    ASSERT_TRUE (caps);
    const Output o = {to_string (caps.get ()), "", ""};
    EXPECT_EQ (o.field ("format"), row.format);
    EXPECT_EQ (o.field ("colorimetry"), row.colorimetry);
  }
}

// Siting comes without colours, too, and GStreamer forgets it then.
TEST (DownscaleChoice, SitingWithoutColours)
{
  for (const char *colors : {"", ",colorimetry=(string)2:0:0:0", ",colorimetry=(string)bt709"})
    for (const char *site : {"mpeg2", "jpeg", "dv"})
      for (const char *size : {kHd, kSd})
        for (const char *format : {"I420", "NV12", "I420_10LE"}) {
          const Output o =
              output_of (std::string{"video/x-raw,format=I420,chroma-site="} + site + colors + size,
                         std::string{"video/x-raw,format="} + format);
          ASSERT_TRUE (o.made ()) << o.error;
          EXPECT_EQ (o.field ("chroma-site"), site) << o.caps;
        }
}

// Known light is converted; open light is what downstream says, with a warning.
TEST (DownscaleChoice, KnownLightIsConverted)
{
  for (const char *format : {"", ",format=RGB"})
    for (const char *said : {"bt2100-pq", "bt2100-hlg", "bt2020", "bt709", ""})
      for (const char *asked : {"14:7", "15:7", "11:7", "5:1"}) {
        const bool rgb = *format;
        const std::string in = std::string{"video/x-raw,format=I420"} + kHd +
                               (*said ? std::string{",colorimetry=(string)"} + said : "");
        const std::string wanted = std::string{"video/x-raw"} + format + ",colorimetry=(string)" +
                                   (rgb                           ? "1:1:"
                                    : std::string{asked} == "5:1" ? "2:3:"
                                                                  : "2:6:") +
                                   asked;
        const std::string is = *said ? info_of_caps (in).colorimetry.transfer == 14   ? "14:7"
                                       : info_of_caps (in).colorimetry.transfer == 15 ? "15:7"
                                       : std::string{said} == "bt2020"                ? "11:7"
                                                                                      : "5:1"
                                     : "5:1";
        const Output o = output_of (in, wanted);
        SCOPED_TRACE (in + " -> " + wanted + ": " + o.caps + o.error);
        if (is == asked) {
          EXPECT_TRUE (o.made ());
          EXPECT_EQ (o.warning, "");
        } else if (!*said) {
          EXPECT_TRUE (o.made ());
          EXPECT_NE (o.warning.find ("other colours"), std::string::npos) << o.warning;
        } else {
          EXPECT_TRUE (o.made ());
          EXPECT_EQ (o.warning, "");
        }
      }
}

// --- Beside its peer ---

// Both take the same.
TEST (DownscaleChoice, TakesWhatVideoconvertscaleTakes)
{
  for (const char *from : {"I420", "P010_10LE", "RGBA", "GRAY8"})
    for (const char *said : {"", ",colorimetry=bt601", ",colorimetry=sRGB", ",chroma-site=dv",
                             ",pixel-aspect-ratio=2/1", ",multiview-mode=mono"})
      for (const char *wanted :
           {"video/x-raw,format=RGBP,width=224,height=224", "video/x-raw,format={NV21,BGR}",
            "video/x-raw,colorimetry=bt709", "video/x-raw,format=Y444,chroma-site=jpeg",
            "video/x-raw,framerate=5/1", "video/x-raw,format=RGB,multiview-mode=frame-by-frame",
            "video/x-raw(memory:GLMemory)", "audio/x-raw"}) {
        const std::string in = raw (from, 320, 240) + said;
        EXPECT_EQ (output_of ("quaddownscale upscale=true", in, wanted).made (),
                   output_of ("videoconvertscale", in, wanted).made ())
            << in << " -> " << wanted;
      }
}

// --- Upstream ---

TEST (DownscaleChoice, UpstreamLearnsWhatIsConverted)
{
  struct Row {
    const char *downstream, *upstream;
    bool taken;
  };
  const Row rows[] = {
      {"video/x-raw,format=RGBP", "format=NV12", true},
      {"video/x-raw,format=RGBP", "format=YVYU", false},
      {"video/x-raw,colorimetry=bt709", "format=I420,colorimetry=bt601", true},
      {"video/x-raw,colorimetry=bt709", "format=I420,colorimetry=1:4:7:1", true},
      {"video/x-raw,colorimetry=bt709", "format=RGB,colorimetry=sRGB", true},
      {"video/x-raw,colorimetry=bt709", "format=I420,colorimetry=2:0:0:0", true},
      {"video/x-raw,colorimetry=bt709", "format=I420,colorimetry=bt2100-pq", true},
      {"video/x-raw,colorimetry=bt2100-pq", "format=I420,colorimetry=bt709", true},
      {"video/x-raw,colorimetry=bt2100-pq", "format=RGB,colorimetry=1:1:14:7", true},
      {"video/x-raw,colorimetry=bt2100-pq", "format=NV12", true},
      {"video/x-raw,format=I420,chroma-site=jpeg", "format=NV12,chroma-site=mpeg2", true},
  };
  for (const Row &row : rows) {
    const Harness h{gst_harness_new ("quaddownscale")};
    gst_harness_set_sink_caps (h.get (), caps_of (row.downstream).release ());
    const Owned<GstPad> sink{gst_element_get_static_pad (h->element, "sink")};
    const Owned<GstCaps> offered{gst_pad_query_caps (sink.get (), nullptr)};
    const Owned<GstCaps> video =
        caps_of (std::string{"video/x-raw,width=640,height=480,framerate=1/1,"} + row.upstream);
    EXPECT_EQ (gst_caps_can_intersect (offered.get (), video.get ()), row.taken)
        << row.downstream << " <- " << row.upstream;
    // Downstream's own format comes first: it needs no conversion.
    const Owned<GstCaps> first{gst_caps_copy_nth (offered.get (), 0)};
    const Owned<GstCaps> own{gst_caps_intersect (first.get (), caps_of (row.downstream).get ())};
    EXPECT_FALSE (gst_caps_is_empty (own.get ())) << to_string (offered.get ());
  }
}

// A converter in front changes nothing of that.
TEST (DownscaleChoice, AConverterInFrontConvertsLight)
{
  const Harness h{gst_harness_new_parse ("videoconvert ! quaddownscale")};
  gst_harness_set_sink_caps (h.get (), caps_of ("video/x-raw,colorimetry=bt709").release ());
  gst_harness_set_src_caps (
      h.get (),
      caps_of (std::string{"video/x-raw,format=I420,colorimetry=bt2100-pq"} + kHd).release ());
  const Owned<GstCaps> out{gst_pad_get_current_caps (h->sinkpad)};
  ASSERT_TRUE (out);
  EXPECT_NE (to_string (out.get ()).find ("bt709"), std::string::npos);
}

// --- Refusals ---

TEST (DownscaleChoice, RefusalsSayWhatHelps)
{
  struct Row {
    const char *downstream, *remedy;
  };
  for (const Row &row : {Row{"video/x-raw,framerate=25/1", "Put videorate after"},
                         Row{"video/x-raw,format=YVYU", "Put videoconvert after"},
                         Row{"video/x-raw,format=YVYU,framerate=25/1", "videorate for another"}}) {
    const std::string in = std::string{"video/x-raw,format=NV12,colorimetry=bt709"} + kHd;
    const Output o = output_of (in, row.downstream);
    EXPECT_FALSE (o.made ()) << row.downstream;
    for (const char *part : {"NV12", "1080", row.remedy})
      EXPECT_NE (o.error.find (part), std::string::npos) << row.downstream << ": " << o.error;
  }
}

}  // namespace
}  // namespace quad::test
