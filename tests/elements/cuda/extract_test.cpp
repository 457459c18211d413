// frameextract on frames in CUDA memory: selected frames are the same memory that came in.
#include "elements/cuda/pipeline.h"

using namespace quad::test;
using quad::Owned;

namespace {

using CudaExtract = CudaTest;

struct Passed {
  GstClockTime pts;
  const GstMemory *memory;
};

// Plays 20 frames at 10/1 through frameextract; {pts, memory} of those that came out. `in` has
// those that went in.
std::vector<Passed> extract (const std::string &properties, std::vector<Passed> &in)
{
  Launch launch (source ("NV12", 64, 48, 20) + kUpload + "frameextract name=extract " + properties +
                 " ! " + kSink);
  gst_pad_add_probe (
      launch.pad ("extract", "sink").get (), GST_PAD_PROBE_TYPE_BUFFER,
      [] (GstPad *, GstPadProbeInfo *info, gpointer to) {
        GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
        static_cast<std::vector<Passed> *> (to)->push_back (
            {GST_BUFFER_PTS (buffer), gst_buffer_peek_memory (buffer, 0)});
        return GST_PAD_PROBE_OK;
      },
      &in, nullptr);
  launch.play ();
  std::vector<Passed> out;
  // Holds all frames to the end, so that no memory is used again.
  std::vector<Owned<GstSample>> held;
  while (Owned<GstSample> sample = launch.pull_sample ()) {
    GstBuffer *buffer = gst_sample_get_buffer (sample.get ());
    const GstCapsFeatures *features =
        gst_caps_get_features (gst_sample_get_caps (sample.get ()), 0);
    EXPECT_TRUE (gst_caps_features_contains (features, "memory:CUDAMemory"));
    EXPECT_TRUE (gst_is_cuda_memory (gst_buffer_peek_memory (buffer, 0)));
    EXPECT_NE (gst_buffer_get_custom_meta (buffer, "quad-extracted-frame"), nullptr);
    out.push_back ({GST_BUFFER_PTS (buffer), gst_buffer_peek_memory (buffer, 0)});
    held.push_back (std::move (sample));
  }
  EXPECT_TRUE (launch.eos ()) << launch.error ();
  return out;
}

const GstMemory *memory_at (const std::vector<Passed> &frames, GstClockTime pts)
{
  const auto at = std::find_if (frames.begin (), frames.end (),
                                [pts] (const Passed &f) { return f.pts == pts; });
  return at == frames.end () ? nullptr : at->memory;
}

TEST_F (CudaExtract, EverySecondFrameIsTheSameMemoryAndNothingIsCopied)
{
  std::vector<Passed> in;
  const std::vector<Passed> out = extract ("rate=5/1", in);
  ASSERT_EQ (in.size (), 20u);
  ASSERT_EQ (out.size (), 10u);
  for (std::size_t i = 0; i < out.size (); i++) {
    EXPECT_EQ (out[i].pts, i * 200 * GST_MSECOND);
    EXPECT_EQ (out[i].memory, memory_at (in, out[i].pts)) << i;
  }
  const hostcuda::Counters now = hostcuda::counters ();
  EXPECT_EQ (now.copies_h2d, 20u * 2) << "the upload of two planes each, and no more";
  EXPECT_EQ (now.copies_d2h, 0u);
  EXPECT_EQ (now.copies_d2d, 0u);
  EXPECT_EQ (now.launches, 0u);
}

TEST_F (CudaExtract, AFrameThatIsWantedTwiceIsOneMemory)
{
  std::vector<Passed> in;
  const std::vector<Passed> out = extract ("timestamp-list=\"0.5, 0.55, 1.2\"", in);
  ASSERT_EQ (out.size (), 3u);
  EXPECT_EQ (out[0].memory, memory_at (in, 500 * GST_MSECOND));
  EXPECT_EQ (out[1].memory, out[0].memory);
  EXPECT_EQ (out[2].memory, memory_at (in, 1200 * GST_MSECOND));
  EXPECT_EQ (hostcuda::counters ().copies_d2h, 0u);
  EXPECT_EQ (hostcuda::counters ().copies_d2d, 0u);
}

}  // namespace
