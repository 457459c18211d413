// quaddownscale and the colours, sites, pixel shapes and rates in caps. It accepts everything that
// videoscale accepts, and the samples keep their meaning.
#include <gtest/gtest.h>

#include "elements/downscale/downscaler.h"

namespace quad::test {
namespace {

struct Result {
  bool pushed = false;
  GstVideoInfo info;
  std::string caps, error, warning;
  std::vector<int> samples;
};

// A plain picture through `element`.
Result through (const std::string &element, const std::string &in, const std::string &downstream)
{
  const Harness h = harness_of (element);
  Bus bus{h->element};
  gst_harness_set_sink_caps (h.get (), caps_of (downstream).release ());
  gst_harness_set_src_caps (h.get (), caps_of (in).release ());
  Result r;
  Owned<GstBuffer> picture = painted (
      info_of_caps (in), [] (int plane, int, int, int k) { return 60 + 50 * plane + 20 * k; });
  r.pushed = gst_harness_push (h.get (), picture.release ()) == GST_FLOW_OK;
  if (!r.pushed) r.error = bus.error ();
  const Owned<GstCaps> out{gst_pad_get_current_caps (h->sinkpad)};
  const Owned<GstBuffer> scaled{gst_harness_try_pull (h.get ())};
  if (!out || !scaled) return r;
  r.caps = to_string (out.get ());
  r.info = info_of_caps (r.caps);
  r.samples = samples_of (r.info, scaled.get ());
  r.warning = bus.warning ();
  return r;
}

struct Sizes {
  int from, to;  // heights: SD, HD or UHD
};
constexpr Sizes kSizes[] = {{480, 240},   {1080, 540}, {1080, 720}, {2160, 270},
                            {2160, 1080}, {480, 1080}, {1080, 1080}};

std::string caps_text (const std::string &format, int height, const std::string &more)
{
  return "video/x-raw,format=" + format + ",width=16,height=" + std::to_string (height) + more;
}

bool is_plain (const Result &r)
{
  const std::vector<int> wanted =
      samples_of (r.info, painted (r.info, [] (int plane, int, int, int k) {
                            return 60 + 50 * plane + 20 * k;
                          }).get ());
  return r.samples == wanted;
}

TEST (DownscaleColors, AnyColorimetry)
{
  for (const std::string format : {"I420", "GRAY8", "RGBA"})
    for (const std::string colorimetry :
         {"", "bt601", "bt709", "smpte240m", "bt2020", "bt2100-pq", "sRGB", "2:0:0:0", "1:0:0:0",
          "0:3:0:0", "0:4:0:0", "0:0:5:0", "0:0:0:1", "2:3:0:0", "2:0:5:1", "1:4:16:3", "2:3:5:1",
          "nonsense"})
      for (const Sizes &size : kSizes) {
        const std::string said = colorimetry.empty () ? "" : ",colorimetry=(string)" + colorimetry;
        const std::string in = caps_text (format, size.from, ",framerate=30/1" + said);
        const std::string wanted = caps_text (format, size.to, "");
        for (const std::string &downstream : {std::string{"video/x-raw"}, wanted, wanted + said}) {
          SCOPED_TRACE (in + " -> " + downstream);
          const Result ours = through ("quaddownscale divisor=1 upscale=true", in, downstream);
          ASSERT_EQ (ours.pushed, through ("videoscale", in, downstream).pushed) << ours.error;
          EXPECT_EQ (ours.error, "");
          if (!ours.pushed) continue;
          EXPECT_EQ (ours.warning, "");
          const GstVideoInfo info = info_of_caps (in);
          const bool insists = downstream != wanted && downstream != "video/x-raw";
          const bool same_matrix = ours.info.colorimetry.matrix == info.colorimetry.matrix;
          EXPECT_TRUE (same_matrix || insists) << ours.caps;
          // The same words may mean another matrix at another size.
          EXPECT_EQ (is_plain (ours), same_matrix || format == "GRAY8") << ours.caps;
          // The input's own words, if they mean the same.
          if (insists || size.from == size.to) {
            EXPECT_EQ (ours.caps.find ("colorimetry") != std::string::npos, !said.empty ());
          }
        }
      }
}

// Known fields are kept; only unknown ones follow from the size.
TEST (DownscaleColors, WhatIsKnownIsKept)
{
  struct Row {
    const char *in, *out;
  };
  for (const Row &row : {Row{"2:0:0:0", "bt709"},
                         {"1:0:0:0", "1:3:5:1"},
                         {"2:0:16:7", "2:3:16:7"},
                         {"0:3:0:0", "0:3:0:0"},
                         {"bt2020", "bt2020"}}) {
    const Result r = through (
        "quaddownscale", caps_text ("I420", 1080, ",framerate=30/1,colorimetry=(string)") + row.in,
        "video/x-raw");
    EXPECT_NE (r.caps.find (std::string{"colorimetry=(string)"} + row.out), std::string::npos)
        << row.in << ": " << r.caps;
  }
}

// Where the input leaves matrix and range open, its size says them, and they are converted. Light
// that it leaves open is what downstream says: the samples stay, and a warning says so.
TEST (DownscaleColors, DownstreamNamesWhatIsOpen)
{
  struct Row {
    const char *asked;
    bool plain, warned;
  };
  for (const std::string said : {"", ",colorimetry=(string)2:0:0:0"})
    for (const Row &row : {Row{"bt709", true, false}, Row{"bt601", false, false},
                           Row{"2:0:0:0", false, false}, Row{"bt2020", true, true}}) {
      const std::string in = caps_text ("I420", 1080, ",framerate=30/1" + said);
      const std::string downstream =
          std::string{"video/x-raw,height=240,colorimetry=(string)"} + row.asked;
      SCOPED_TRACE (in + " -> " + downstream);
      const Result r = through ("quaddownscale", in, downstream);
      ASSERT_TRUE (r.pushed) << r.error;
      EXPECT_EQ (is_plain (r), row.plain);
      EXPECT_NE (r.caps.find (row.asked), std::string::npos) << r.caps;
      EXPECT_EQ (r.warning.find ("videoconvert") != std::string::npos, row.warned) << r.warning;
    }
}

TEST (DownscaleColors, AnySiteShapeAndRate)
{
  for (const char *site : {"", ",chroma-site=mpeg2", ",chroma-site=jpeg", ",chroma-site=dv",
                           ",chroma-site=none", ",chroma-site=cosited", ",chroma-site=nonsense"})
    for (const char *par : {"", ",pixel-aspect-ratio=1/1", ",pixel-aspect-ratio=16/15",
                            ",pixel-aspect-ratio=1/2147483647"})
      for (const char *rate : {"", ",framerate=0/1", ",framerate=30000/1001"})
        for (const std::string downstream : {"video/x-raw", "video/x-raw,width=8,height=50"}) {
          const std::string in = caps_text ("I420", 100, std::string{site} + par + rate);
          SCOPED_TRACE (in + " -> " + downstream);
          const Result ours = through ("quaddownscale", in, downstream);
          EXPECT_EQ (ours.pushed, through ("videoscale", in, downstream).pushed) << ours.error;
          if (ours.pushed) {
            EXPECT_TRUE (is_plain (ours));
            EXPECT_EQ (ours.caps.find ("chroma-site") != std::string::npos, *site != 0);
          } else {
            EXPECT_NE (ours.error, "");
          }
        }
}

// Each error names the video's caps and what to do, whatever element stands in front.
TEST (DownscaleColors, RefusalsNameFormatAndRemedy)
{
  struct Row {
    const char *in, *names, *remedy;
  };
  const char *size = ",width=320,height=240,framerate=30/1";
  const Row rows[] = {
      {"video/x-raw,format=YVYU", "YVYU", "videoconvert"},
      {"video/x-raw,format=I422_12LE", "I422_12LE", "videoconvert"},
      {"video/x-raw,format=A420_10LE", "A420_10LE", "videoconvert"},
      {"video/x-raw(memory:GLMemory),format=RGBA", "GLMemory", "gldownload"},
      {"video/x-raw(memory:Other),format=RGBA", "memory:Other", "videoconvert"},
      {"video/x-raw,format=I420,interlace-mode=mixed", "I420", "deinterlace"},
  };
  for (const char *line : {"quaddownscale", "identity ! quaddownscale",
                           "capsfilter caps=ANY ! identity ! quaddownscale"})
    for (const Row &row : rows) {
      SCOPED_TRACE (std::string{line} + ": " + row.in);
      const Harness h{gst_harness_new_parse (line)};
      Bus bus{h->element};
      gst_harness_set_sink_caps (h.get (), caps_of ("video/x-raw").release ());
      gst_harness_set_src_caps (h.get (), caps_of (std::string{row.in} + size).release ());
      EXPECT_NE (
          gst_harness_push (h.get (), gst_buffer_new_allocate (nullptr, 320 * 240 * 8, nullptr)),
          GST_FLOW_OK);
      const std::string error = bus.error ();
      EXPECT_NE (error.find (row.names), std::string::npos) << error;
      EXPECT_NE (error.find ("320x240"), std::string::npos) << error;
      EXPECT_NE (error.find (row.remedy), std::string::npos) << error;
      EXPECT_EQ (bus.error (), "");
    }
}

}  // namespace
}  // namespace quad::test
