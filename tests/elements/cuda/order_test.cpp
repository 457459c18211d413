// How streams are kept in order without waiting, which takes GStreamer 1.24.
#include <cstring>

#include "elements/cuda/fed.h"

#if GST_CHECK_VERSION(1, 24, 0)
#include <gst/cuda/gstcudastream.h>
#endif

using namespace quad::test;
using hostcuda::counters;
using quad::Owned;

namespace {

class CudaOrder : public CudaTest {
 protected:
  void SetUp () override
  {
    CudaTest::SetUp ();
#if !GST_CHECK_VERSION(1, 24, 0)
    GTEST_SKIP () << "before GStreamer 1.24 memory has no stream: elements wait";
#endif
  }
};

#if GST_CHECK_VERSION(1, 24, 0)

constexpr const char *kOut = "video/x-raw(memory:CUDAMemory),format=NV12,width=64,height=48 ! ";

std::string upload_chain (const std::string &ours, int frames)
{
  return source ("NV12", 80, 60, frames) + kUpload + ours;
}

// The counters of a pipeline with one branch to kSink, and its last buffer.
hostcuda::Counters counted (const std::string &line, std::uint64_t frames,
                            Owned<GstSample> *last = nullptr)
{
  hostcuda::reset ();
  Launch p (line);
  p.play ();
  std::uint64_t count = 0;
  while (Owned<GstSample> sample = p.pull_sample ()) {
    count++;
    if (last) *last = std::move (sample);
  }
  EXPECT_EQ (p.error (), "");
  EXPECT_EQ (count, frames);
  return counters ();
}

// Per ten frames, without the cost of the first frames.
template <typename Count>
std::uint64_t of_ten (const std::string &ours, Count count)
{
  return count (counted (upload_chain (ours, 13), 13)) -
         count (counted (upload_chain (ours, 3), 3));
}

std::uint64_t syncs (const hostcuda::Counters &c) { return c.syncs; }
std::uint64_t waits (const hostcuda::Counters &c) { return c.waits; }

TEST_F (CudaOrder, NobodyWaitsInAChain)
{
  const std::uint64_t upload_alone = of_ten (kSink, syncs);
  const struct {
    std::string ours;
    std::uint64_t handed_on;  // from one of ours to another, which has a stream of its own
  } cases[] = {{"quaddownscale ! ", 0},
               {std::string{"quadmux-grid ! "} + kOut, 0},
               {std::string{"quaddownscale ! quadmux-grid ! "} + kOut, 1},
               {std::string{"quaddownscale ! quaddownscale ! quadmux-grid ! "} + kOut, 2}};
  for (const auto &c : cases) {
    SCOPED_TRACE (c.ours);
    EXPECT_EQ (of_ten (c.ours + kSink, syncs), upload_alone);
    EXPECT_GE (of_ten (c.ours + kSink, waits), 10 * c.handed_on);
  }
}

TEST_F (CudaOrder, TheOutputSaysThatItIsNotReady)
{
  for (const std::string &ours :
       {std::string{"quaddownscale ! "}, std::string{"quaddownscale ! quadmux-grid ! "} + kOut}) {
    SCOPED_TRACE (ours);
    Owned<GstSample> last;
    (void)counted (upload_chain (ours + kSink, 3), 3, &last);
    ASSERT_TRUE (last);
    GstMemory *memory = gst_buffer_peek_memory (gst_sample_get_buffer (last.get ()), 0);
    ASSERT_TRUE (gst_is_cuda_memory (memory));
    EXPECT_TRUE (GST_MEMORY_FLAG_IS_SET (memory, GST_CUDA_MEMORY_TRANSFER_NEED_SYNC));
    EXPECT_TRUE (gst_cuda_memory_get_stream (GST_CUDA_MEMORY_CAST (memory)));
    // Whoever maps it for the host waits.
    const std::uint64_t before = counters ().syncs;
    (void)frame_of (last.get ());
    EXPECT_GT (counters ().syncs, before);
    EXPECT_FALSE (GST_MEMORY_FLAG_IS_SET (memory, GST_CUDA_MEMORY_TRANSFER_NEED_SYNC));
  }
}

// An uploaded picture is read from memory that the next frame needs: the output is ready.
TEST_F (CudaOrder, AfterAnUploadTheOutputIsReady)
{
  Owned<GstSample> last;
  (void)counted (source ("NV12", 80, 60, 3) + "quadmux-grid ! " + kOut + kSink, 3, &last);
  ASSERT_TRUE (last);
  GstMemory *memory = gst_buffer_peek_memory (gst_sample_get_buffer (last.get ()), 0);
  ASSERT_TRUE (gst_is_cuda_memory (memory));
  EXPECT_FALSE (GST_MEMORY_FLAG_IS_SET (memory, GST_CUDA_MEMORY_TRANSFER_NEED_SYNC));
}

TEST_F (CudaOrder, CudadownloadBehindItGetsTheHostsPixels)
{
  const std::string ours = "quaddownscale ! quadmux-grid ! ";
  const Frames host = frames_of (source ("NV12", 80, 60, 8) + ours +
                                 "video/x-raw,format=NV12,width=64,height=48 ! " + kSink);
  const Frames cuda = frames_of (upload_chain (ours + kOut + kDownload + kSink, 8));
  ASSERT_EQ (cuda.size (), 8u);
  ASSERT_EQ (host.size (), 8u);
  for (std::size_t i = 0; i < 8; i++) EXPECT_EQ (cuda[i].bytes, host[i].bytes) << i;
}

// A buffer that still lies on the host. Mapping it for the device uploads it, in its own stream.
Owned<GstBuffer> not_uploaded (GstCudaContext *context, const Input &input)
{
  const GstVideoInfo info = input.info ();
  const Owned<GstCaps> caps{gst_video_info_to_caps (&info)};
  GstCudaStream *stream = gst_cuda_stream_new (context);
  const Owned<GstBufferPool> pool{gst_cuda_buffer_pool_new (context)};
  GstStructure *config = gst_buffer_pool_get_config (pool.get ());
  gst_buffer_pool_config_set_params (config, caps.get (),
                                     static_cast<guint> (GST_VIDEO_INFO_SIZE (&info)), 1, 1);
  gst_buffer_pool_config_set_cuda_stream (config, stream);
  gst_cuda_stream_unref (stream);
  GstBuffer *made = nullptr;
  if (!gst_buffer_pool_set_config (pool.get (), config) ||
      !gst_buffer_pool_set_active (pool.get (), TRUE) ||
      gst_buffer_pool_acquire_buffer (pool.get (), &made, nullptr) != GST_FLOW_OK)
    g_error ("no buffer");
  GstVideoFrame frame;
  if (!gst_video_frame_map (&frame, &info, made, GST_MAP_WRITE)) g_error ("cannot map");
  for (guint p = 0; p < GST_VIDEO_FRAME_N_PLANES (&frame); p++)
    std::memset (GST_VIDEO_FRAME_PLANE_DATA (&frame, p), 70,
                 static_cast<std::size_t> (GST_VIDEO_FRAME_PLANE_STRIDE (&frame, p)) *
                     static_cast<std::size_t> (GST_VIDEO_FRAME_COMP_HEIGHT (&frame, p)));
  gst_video_frame_unmap (&frame);
  gst_buffer_pool_set_active (pool.get (), FALSE);
  GST_BUFFER_PTS (made) = 0;
  GST_BUFFER_DURATION (made) = GST_SECOND / 10;
  return Owned<GstBuffer>{made};
}

// Mapping queues the upload first; then the event for the launch is recorded. If the upload fails,
// no event was recorded.
TEST_F (CudaOrder, TheLaunchComesAfterAnUploadByMapping)
{
  for (const char *element : {"quadmux-grid", "quaddownscale"})
    for (const bool fails : {false, true}) {
      SCOPED_TRACE (std::string{element} + (fails ? " fails" : ""));
      // quaddownscale has prepared its tables when its first frame comes.
      if (fails && std::string{element} == "quaddownscale") continue;
      hostcuda::reset ();  // nothing is alive here
      Fed f (std::string{"appsrc name=in ! "} + element +
             " ! video/x-raw(memory:CUDAMemory),format=NV12,width=32,height=24 ! " + kSink);
      Input &in = f.input ("in");
      in.in_cuda ("format=NV12,width=64,height=48");
      Owned<GstBuffer> buffer = not_uploaded (f.context (), in);
      GstMemory *memory = gst_buffer_peek_memory (buffer.get (), 0);
      ASSERT_TRUE (GST_MEMORY_FLAG_IS_SET (memory, GST_CUDA_MEMORY_TRANSFER_NEED_UPLOAD));
      ASSERT_TRUE (gst_cuda_memory_get_stream (GST_CUDA_MEMORY_CAST (memory)));
      in.push (std::move (buffer));
      in.end ();
      const std::uint64_t recorded = hostcuda::calls ("cuEventRecord");
      // GStreamer tries a copy of the memory too.
      for (unsigned n = 1; fails && n < 10; n++)
        hostcuda::fail_next ("cuMemcpy2DAsync", n, CUDA_ERROR_LAUNCH_FAILED);
      f.launch ().play ();
      const Owned<GstSample> sample = f.launch ().pull_sample ();
      if (fails) {
        EXPECT_FALSE (sample);
        EXPECT_EQ (hostcuda::calls ("cuEventRecord"), recorded);
      } else {
        ASSERT_TRUE (sample) << f.launch ().error ();
        EXPECT_GE (counters ().waits, 1u);
        EXPECT_EQ (frame_of (sample.get ()).bytes[0], 70);
      }
    }
}

// Memory without a stream may be filled anew as soon as it is freed, so the element waits.
TEST_F (CudaOrder, ForMemoryWithoutAStreamTheElementWaits)
{
  Fed f (std::string{"appsrc name=in ! quadmux-grid ! "} + kOut + kSink);
  f.input ("in").in_cuda ("format=NV12,width=64,height=48");
  Owned<GstBuffer> first = f.input ("in").make (100, 0);
  GstMemory *memory = gst_buffer_peek_memory (first.get (), 0);
  ASSERT_FALSE (gst_cuda_memory_get_stream (GST_CUDA_MEMORY_CAST (memory)));
  f.input ("in").push (std::move (first));
  f.input ("in").end ();
  const std::uint64_t before = counters ().syncs;
  f.launch ().play ();
  const Owned<GstSample> sample = f.launch ().pull_sample ();
  ASSERT_TRUE (sample) << f.launch ().error ();
  EXPECT_GT (counters ().syncs, before);
  memory = gst_buffer_peek_memory (gst_sample_get_buffer (sample.get ()), 0);
  EXPECT_FALSE (GST_MEMORY_FLAG_IS_SET (memory, GST_CUDA_MEMORY_TRANSFER_NEED_SYNC));
}

#else

TEST_F (CudaOrder, StreamsAndEvents) {}

#endif

}  // namespace
