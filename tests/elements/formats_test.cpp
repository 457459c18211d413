// Each format through the elements, beside another one that has the same samples in other places.
#include <gst/app/gstappsink.h>
#include <gtest/gtest.h>

#include "support/gst_helpers.h"

namespace quad::test {
namespace {

struct Peers {
  const char *format, *peer;
  bool alpha = false;
};

constexpr Peers kPeers[] = {
    {"I422_10LE", "Y42B"},  {"Y444_10LE", "Y444"},  {"GBR", "RGB"},
    {"RGBP", "RGB"},        {"YUY2", "Y42B"},       {"UYVY", "Y42B"},
    {"AYUV", "Y444", true}, {"A420", "I420", true}, {"AV12", "NV12", true},
};

// The samples of component `c` of the one frame that comes, in units of 8 bits.
std::vector<double> component_of (const GstVideoInfo &info, GstBuffer *buffer, guint c)
{
  std::vector<double> samples;
  GstVideoFrame frame;
  if (!gst_video_frame_map (&frame, &info, buffer, GST_MAP_READ)) g_error ("cannot map");
  const guint depth = GST_VIDEO_FRAME_COMP_DEPTH (&frame, c);
  for (int y = 0; y < GST_VIDEO_FRAME_COMP_HEIGHT (&frame, c); y++)
    for (int x = 0; x < GST_VIDEO_FRAME_COMP_WIDTH (&frame, c); x++) {
      const guint8 *at = static_cast<guint8 *> (GST_VIDEO_FRAME_COMP_DATA (&frame, c)) +
                         y * GST_VIDEO_FRAME_COMP_STRIDE (&frame, c) +
                         x * GST_VIDEO_FRAME_COMP_PSTRIDE (&frame, c);
      samples.push_back (depth > 8 ? (at[0] | at[1] << 8) / double (1 << (depth - 8)) : at[0]);
    }
  gst_video_frame_unmap (&frame);
  return samples;
}

struct Shot {
  GstVideoInfo info;
  Owned<GstSample> sample;

  std::vector<double> component (guint c) const
  {
    return component_of (info, gst_sample_get_buffer (sample.get ()), c);
  }
};

Shot shot_of (const std::string &element, const std::string &format, int width)
{
  const std::string caps = "video/x-raw,framerate=5/1,format=" + format;
  const std::string text = "videotestsrc num-buffers=1 pattern=smpte ! " + caps +
                           ",width=" + std::to_string (width) + ",height=54 ! " + element + " ! " +
                           caps + ",width=41,height=23 ! appsink name=out sync=false";
  GstElement *made = gst_parse_launch (text.c_str (), nullptr);
  if (!made) g_error ("cannot make %s", text.c_str ());
  const Owned<GstElement> pipeline{GST_ELEMENT (gst_object_ref_sink (made))};
  const Owned<GstElement> sink{gst_bin_get_by_name (GST_BIN (made), "out")};
  gst_element_set_state (made, GST_STATE_PLAYING);
  Shot shot;
  shot.sample.reset (gst_app_sink_try_pull_sample (GST_APP_SINK (sink.get ()), 20 * GST_SECOND));
  gst_element_set_state (made, GST_STATE_NULL);
  if (shot.sample) gst_video_info_from_caps (&shot.info, gst_sample_get_caps (shot.sample.get ()));
  return shot;
}

class FormatsTest : public ::testing::TestWithParam<Peers> {};

TEST_P (FormatsTest, IsDrawnAsItsPeer)
{
  const Peers &p = GetParam ();
  for (const std::string element : {"quaddownscale method=area", "quaddownscale method=lanczos",
                                    "quadmux-grid rows=1 columns=1"})
    for (const int width : {82, 107, 41}) {
      SCOPED_TRACE (element + " " + std::to_string (width));
      const Shot is = shot_of (element, p.format, width), peer = shot_of (element, p.peer, width);
      ASSERT_TRUE (is.sample && peer.sample);
      for (guint c = 0; c < 3; c++) {
        const auto a = is.component (c), b = peer.component (c);
        ASSERT_EQ (a.size (), b.size ());
        // 10 bits round where 8 bits do not.
        const double near = GST_VIDEO_INFO_COMP_DEPTH (&is.info, c) > 8 ? 1.5 : 0;
        for (std::size_t i = 0; i < a.size (); i++)
          ASSERT_NEAR (a[i], b[i], near) << "component " << c << ", sample " << i;
      }
      if (!p.alpha) continue;
      for (const double a : is.component (3)) ASSERT_EQ (a, 255);
    }
}

INSTANTIATE_TEST_SUITE_P (Formats, FormatsTest, ::testing::ValuesIn (kPeers),
                          [] (const auto &i) { return std::string (i.param.format); });

}  // namespace
}  // namespace quad::test
