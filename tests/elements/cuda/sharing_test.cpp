// What elements with frames in CUDA memory keep, share and offer each other.
#include "elements/cuda/fed.h"

using namespace quad::test;
using hostcuda::calls;
using quad::Owned;

namespace {

using CudaSharing = CudaTest;

const char *const kNv12 = "format=NV12,width=64,height=48";
const char *const kElements[] = {"quaddownscale name=it", "quadmux-grid name=it"};

// The threads draw nothing there.
TEST_F (CudaSharing, NThreadsLeavesTheDeviceAsItIs)
{
  Fed f ("appsrc name=in ! quaddownscale name=it ! " + std::string{kSink});
  Input &in = f.input ("in");
  in.in_cuda (kNv12, 8);
  f.launch ().play ();
  Frame frame;
  in.push (60, 0);
  ASSERT_TRUE (f.pull (frame)) << f.launch ().error ();
  const std::uint64_t modules = calls ("cuModuleLoadData"), memory = calls ("cuMemAlloc");
  EXPECT_EQ (modules, 1u);
  for (int n = 1; n < 4; n++) {
    g_object_set (f.launch ().element ("it").get (), "n-threads", n + 1, nullptr);
    in.push (60 + n, static_cast<std::uint64_t> (n));
    ASSERT_TRUE (f.pull (frame)) << f.launch ().error ();
    EXPECT_EQ (frame.bytes[0], 60 + n);
  }
  EXPECT_EQ (calls ("cuModuleLoadData"), modules);
  EXPECT_EQ (calls ("cuMemAlloc"), memory);
}

// A released pad holds nothing of the device, and needs nothing of it later. Its pictures were
// moved to the canvas's memory.
TEST_F (CudaSharing, AReleasedPadKeepsNothingOfTheDevice)
{
  const std::string cuda = "video/x-raw(memory:CUDAMemory)", host = "video/x-raw";
  for (const auto &[canvas, upload] : {std::pair{cuda, ""}, {host, kUpload}}) {
    SCOPED_TRACE (canvas);
    Owned<GstPad> kept;
    {
      Launch p ("quadmux-grid name=it ! " + canvas + ",format=NV12,width=32,height=24 ! " + kSink +
                " " + source ("RGBA", 64, 48, 2) + upload + "capsfilter name=up ! it.sink_0");
      kept = p.pad ("it", "sink_0");
      g_object_set (kept.get (), "repeat-after-eos", TRUE, nullptr);
      p.play ();
      Owned<GstSample> sample = p.pull_sample ();
      ASSERT_TRUE (sample) << p.error ();
      sample.reset ();
      // Plays to the end, so that no frame is on its way.
      while (p.pull_sample ()) {
      }
      const hostcuda::Counters before = hostcuda::counters ();
      gst_element_unlink (p.element ("up").get (), p.element ("it").get ());
      gst_element_release_request_pad (p.element ("it").get (), kept.get ());
      const hostcuda::Counters after = hostcuda::counters ();
      EXPECT_LT (after.live_allocations, before.live_allocations);
      if (canvas == host) {
        EXPECT_EQ (after.live_host_allocations, 0u);
      }
    }
    EXPECT_EQ (hostcuda::counters ().live_contexts, 0u);
    expect_nothing_left ();
  }
}

// Two renderers of scaling elements, and one of the grid.
TEST_F (CudaSharing, KernelsAreLoadedOnce)
{
  Fed f (std::string{"quadmux-grid name=it ! "
                     "video/x-raw(memory:CUDAMemory),format=NV12,width=64,height=48 ! "} +
         kSink +
         " appsrc name=a ! quaddownscale ! it. appsrc name=b ! quaddownscale ! it. "
         "appsrc name=c ! it. appsrc name=d ! it.");
  f.input ("a").in_cuda (kNv12);
  f.input ("b").in_cuda (kNv12);
  f.input ("c").in_cuda ("format=RGBA,width=40,height=30");
  f.input ("d").in_cuda ("format=BGRA,width=40,height=30");
  f.launch ().play ();
  for (const char *name : {"a", "b", "c", "d"}) {
    f.input (name).push (100, 0);
    f.input (name).end ();
  }
  Frame frame;
  ASSERT_TRUE (f.pull (frame)) << f.launch ().error ();
  EXPECT_EQ (calls ("cuModuleLoadData"), 1u);
  EXPECT_EQ (hostcuda::counters ().live_modules, 1u);
}

// The answer to upstream's ALLOCATION query: a pool, or only a frame's size if it needs no pool;
// and the least number of buffers. A decoder with its own surfaces has that number and a few more.
TEST_F (CudaSharing, AllocationIsProposed)
{
  for (const std::string element : kElements)
    for (const bool need_pool : {true, false}) {
      SCOPED_TRACE (element + (need_pool ? " with a pool" : " without"));
      Fed f ("appsrc name=in ! " + element +
             " ! video/x-raw(memory:CUDAMemory),width=16,height=12 ! " + kSink);
      Input &in = f.input ("in");
      in.in_cuda (kNv12);
      f.launch ().play ();
      Frame frame;
      in.push (60, 0);
      in.push (60, 1);
      ASSERT_TRUE (f.pull (frame)) << f.launch ().error ();
      const Owned<GstPad> src{gst_element_get_static_pad (in.element (), "src")};
      const Owned<GstCaps> caps{gst_pad_get_current_caps (src.get ())};
      const Owned<GstQuery> query{gst_query_new_allocation (caps.get (), need_pool)};
      ASSERT_TRUE (gst_pad_peer_query (src.get (), query.get ()));
      ASSERT_EQ (gst_query_get_n_allocation_pools (query.get ()), 1u);
      GstBufferPool *offered = nullptr;
      guint size = 0, min = 0, max = 0;
      gst_query_parse_nth_allocation_pool (query.get (), 0, &offered, &size, &min, &max);
      const Owned<GstBufferPool> pool{offered};
      // The grid shows one frame, keeps one for the end, and waits for a third.
      const guint held = element == kElements[0] ? 1 : 3;
      EXPECT_EQ (min, held);
      EXPECT_EQ (max, 0u);
      EXPECT_GE (size, 64u * 48 * 3 / 2);
      EXPECT_EQ (pool && GST_IS_CUDA_BUFFER_POOL (pool.get ()), need_pool);
      if (pool) {
        EXPECT_EQ (GST_CUDA_BUFFER_POOL (pool.get ())->context, f.context ());
        GstStructure *config = gst_buffer_pool_get_config (pool.get ());
        guint configured = 0;
        gst_buffer_pool_config_get_params (config, nullptr, nullptr, &configured, nullptr);
        gst_structure_free (config);
        EXPECT_EQ (configured, held);
      }
    }
}

// Downstream's pool is in use for other frames, so the element makes its own.
TEST_F (CudaSharing, APoolThatRefusesIsReplaced)
{
  for (const char *element : kElements) {
    SCOPED_TRACE (element);
    Fed f ("appsrc name=in ! " + std::string{element} +
           " ! video/x-raw(memory:CUDAMemory),width=16,height=12 ! " + kSink);
    const Owned<GstBufferPool> busy{gst_cuda_buffer_pool_new (f.context ())};
    GstStructure *config = gst_buffer_pool_get_config (busy.get ());
    const Owned<GstCaps> other = caps_of (
        "video/x-raw(memory:CUDAMemory),format=I420,width=8,"
        "height=8");
    gst_buffer_pool_config_set_params (config, other.get (), 96, 0, 0);
    ASSERT_TRUE (gst_buffer_pool_set_config (busy.get (), config));
    ASSERT_TRUE (gst_buffer_pool_set_active (busy.get (), TRUE));
    const Owned<GstElement> out = f.launch ().element ("out");
    const Owned<GstPad> sink{gst_element_get_static_pad (out.get (), "sink")};
    const auto offer = [] (GstPad *, GstPadProbeInfo *info, gpointer pool) {
      GstQuery *query = gst_pad_probe_info_get_query (info);
      if (GST_QUERY_TYPE (query) != GST_QUERY_ALLOCATION) return GST_PAD_PROBE_OK;
      gst_query_add_allocation_pool (query, static_cast<GstBufferPool *> (pool), 96, 0, 0);
      return GST_PAD_PROBE_HANDLED;
    };
    gst_pad_add_probe (sink.get (), GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM, offer, busy.get (),
                       nullptr);
    Input &in = f.input ("in");
    in.in_cuda (kNv12);
    f.launch ().play ();
    in.push (60, 0);
    in.end ();
    {
      const Owned<GstSample> sample = f.launch ().pull_sample ();
      ASSERT_TRUE (sample) << f.launch ().error ();
      EXPECT_NE (gst_sample_get_buffer (sample.get ())->pool, busy.get ());
      EXPECT_EQ (frame_of (sample.get ()).bytes[0], 60);
    }
    f.launch ().stop ();
    gst_buffer_pool_set_active (busy.get (), FALSE);
  }
}

class CudaAdvice : public CudaTest {
 protected:
  CudaAdvice () { fails_ = true; }
};

// For a lost device the error says where to look and what to do.
TEST_F (CudaAdvice, AFailedDevice)
{
  for (const char *element : kElements) {
    SCOPED_TRACE (element);
    Fed f ("appsrc name=in ! " + std::string{element} +
           " ! video/x-raw(memory:CUDAMemory),width=16,height=12 ! " + kSink);
    f.input ("in").in_cuda (kNv12);
    f.input ("in").push (100, 0);
    f.input ("in").end ();
    hostcuda::reset ();
    for (unsigned n = 1; n < 9; n++)
      hostcuda::fail_next ("cuLaunchKernel", n, CUDA_ERROR_LAUNCH_FAILED);
    f.launch ().play ();
    EXPECT_FALSE (f.launch ().pull_sample ());
    const std::string error = f.launch ().error ();
    for (const char *text :
         {"GST_DEBUG=quadcuda:1", "nvidia-smi", "Start the pipeline again", "cudadownload"})
      EXPECT_NE (error.find (text), std::string::npos) << error;
    hostcuda::reset ();
  }
}

}  // namespace
