// Thousands of frames take no more memory than a few.
#include "elements/cuda/fed.h"

using namespace quad::test;
using hostcuda::counters;

namespace {

using CudaEndurance = CudaTest;

// One frame in, one frame out: no queue changes the number of frames that exist at once.
TEST_F (CudaEndurance, TenThousandFrames)
{
  constexpr std::uint64_t kFrames = 10000;
  Fed f (
      std::string{"quadmux-grid name=grid gap=2 sink_0::repeat-after-eos=true ! "
                  "video/x-raw(memory:CUDAMemory),format=NV12,width=64,height=36 ! "
                  "appsink name=out sync=false enable-last-sample=false "
                  "appsrc name=a ! grid.sink_0 appsrc name=b ! grid.sink_1 "
                  "appsrc name=c ! grid.sink_2 appsrc name=d ! grid.sink_3"});
  // Inputs: as it is, converted, uploaded, scaled.
  f.input ("a").in_cuda ("format=NV12,width=32,height=18", 8);
  f.input ("b").in_cuda ("format=RGBA,width=32,height=18", 8);
  f.input ("c").on_host ("format=NV12,width=32,height=18");
  f.input ("d").in_cuda ("format=NV12,width=16,height=45", 8);
  f.launch ().play ();
  hostcuda::Counters at_100 = {};
  for (std::uint64_t n = 0; n < kFrames; n++) {
    for (const char *name : {"a", "b", "c", "d"}) f.input (name).push (100, n);
    const quad::Owned<GstSample> sample = f.launch ().pull_sample ();
    ASSERT_TRUE (sample) << f.launch ().error ();
    ASSERT_EQ (GST_BUFFER_PTS (gst_sample_get_buffer (sample.get ())), n * GST_SECOND / 10);
    const hostcuda::Counters now = counters ();
    if (n == 100) at_100 = now;
    if (n < 100) continue;
    ASSERT_EQ (now.live_allocations, at_100.live_allocations) << n;
    ASSERT_EQ (now.live_bytes, at_100.live_bytes) << n;
    ASSERT_EQ (now.live_host_allocations, at_100.live_host_allocations) << n;
    ASSERT_EQ (now.live_streams, at_100.live_streams) << n;
    ASSERT_EQ (now.live_modules, at_100.live_modules) << n;
    ASSERT_EQ (now.live_events, at_100.live_events) << n;
  }
  // All four are drawn at once.
  EXPECT_EQ (counters ().launches, kFrames);
  EXPECT_EQ (f.launch ().infos ().size (), 1u);
}

// With threads and queues, in which the number of frames at once may differ.
TEST_F (CudaEndurance, QueuesAndScalers)
{
  std::string line =
      "quadmux-grid name=grid ! "
      "video/x-raw(memory:CUDAMemory),format=NV12,width=128,height=72 ! " +
      std::string{kDownload} + kSink;
  for (int i = 0; i < 4; i++)
    line.append (" ")
        .append (source ("NV12", 96, 54, 500))
        .append (kUpload)
        .append ("quaddownscale ! queue max-size-buffers=3 ! grid.");
  Launch p (line);
  p.play ();
  std::uint64_t count = 0;
  while (p.pull_sample ()) {
    // In each branch frames are in a queue, on either side of it, and in the grid.
    EXPECT_LE (counters ().live_allocations, 100u);
    count++;
  }
  EXPECT_EQ (count, 500u);
  EXPECT_EQ (p.error (), "");
  EXPECT_EQ (counters ().launches, 500u * 5);
}

}  // namespace
