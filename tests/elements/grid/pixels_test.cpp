// quadmux-grid's samples: copies are exact, and each filter gives its values.
#include <random>
#include <set>

#include "core/kernel.h"
#include "elements/grid/colors.h"

using namespace quad::test;
using quad::Owned;

namespace {

Owned<GstBuffer> noise (const GstVideoInfo &info, unsigned seed)
{
  std::mt19937 random (seed);
  return painted (info, [&] (int, int, int, int) { return static_cast<int> (random () & 255); });
}

std::unique_ptr<Picture8> one_frame (GridPipeline &p)
{
  Pictures all = p.run ();
  if (all.size () != 1) g_error ("%zu frames: %s", all.size (), p.error ().c_str ());
  return std::move (all[0]);
}

// Some inputs have no chroma siting: then nothing may move.
TEST (GridPixels, UnknownChromaSiteIsCopiedBitForBit)
{
  for (const char *format : {"I420", "NV12", "Y42B"})
    for (const char *site : {"", ",chroma-site=mpeg2", ",chroma-site=jpeg", ",chroma-site=dv"}) {
      SCOPED_TRACE (std::string (format) + site);
      const std::string caps = raw (format, 66, 34, k601);
      GridPipeline p ("rows=1 columns=1", caps + site);
      p.add_input (caps);
      if (GST_VIDEO_INFO_CHROMA_SITE (&p.info (0)) != GST_VIDEO_CHROMA_SITE_UNKNOWN)
        GTEST_SKIP () << "this GStreamer takes caps without a chroma-site for caps with one";
      const Owned<GstBuffer> source = noise (p.info (0), 1);
      p.push (0,
              timed (Owned<GstBuffer>{gst_buffer_copy_deep (source.get ())}, 0, GST_SECOND / 10));
      p.end (0);
      const auto picture = one_frame (p);
      EXPECT_EQ (samples_of (picture->info (), picture->buffer ()),
                 samples_of (p.info (0), source.get ()));
    }
}

TEST (GridPixels, EveryMethodGivesWhatQuaddownscaleGives)
{
  const std::string from = bt601 (96, 96), to = bt601 (32, 32);
  const GstVideoInfo info = info_of_caps (from);
  std::set<std::vector<int>> different;
  for (const quad::filter::Kernel &kernel : quad::filter::kernels ()) {
    const std::string method = kernel.name;
    SCOPED_TRACE (method);
    GridPipeline p ("rows=1 columns=1 method=" + method, to);
    p.add_input (from);
    p.push (0, timed (noise (info, 2), 0, GST_SECOND / 10));
    p.end (0);
    const auto picture = one_frame (p);
    const std::vector<int> samples = samples_of (picture->info (), picture->buffer ());
    EXPECT_TRUE (different.insert (samples).second) << "the same as another method";

    const Harness scaler = harness_of ("quaddownscale method=" + method);
    gst_harness_set_sink_caps (scaler.get (), caps_of (to).release ());
    gst_harness_set_src_caps (scaler.get (), caps_of (from).release ());
    ASSERT_EQ (
        gst_harness_push (scaler.get (), timed (noise (info, 2), 0, GST_SECOND / 10).release ()),
        GST_FLOW_OK);
    const Owned<GstBuffer> scaled{gst_harness_pull (scaler.get ())};
    ASSERT_TRUE (scaled);
    EXPECT_EQ (samples, samples_of (info_of_caps (to), scaled.get ()));
  }
}

}  // namespace
