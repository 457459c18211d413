// Device: what buffers it takes, and how it answers ALLOCATION queries.
#include <gtest/gtest.h>

#include "glue/device_impl.h"
#include "gpu.h"
#include "support/hostcuda/hostcuda.h"

namespace quad::test {
namespace {

constexpr guint kFrame = 64 * 48 * 3 / 2;

struct Pool {
  Owned<GstBufferPool> pool;
  guint size = 0, min = 0, max = 0;
};

class CudaDevice : public ::testing::Test {
 protected:
  CudaDevice () : caps_ (caps_for (64))
  {
    (void)gpu_context ();
    EXPECT_TRUE (device_.open ());
  }
  ~CudaDevice () override { hostcuda::reset (); }

  static Owned<GstCaps> caps_for (int width)
  {
    const std::string text =
        "video/x-raw(memory:CUDAMemory),format=NV12,height=48,framerate=1/1,"
        "width=" +
        std::to_string (width);
    return Owned<GstCaps>{gst_caps_from_string (text.c_str ())};
  }
  GstCudaContext *context () { return device_.impl ().context.get (); }
  Owned<GstBufferPool> new_pool (GstCudaContext *context) const
  {
    return Owned<GstBufferPool>{gst_cuda_buffer_pool_new (context)};
  }
  // A pool of the device that is in use, for frames of another width.
  Owned<GstBufferPool> busy_pool (int width)
  {
    Owned<GstBufferPool> pool = new_pool (context ());
    GstStructure *config = gst_buffer_pool_get_config (pool.get ());
    gst_buffer_pool_config_set_params (config, caps_for (width).get (), kFrame, 0, 0);
    EXPECT_TRUE (gst_buffer_pool_set_config (pool.get (), config));
    EXPECT_TRUE (gst_buffer_pool_set_active (pool.get (), TRUE));
    return pool;
  }
  Owned<GstQuery> query (bool need_pool = true) const
  {
    return Owned<GstQuery>{gst_query_new_allocation (caps_.get (), need_pool)};
  }
  static Pool first_of (GstQuery *query)
  {
    Pool p;
    GstBufferPool *pool = nullptr;
    gst_query_parse_nth_allocation_pool (query, 0, &pool, &p.size, &p.min, &p.max);
    p.pool.reset (pool);
    return p;
  }
  // Expects that the pool gives frames of the test's caps in CUDA memory that the device accepts.
  void expect_gives_frames (GstBufferPool *pool, guint size)
  {
    ASSERT_TRUE (pool);
    ASSERT_TRUE (gst_buffer_pool_set_active (pool, TRUE));
    GstBuffer *buffer = nullptr;
    ASSERT_EQ (gst_buffer_pool_acquire_buffer (pool, &buffer, nullptr), GST_FLOW_OK);
    const Owned<GstBuffer> owned{buffer};
    EXPECT_EQ (device_.problem_of (buffer), nullptr);
    EXPECT_EQ (gst_buffer_get_size (buffer), size);
    EXPECT_EQ (gst_buffer_get_video_meta (buffer)->width, 64u);
    gst_buffer_pool_set_active (pool, FALSE);
  }
  // A frame in CUDA memory.
  Owned<GstBuffer> frame ()
  {
    GstVideoInfo info;
    EXPECT_TRUE (gst_video_info_from_caps (&info, caps_.get ()));
    const Owned<GstAllocator> allocator{gst_allocator_find (GST_CUDA_MEMORY_TYPE_NAME)};
    Owned<GstBuffer> buffer{gst_buffer_new ()};
    gst_buffer_append_memory (buffer.get (), allocated (allocator.get (), info));
    return buffer;
  }
  GstMemory *allocated (GstAllocator *allocator, const GstVideoInfo &info)
  {
#if GST_CHECK_VERSION(1, 24, 0)
    return gst_cuda_allocator_alloc (GST_CUDA_ALLOCATOR (allocator), context (), nullptr, &info);
#else
    return gst_cuda_allocator_alloc (GST_CUDA_ALLOCATOR (allocator), context (), &info);
#endif
  }

  Owned<GstElement> element_{GST_ELEMENT (gst_object_ref_sink (gst_bin_new (nullptr)))};
  Device device_{element_.get ()};
  Owned<GstCaps> caps_;
};

TEST_F (CudaDevice, DecidesOnAPoolOfItsOwn)
{
  const Owned<GstQuery> q = query ();
  ASSERT_TRUE (device_.decide (q.get ()));
  ASSERT_EQ (gst_query_get_n_allocation_pools (q.get ()), 1u);
  const Pool p = first_of (q.get ());
  EXPECT_GE (p.size, kFrame);
  expect_gives_frames (p.pool.get (), p.size);
}

TEST_F (CudaDevice, DecidesOnTheOfferedPool)
{
  const Owned<GstBufferPool> offered = new_pool (context ());
  const Owned<GstQuery> q = query ();
  gst_query_add_allocation_pool (q.get (), offered.get (), kFrame, 2, 7);
  ASSERT_TRUE (device_.decide (q.get ()));
  const Pool p = first_of (q.get ());
  EXPECT_EQ (p.pool.get (), offered.get ());
  EXPECT_EQ (p.min, 0u) << "buffers are made when they are needed";
  EXPECT_EQ (p.max, 7u);
  expect_gives_frames (p.pool.get (), p.size);
}

// The pool is in another context, or has no CUDA memory, or there is no pool.
TEST_F (CudaDevice, ReplacesAPoolThatIsNotTheDevices)
{
  const Owned<GstCudaContext> other{gst_cuda_context_new (0)};
  Owned<GstBufferPool> pools[] = {new_pool (other.get ()),
                                  Owned<GstBufferPool>{gst_video_buffer_pool_new ()}, nullptr};
  for (const Owned<GstBufferPool> &offered : pools) {
    const Owned<GstQuery> q = query ();
    gst_query_add_allocation_pool (q.get (), offered.get (), 10, 0, 0);
    ASSERT_TRUE (device_.decide (q.get ()));
    ASSERT_EQ (gst_query_get_n_allocation_pools (q.get ()), 1u);
    const Pool p = first_of (q.get ());
    EXPECT_NE (p.pool.get (), offered.get ());
    EXPECT_GE (p.size, kFrame);
    expect_gives_frames (p.pool.get (), p.size);
  }
}

TEST_F (CudaDevice, ReplacesAPoolThatRefusesItsConfiguration)
{
  const Owned<GstBufferPool> offered = busy_pool (640);
  const Owned<GstQuery> q = query ();
  gst_query_add_allocation_pool (q.get (), offered.get (), kFrame, 3, 5);
  ASSERT_TRUE (device_.decide (q.get ()));
  ASSERT_EQ (gst_query_get_n_allocation_pools (q.get ()), 1u);
  const Pool p = first_of (q.get ());
  EXPECT_NE (p.pool.get (), offered.get ());
  EXPECT_EQ (p.min, 0u);
  EXPECT_EQ (p.max, 5u);
  expect_gives_frames (p.pool.get (), p.size);
  gst_buffer_pool_set_active (offered.get (), FALSE);
}

TEST_F (CudaDevice, DecidesNothingWithoutMemory)
{
  for (const char *call : {"cuMemAlloc", "cuMemAllocPitch"})
    for (unsigned nth = 1; nth < 9; nth++)
      hostcuda::fail_next (call, nth, CUDA_ERROR_OUT_OF_MEMORY);
  EXPECT_FALSE (device_.decide (query ().get ()));
  const Owned<GstQuery> proposed = query ();
  device_.propose (proposed.get (), 1);
  EXPECT_EQ (gst_query_get_n_allocation_pools (proposed.get ()), 0u);
}

TEST_F (CudaDevice, ProposesAPool)
{
  const Owned<GstQuery> q = query ();
  device_.propose (q.get (), 1);
  device_.propose (q.get (), 1);
  ASSERT_EQ (gst_query_get_n_allocation_pools (q.get ()), 1u);
  const Pool p = first_of (q.get ());
  expect_gives_frames (p.pool.get (), p.size);
}

TEST_F (CudaDevice, ProposesTheSizeOfAFrameWhereNoPoolIsNeeded)
{
  const Owned<GstQuery> q = query (false);
  device_.propose (q.get (), 1);
  ASSERT_EQ (gst_query_get_n_allocation_pools (q.get ()), 1u);
  const Pool p = first_of (q.get ());
  EXPECT_FALSE (p.pool);
  EXPECT_EQ (p.size, kFrame);
}

TEST_F (CudaDevice, TakesAFrameInOneMemory)
{
  EXPECT_EQ (device_.problem_of (frame ().get ()), nullptr);
}

TEST_F (CudaDevice, RefusesSeveralMemories)
{
  Owned<GstBuffer> two = frame ();
  const Owned<GstBuffer> second = frame ();
  gst_buffer_append_memory (two.get (), gst_buffer_get_memory (second.get (), 0));
  Owned<GstBuffer> with_system = frame ();
  gst_buffer_append_memory (with_system.get (), gst_allocator_alloc (nullptr, kFrame, nullptr));
  for (GstBuffer *buffer : {two.get (), with_system.get ()}) {
    const char *problem = device_.problem_of (buffer);
    ASSERT_TRUE (problem);
    EXPECT_NE (std::string_view (problem).find ("several memories"), std::string_view::npos)
        << problem;
  }
  Owned<GstBuffer> system{gst_buffer_new_allocate (nullptr, kFrame, nullptr)};
  ASSERT_TRUE (device_.problem_of (system.get ()));
  EXPECT_NE (std::string_view (device_.problem_of (system.get ())).find ("no CUDA memory"),
             std::string_view::npos);
}

// Renderers of one device share its kernels.
TEST_F (CudaDevice, RenderersShareTheKernels)
{
  hostcuda::reset ();
  Scene scene;
  scene.format = PixelFormat::nv12;
  scene.canvas = {64, 48};
  const auto first = device_.make_renderer (), second = device_.make_renderer ();
  ASSERT_EQ (first->prepare (scene), Status::ok);
  ASSERT_EQ (second->prepare (scene), Status::ok);
  EXPECT_EQ (hostcuda::calls ("cuModuleLoadData"), 1u);
  EXPECT_EQ (hostcuda::counters ().live_modules, 1u);
}

}  // namespace
}  // namespace quad::test
