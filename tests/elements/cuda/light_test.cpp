// Inputs of HDR and SDR beside each other in quadmux-grid, in CUDA memory.
#include "elements/cuda/fed.h"

using namespace quad::test;
using quad::Owned;

namespace {

using CudaLight = CudaTest;

const char *const kSdr = "format=P010_10LE,width=64,height=48,colorimetry=bt709";
const char *const kHdr = "format=P010_10LE,width=32,height=24,colorimetry=bt2100-pq";
const char *const kHlg = "format=P010_10LE,width=32,height=24,colorimetry=bt2100-hlg";
const char *const kWide = "format=P010_10LE,width=32,height=24,colorimetry=bt2020-10";

const char *const kOnlyCuda = "video/x-raw(memory:CUDAMemory),width=64,height=48 ! ";
const char *const kOnlyCudaSdr =
    "video/x-raw(memory:CUDAMemory),width=64,height=48,colorimetry=bt709 ! ";

// A grid of inputs of those caps, in CUDA memory or not.
class Grid : public Fed {
 public:
  Grid (const std::vector<std::string> &inputs, const std::string &downstream, bool cuda = true)
      : Fed (line (inputs.size (), downstream))
  {
    for (std::size_t i = 0; i < inputs.size (); i++) {
      Input &in = input ("in" + std::to_string (i));
      if (cuda)
        in.in_cuda (inputs[i]);
      else
        in.on_host (inputs[i]);
      for (std::uint64_t n = 0; n < 3; n++) in.push (130, n);
      in.end ();
    }
  }

 private:
  static std::string line (std::size_t inputs, const std::string &downstream)
  {
    std::string line = "quadmux-grid name=grid ! " + downstream + kSink;
    for (std::size_t i = 0; i < inputs; i++)
      line.append (" appsrc name=in").append (std::to_string (i)).append (" ! grid.");
    return line;
  }
};

TEST_F (CudaLight, WhereDownstreamTakesBothTheHostConverts)
{
  for (const char *other : {kHdr, kHlg, kWide}) {
    SCOPED_TRACE (other);
    const Frames wanted = Grid ({kSdr, other}, "", false).launch ().run ();
    Grid cuda ({kSdr, other}, "");
    const Frames all = cuda.launch ().run ();
    EXPECT_EQ (cuda.launch ().error (), "");
    ASSERT_EQ (all.size (), 3u);
    EXPECT_FALSE (all[0].cuda_memory);
    EXPECT_EQ (all, wanted);
    EXPECT_EQ (cuda.launch ().infos ().size (), 2u) << "that both are downloaded";
  }
}

TEST_F (CudaLight, WhereDownstreamTakesCudaAloneNegotiationFailsAndNamesIt)
{
  const struct {
    std::vector<std::string> inputs;
    const char *downstream, *in, *out;
  } cases[] = {{{kSdr, kHdr}, kOnlyCuda, "bt2100-pq", "bt709"},
               {{kHdr, kSdr}, kOnlyCuda, "bt2100-pq", "bt709"},
               {{kHdr}, kOnlyCudaSdr, "bt2100-pq", "bt709"},
               {{kWide, kSdr}, kOnlyCudaSdr, "bt2020-10", "bt709"}};
  for (const auto &c : cases) {
    Grid grid (c.inputs, c.downstream);
    EXPECT_TRUE (grid.launch ().run ().empty ());
    const Messages::Error error = grid.launch ().first_error ();
    SCOPED_TRACE (error.text);
    EXPECT_EQ (error.element, "grid");
    EXPECT_EQ (error.domain, GST_CORE_ERROR);
    EXPECT_EQ (error.code, int{GST_CORE_ERROR_NEGOTIATION});
    for (const char *part : {c.in, c.out, "Put cudadownload ! video/x-raw in front of"})
      EXPECT_NE (error.text.find (part), std::string::npos) << part;
    EXPECT_EQ (grid.launch ().errors_of ("grid"), 1);
  }
}

TEST_F (CudaLight, AnInputThatTurnsToHdrIsRefusedOrFollowed)
{
  for (const bool alone : {true, false}) {
    Fed f (std::string{"quadmux-grid name=grid ! "} + kOnlyCuda + kSink +
           " appsrc name=a ! grid. " + (alone ? "" : "appsrc name=b ! grid."));
    if (!alone) {
      f.input ("b").in_cuda (kSdr);
      for (std::uint64_t n = 0; n < 4; n++) f.input ("b").push (130, n);
      f.input ("b").end ();
    }
    for (std::uint64_t n = 0; n < 4; n++) {
      f.input ("a").in_cuda (n < 2 ? "format=P010_10LE,width=32,height=24,colorimetry=bt709"
                                   : kHdr);
      f.input ("a").push (130, n);
    }
    f.input ("a").end ();
    const Frames all = f.launch ().run ();
    const Messages::Error error = f.launch ().first_error ();
    if (alone) {
      EXPECT_EQ (error.text, "");
      EXPECT_EQ (all.size (), 4u);
    } else {
      EXPECT_EQ (all.size (), 2u);
      EXPECT_EQ (error.domain, GST_CORE_ERROR) << error.text;
      EXPECT_NE (error.text.find ("bt2100-pq"), std::string::npos) << error.text;
    }
  }
}

// No input has the output's format, but the output can have their light.
TEST_F (CudaLight, AnotherFormatFollowsTheLargestInputsLight)
{
  const struct {
    std::vector<std::string> inputs;
    const char *format, *colorimetry;
  } cases[] = {{{kHdr}, "I420_10LE", "bt2100-pq"},
               {{kHlg, kHlg}, "I420_10LE", "bt2100-hlg"},
               {{kWide}, "NV12", "bt2020-10"},
               {{"format=I420,width=32,height=24,colorimetry=bt601"}, "NV12", "bt601"}};
  for (const auto &c : cases) {
    SCOPED_TRACE (c.colorimetry);
    Grid grid (c.inputs, "video/x-raw(memory:CUDAMemory),format=" + std::string{c.format} + " ! ");
    grid.launch ().play ();
    const Owned<GstSample> sample = grid.launch ().pull_sample ();
    EXPECT_EQ (grid.launch ().error (), "");
    ASSERT_TRUE (sample);
    const GstStructure *s = gst_caps_get_structure (gst_sample_get_caps (sample.get ()), 0);
    EXPECT_STREQ (gst_structure_get_string (s, "colorimetry"), c.colorimetry);
  }
}

// Light goes from RGB to YUV and back; matrix and range do not.
TEST_F (CudaLight, RgbAndYuvShareLightAlone)
{
  Grid grid ({"format=RGBA,width=32,height=24,colorimetry=1:1:14:7"},
             "video/x-raw(memory:CUDAMemory),format=P010_10LE ! ");
  grid.launch ().play ();
  const Owned<GstSample> sample = grid.launch ().pull_sample ();
  EXPECT_EQ (grid.launch ().error (), "");
  ASSERT_TRUE (sample);
  GstVideoInfo info;
  ASSERT_TRUE (gst_video_info_from_caps (&info, gst_sample_get_caps (sample.get ())));
  EXPECT_EQ (info.colorimetry.transfer, GST_VIDEO_TRANSFER_SMPTE2084);
  EXPECT_EQ (info.colorimetry.primaries, GST_VIDEO_COLOR_PRIMARIES_BT2020);
  EXPECT_NE (info.colorimetry.matrix, GST_VIDEO_COLOR_MATRIX_RGB);
  EXPECT_EQ (info.colorimetry.range, GST_VIDEO_COLOR_RANGE_16_235);
}

// If downstream asks for a colorimetry of YUV, RGB does not get it, and white stays white.
TEST_F (CudaLight, WhiteIsWhiteWhateverIsAskedOfTheOutput)
{
  for (const char *wanted : {"format=NV12,colorimetry=bt709", "format=NV12,colorimetry=bt601",
                             "format=NV12,colorimetry={bt709,sRGB}"})
    for (const char *from : {"RGBA", "BGRx"}) {
      SCOPED_TRACE (std::string{from} + " to " + wanted);
      const Frames all = frames_of (
          std::string{"videotestsrc pattern=white num-buffers=1 ! video/x-raw,format="} + from +
          ",width=32,height=24,framerate=10/1 ! " + kUpload +
          "quadmux-grid rows=1 columns=1 ! video/x-raw(memory:CUDAMemory),width=32,height=24," +
          wanted + " ! " + kDownload + kSink);
      ASSERT_EQ (all.size (), 1u);
      EXPECT_EQ (all[0].bytes[0], 235);
      EXPECT_EQ (all[0].bytes[12 * 32 + 16], 235);
    }
}

TEST_F (CudaLight, EqualLightStaysOnTheDevice)
{
  for (const char *light : {kHdr, kHlg, kWide}) {
    Grid grid ({light, light}, "");
    const Frames all = grid.launch ().run ();
    EXPECT_EQ (grid.launch ().error (), "") << light;
    ASSERT_EQ (all.size (), 3u);
    EXPECT_TRUE (all[0].cuda_memory) << light;
  }
}

// Which colorimetry an upstream that can convert is offered.
Owned<GstCaps> answer (const char *downstream, const std::string &filter)
{
  Launch p (std::string{"quadmux-grid name=grid ! "} + downstream + kSink);
  const Owned<GstElement> grid = p.element ("grid");
  const Owned<GstPad> pad{gst_element_request_pad_simple (grid.get (), "sink_%u")};
  const Owned<GstCaps> asked = filter.empty () ? nullptr : caps_of (filter);
  Owned<GstCaps> caps{gst_pad_query_caps (pad.get (), asked.get ())};
  gst_element_release_request_pad (grid.get (), pad.get ());
  return caps;
}

// True if upstream is offered `colorimetry` when it could have any.
bool offered (const char *downstream, const std::string &features, const std::string &colorimetry)
{
  const std::string any = "video/x-raw" + features + ",format=NV12,width=32,height=24";
  const Owned<GstCaps> caps = answer (downstream, any + ",colorimetry=" + colorimetry + ";" + any);
  EXPECT_FALSE (gst_caps_is_empty (caps.get ()));
  for (guint i = 0; i < gst_caps_get_size (caps.get ()); i++) {
    const GstStructure *s = gst_caps_get_structure (caps.get (), i);
    if (g_strcmp0 (gst_structure_get_string (s, "colorimetry"), colorimetry.c_str ()) == 0)
      return true;
  }
  return false;
}

TEST_F (CudaLight, AConverterInFrontIsToldWhatCanBeConverted)
{
  const std::string cuda = "(memory:CUDAMemory)";
  EXPECT_FALSE (offered (kOnlyCudaSdr, cuda, "bt2100-pq"));
  EXPECT_FALSE (offered (kOnlyCudaSdr, cuda, "bt2020-10"));
  EXPECT_TRUE (offered (kOnlyCudaSdr, cuda, "bt709"));
  EXPECT_TRUE (offered (kOnlyCudaSdr, cuda, "bt601"));
  EXPECT_TRUE (offered (kOnlyCudaSdr, cuda, "2:4:5:4")) << "as SDR as any";
  // The output can follow, or be in system memory.
  EXPECT_TRUE (offered (kOnlyCuda, cuda, "bt2100-pq"));
  EXPECT_TRUE (
      offered ("capsfilter caps=video/x-raw(memory:CUDAMemory),colorimetry=bt709;"
               "video/x-raw,colorimetry=bt709 ! ",
               cuda, "bt2100-pq"));
  // System memory is converted by the host.
  EXPECT_TRUE (offered (kOnlyCudaSdr, "", "bt2100-pq"));

  // RGB and YUV are each offered only colorimetries that such pictures can have.
  const Owned<GstCaps> all =
      answer ("video/x-raw(memory:CUDAMemory),width=64,height=48,colorimetry={bt709,sRGB} ! ", "");
  bool rgb_offered = false;
  for (guint i = 0; i < gst_caps_get_size (all.get ()); i++) {
    const GstStructure *s = gst_caps_get_structure (all.get (), i);
    const GValue *formats = gst_structure_get_value (s, "format");
    if (!gst_structure_has_field (s, "colorimetry") || !GST_VALUE_HOLDS_LIST (formats)) continue;
    const bool rgb = g_strcmp0 (gst_structure_get_string (s, "colorimetry"), "sRGB") == 0;
    rgb_offered |= rgb;
    for (guint k = 0; k < gst_value_list_get_size (formats); k++) {
      const char *name = g_value_get_string (gst_value_list_get_value (formats, k));
      const GstVideoFormatInfo *info =
          gst_video_format_get_info (gst_video_format_from_string (name));
      EXPECT_EQ (bool (GST_VIDEO_FORMAT_INFO_IS_RGB (info)), rgb) << to_string (all.get ());
    }
  }
  EXPECT_TRUE (rgb_offered) << to_string (all.get ());

  // A converter takes the first caps that it can make, and keeps what it need not convert.
  const Owned<GstCaps> first = answer (kOnlyCudaSdr, "");
  EXPECT_STREQ (gst_structure_get_string (gst_caps_get_structure (first.get (), 0), "colorimetry"),
                "bt709")
      << to_string (first.get ());
  const Owned<GstCaps> some = answer (
      kOnlyCudaSdr,
      "video/"
      "x-raw(memory:CUDAMemory),format=NV12,width=32,height=24,colorimetry={bt2100-pq,bt601}");
  ASSERT_FALSE (gst_caps_is_empty (some.get ()));
  for (guint i = 0; i < gst_caps_get_size (some.get ()); i++)
    EXPECT_STREQ (gst_structure_get_string (gst_caps_get_structure (some.get (), i), "colorimetry"),
                  "bt601")
        << to_string (some.get ());
}

// Nothing else is possible: its frames are accepted, and the grid's error says what to do.
TEST_F (CudaLight, WhoeverHasNothingElseIsNotStoppedWithoutAReason)
{
  const Owned<GstCaps> caps =
      answer (kOnlyCudaSdr, "video/x-raw(memory:CUDAMemory),colorimetry=bt2100-pq");
  EXPECT_FALSE (gst_caps_is_empty (caps.get ()));
}

}  // namespace
