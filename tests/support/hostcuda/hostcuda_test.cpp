// The driver's double behaves as its users expect.
#include "hostcuda.h"

#include <gst/app/gstappsink.h>
#include <gtest/gtest.h>

// GStreamer calls its CUDA library unstable. Its headers use old-style casts.
#ifndef GST_USE_UNSTABLE_API
#define GST_USE_UNSTABLE_API
#endif
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wconversion"
#include <gst/cuda/gstcudacontext.h>
#include <gst/cuda/gstcudaloader.h>
#pragma GCC diagnostic pop

#include <atomic>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "fake_nvrtc.h"
#include "glue/owned.h"
#include "test_kernels.h"

namespace {

using hostcuda::counters;
using hostcuda::test::Fill;
using quad::Owned;

// A context that is current while the test runs. Everything must be freed after it.
class HostCuda : public testing::Test {
 protected:
  void SetUp () override
  {
    hostcuda::reset ();
    before_ = counters ();
    ASSERT_EQ (cuInit (0), CUDA_SUCCESS);
    // GStreamer 1.22 leaves a context behind for each codec that is not supported, on the
    // thread that loads nvcodec.
    for (CUcontext left = nullptr; cuCtxGetCurrent (&left) == CUDA_SUCCESS && left;)
      ASSERT_EQ (cuCtxPopCurrent (nullptr), CUDA_SUCCESS);
    ASSERT_EQ (cuDevicePrimaryCtxRetain (&context_, 0), CUDA_SUCCESS);
    ASSERT_EQ (cuCtxPushCurrent (context_), CUDA_SUCCESS);
  }
  void TearDown () override
  {
    hostcuda::reset ();
    cuCtxPopCurrent (nullptr);
    cuDevicePrimaryCtxRelease (0);
    const auto after = counters ();
    EXPECT_EQ (after.live_contexts, before_.live_contexts);
    EXPECT_EQ (after.live_allocations, before_.live_allocations);
    EXPECT_EQ (after.live_modules, before_.live_modules);
  }
  static CUdeviceptr allocated (std::size_t bytes)
  {
    CUdeviceptr memory = 0;
    EXPECT_EQ (cuMemAlloc (&memory, bytes), CUDA_SUCCESS);
    return memory;
  }
  static std::vector<unsigned char> read (CUdeviceptr memory, std::size_t bytes)
  {
    std::vector<unsigned char> host (bytes);
    EXPECT_EQ (cuMemcpyDtoH (host.data (), memory, bytes), CUDA_SUCCESS);
    return host;
  }
  static CUfunction function (const char *name)
  {
    CUmodule module = nullptr;
    CUfunction found = nullptr;
    EXPECT_EQ (cuModuleLoadData (&module, "// a comment\n.version 8.0\n"), CUDA_SUCCESS);
    EXPECT_EQ (cuModuleGetFunction (&found, module, name), CUDA_SUCCESS);
    return found;
  }
  static CUresult launched (const char *name, void *params, unsigned blocks, unsigned threads)
  {
    void *pointers[] = {params};
    return cuLaunchKernel (function (name), blocks, 1, 1, threads, 1, 1, 0, nullptr, pointers,
                           nullptr);
  }
  static Fill fill_of (CUdeviceptr memory, unsigned width, unsigned height)
  {
    return {reinterpret_cast<unsigned char *> (memory), width, width, height, 7};
  }
  CUcontext context_ = nullptr;
  hostcuda::Counters before_{};
};
using HostCudaDeathTest = HostCuda;

TEST_F (HostCuda, CountsAllocationsAndCopies)
{
  std::vector<unsigned char> host (300);
  std::iota (host.begin (), host.end (), static_cast<unsigned char> (0));
  const CUdeviceptr a = allocated (300), b = allocated (300);
  EXPECT_EQ (counters ().live_bytes - before_.live_bytes, 600u);
  EXPECT_EQ (read (a, 300), std::vector<unsigned char> (300, 0xA5));
  ASSERT_EQ (cuMemcpyHtoD (a, host.data (), 300), CUDA_SUCCESS);
  ASSERT_EQ (cuMemcpyDtoD (b, a, 300), CUDA_SUCCESS);
  EXPECT_EQ (read (b, 300), host);
  EXPECT_EQ (cuMemFree (a), CUDA_SUCCESS);
  EXPECT_EQ (counters ().live_allocations, before_.live_allocations + 1);
  EXPECT_EQ (cuMemFree (b), CUDA_SUCCESS);

  const auto now = counters ();
  EXPECT_EQ (now.allocs, 2u);
  EXPECT_EQ (now.frees, 2u);
  EXPECT_EQ (now.copies_h2d, 1u);
  EXPECT_EQ (now.copies_d2h, 2u);
  EXPECT_EQ (now.copies_d2d, 1u);
  EXPECT_EQ (now.bytes_copied, 4 * 300u);
  EXPECT_EQ (now.misuses, 0u);
  EXPECT_EQ (hostcuda::calls ("cuMemAlloc"), 2u);
}

TEST_F (HostCuda, CopiesRowsBetweenPitches)
{
  CUdeviceptr memory = 0;
  std::size_t pitch = 0;
  hostcuda::set_poison (0x11);
  ASSERT_EQ (cuMemAllocPitch (&memory, &pitch, 5, 3, 16), CUDA_SUCCESS);
  EXPECT_EQ (pitch, 512u);
  const unsigned char host[] = {1, 2, 3, 4, 5, 6};
  CUDA_MEMCPY2D copy{};
  copy.srcMemoryType = CU_MEMORYTYPE_HOST;
  copy.srcHost = host;
  copy.srcPitch = 3;
  copy.dstMemoryType = CU_MEMORYTYPE_DEVICE;
  copy.dstDevice = memory;
  copy.dstPitch = pitch;
  copy.dstXInBytes = 2;
  copy.dstY = 1;
  copy.WidthInBytes = 3;
  copy.Height = 2;
  ASSERT_EQ (cuMemcpy2D (&copy), CUDA_SUCCESS);
  const auto bytes = read (memory, 3 * pitch);
  EXPECT_EQ (bytes[pitch + 1], 0x11);
  EXPECT_EQ (bytes[pitch + 2], 1);
  EXPECT_EQ (bytes[2 * pitch + 4], 6);
  EXPECT_EQ (bytes[2 * pitch + 5], 0x11);
  copy.srcPitch = 2;
  EXPECT_EQ (cuMemcpy2D (&copy), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ (cuMemFree (memory), CUDA_SUCCESS);
}

TEST_F (HostCuda, FailsAsToldAndStillReleases)
{
  hostcuda::fail_next ("cuMemAlloc", 2, CUDA_ERROR_OUT_OF_MEMORY);
  const CUdeviceptr first = allocated (10);
  CUdeviceptr second = 0;
  EXPECT_EQ (cuMemAlloc (&second, 10), CUDA_ERROR_OUT_OF_MEMORY);
  const CUdeviceptr third = allocated (10);

  hostcuda::fail_everything (CUDA_ERROR_ECC_UNCORRECTABLE);
  EXPECT_EQ (cuMemcpyDtoD (first, third, 10), CUDA_ERROR_ECC_UNCORRECTABLE);
  EXPECT_EQ (cuStreamSynchronize (nullptr), CUDA_ERROR_ECC_UNCORRECTABLE);
  EXPECT_EQ (cuCtxPushCurrent (context_), CUDA_SUCCESS);
  EXPECT_EQ (cuCtxPopCurrent (nullptr), CUDA_SUCCESS);
  EXPECT_EQ (cuMemFree (first), CUDA_ERROR_ECC_UNCORRECTABLE);
  hostcuda::fail_everything (CUDA_SUCCESS);
  EXPECT_EQ (cuMemFree (third), CUDA_SUCCESS);
  EXPECT_EQ (counters ().live_allocations, before_.live_allocations);
}

TEST_F (HostCuda, LimitsMemory)
{
  hostcuda::set_memory_limit (before_.live_bytes + 1000);
  const CUdeviceptr some = allocated (600);
  CUdeviceptr more = 0;
  EXPECT_EQ (cuMemAlloc (&more, 401), CUDA_ERROR_OUT_OF_MEMORY);
  EXPECT_EQ (cuMemFree (some), CUDA_SUCCESS);
}

TEST_F (HostCuda, TellsMisuse)
{
  EXPECT_EQ (cuMemFree (4096), CUDA_ERROR_INVALID_VALUE);
  CUstream stream = nullptr;
  ASSERT_EQ (cuStreamCreate (&stream, 0), CUDA_SUCCESS);
  EXPECT_EQ (cuStreamDestroy (stream), CUDA_SUCCESS);
  EXPECT_EQ (cuStreamSynchronize (stream), CUDA_ERROR_INVALID_HANDLE);
  ASSERT_EQ (cuCtxPopCurrent (nullptr), CUDA_SUCCESS);
  CUdeviceptr memory = 0;
  EXPECT_EQ (cuMemAlloc (&memory, 1), CUDA_ERROR_INVALID_CONTEXT);
  EXPECT_EQ (counters ().misuses, 3u);
  ASSERT_EQ (cuCtxPushCurrent (context_), CUDA_SUCCESS);
}

TEST_F (HostCuda, ServesManyThreads)
{
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int t = 0; t < 4; t++)
    threads.emplace_back ([&] {
      CUcontext current = context_;
      cuCtxGetCurrent (&current);
      wrong += current != nullptr;  // each thread has a stack of its own
      wrong += cuCtxPushCurrent (context_) != CUDA_SUCCESS;
      for (int i = 0; i < 50; i++) {
        const CUdeviceptr memory = allocated (64);
        Fill fill = fill_of (memory, 8, 8);
        wrong += launched ("hostcuda_fill", &fill, 2, 32) != CUDA_SUCCESS;
        wrong += read (memory, 64) != std::vector<unsigned char> (64, 7);
        wrong += cuMemFree (memory) != CUDA_SUCCESS;
      }
      wrong += cuCtxPopCurrent (nullptr) != CUDA_SUCCESS;
    });
  for (std::thread &thread : threads) thread.join ();
  EXPECT_EQ (wrong, 0);
  EXPECT_EQ (counters ().launches, 200u);
  EXPECT_EQ (counters ().misuses, 0u);
}

TEST_F (HostCuda, LoadsOnlyImagesAndKnownKernels)
{
  CUmodule module = nullptr;
  EXPECT_EQ (cuModuleLoadData (&module, "PNG"), CUDA_ERROR_INVALID_IMAGE);
  ASSERT_EQ (cuModuleLoadData (&module, "\x50\xED\x55\xBA"), CUDA_SUCCESS);
  CUfunction found = nullptr;
  EXPECT_EQ (cuModuleGetFunction (&found, module, "none"), CUDA_ERROR_NOT_FOUND);
  EXPECT_EQ (cuModuleUnload (module), CUDA_SUCCESS);
}

TEST_F (HostCuda, LaunchesEachBlockOnce)
{
  const CUdeviceptr memory = allocated (12);
  Fill fill = fill_of (memory, 3, 4);
  ASSERT_EQ (launched ("hostcuda_fill", &fill, 3, 256), CUDA_SUCCESS);
  EXPECT_EQ (read (memory, 12), std::vector<unsigned char> (12, 7));
  EXPECT_EQ (counters ().launches, 1u);
  EXPECT_EQ (counters ().blocks, 3u);
  EXPECT_EQ (launched ("hostcuda_fill", &fill, 3, 257), CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES);
  EXPECT_EQ (launched ("hostcuda_fill", &fill, 0, 1), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ (cuMemFree (memory), CUDA_SUCCESS);
}

TEST_F (HostCuda, ShowsDependenceOnTheOrderOfBlocks)
{
  CUdeviceptr memory = allocated (sizeof (unsigned));
  ASSERT_EQ (launched ("hostcuda_last_block", &memory, 5, 1), CUDA_SUCCESS);
  EXPECT_EQ (read (memory, 4)[0], 4);
  hostcuda::set_block_order (hostcuda::Order::backward);
  ASSERT_EQ (launched ("hostcuda_last_block", &memory, 5, 1), CUDA_SUCCESS);
  EXPECT_EQ (read (memory, 4)[0], 0);
  EXPECT_EQ (cuMemFree (memory), CUDA_SUCCESS);
}

TEST_F (HostCuda, ShowsThatThreadsDoNotWait)
{
  constexpr unsigned kThreads = 5;
  const std::vector<unsigned> told = {4, 0, 1, 2, 3};
  const CUdeviceptr memory = allocated (sizeof (unsigned) * kThreads);
  hostcuda::test::Neighbours n = {reinterpret_cast<unsigned *> (memory), false};
  const auto run = [&] {
    EXPECT_EQ (launched ("hostcuda_neighbours", &n, 1, kThreads), CUDA_SUCCESS);
    std::vector<unsigned> result (kThreads);
    EXPECT_EQ (cuMemcpyDtoH (result.data (), memory, sizeof (unsigned) * kThreads), CUDA_SUCCESS);
    return result;
  };
  hostcuda::set_threads (kThreads);
  EXPECT_NE (run (), told);
  n.meet = true;
  EXPECT_EQ (run (), told);
  hostcuda::set_threads (1);
  EXPECT_EQ (run ()[0], 0u);
  EXPECT_EQ (cuMemFree (memory), CUDA_SUCCESS);
}

TEST_F (HostCuda, CountsOnlyWhenLenient)
{
  hostcuda::set_lenient (true);
  const CUdeviceptr memory = allocated (16);
  unsigned char host[32];
  EXPECT_EQ (cuMemcpyDtoH (host, memory, 17), CUDA_ERROR_ILLEGAL_ADDRESS);
  EXPECT_EQ (counters ().out_of_bounds, 1u);
  EXPECT_EQ (cuMemFree (memory), CUDA_SUCCESS);
}

TEST_F (HostCudaDeathTest, DiesOfCopiesOutOfBounds)
{
  const CUdeviceptr memory = allocated (100);
  unsigned char host[200];
  EXPECT_DEATH (cuMemcpyDtoH (host, memory, 101), "cuMemcpyDtoH: source, 101 bytes");
  EXPECT_DEATH (cuMemcpyHtoD (memory + 1, host, 100), "cuMemcpyHtoD: destination");
  EXPECT_DEATH (cuMemcpyDtoH (reinterpret_cast<void *> (memory), memory, 1), "it is device memory");
  EXPECT_EQ (cuMemFree (memory), CUDA_SUCCESS);
  EXPECT_DEATH (cuMemsetD8 (memory, 0, 1), "cuMemsetD8: destination.*that was freed");
}

TEST_F (HostCudaDeathTest, DiesOfKernelsOutOfBounds)
{
  const CUdeviceptr memory = allocated (100);
  Fill fill = fill_of (memory, 10, 11);
  EXPECT_DEATH (launched ("hostcuda_fill", &fill, 1, 1), "kernel hostcuda_fill.*write of 10 bytes");
  CUdeviceptr odd = memory + 1;
  EXPECT_DEATH (launched ("hostcuda_last_block", &odd, 1, 1), "not a multiple of 4");
  // A write without asking is found when the memory is freed.
  Fill unchecked = fill_of (memory, 101, 1);
  EXPECT_DEATH (
      {
        launched ("hostcuda_unchecked", &unchecked, 1, 1);
        cuMemFree (memory);
      },
      "wrote 0 bytes past an allocation of 100");
  EXPECT_EQ (cuMemFree (memory), CUDA_SUCCESS);
}

TEST_F (HostCudaDeathTest, HidesDeviceMemoryFromTheHost)
{
  if (!hostcuda::hides_memory ()) GTEST_SKIP () << "this processor has no protection keys";
  const CUdeviceptr memory = allocated (1);
  EXPECT_DEATH (*reinterpret_cast<volatile char *> (memory) = 0, "");
  EXPECT_EQ (cuMemFree (memory), CUDA_SUCCESS);
}

TEST (HostNvrtc, CompilesIntoAnImage)
{
  hostcuda::reset ();
  int major = 0, minor = 0, count = 0;
  ASSERT_EQ (nvrtcVersion (&major, &minor), NVRTC_SUCCESS);
  EXPECT_EQ (major, 13);
  ASSERT_EQ (nvrtcGetNumSupportedArchs (&count), NVRTC_SUCCESS);
  std::vector<int> architectures (static_cast<std::size_t> (count));
  ASSERT_EQ (nvrtcGetSupportedArchs (architectures.data ()), NVRTC_SUCCESS);
  EXPECT_EQ (architectures.front (), 75);

  nvrtcProgram program = nullptr;
  ASSERT_EQ (nvrtcCreateProgram (&program, "x", nullptr, 0, nullptr, nullptr), NVRTC_SUCCESS);
  const char *old[] = {"--gpu-architecture=compute_52"};
  EXPECT_EQ (nvrtcCompileProgram (program, 1, old), NVRTC_ERROR_INVALID_OPTION);
  hostcuda::fail_next ("nvrtcCompileProgram", 1, NVRTC_ERROR_COMPILATION);
  const char *known[] = {"--gpu-architecture=sm_90a"};
  EXPECT_EQ (nvrtcCompileProgram (program, 1, known), NVRTC_ERROR_COMPILATION);
  ASSERT_EQ (nvrtcCompileProgram (program, 1, known), NVRTC_SUCCESS);
  std::size_t size = 0;
  ASSERT_EQ (nvrtcGetCUBINSize (program, &size), NVRTC_SUCCESS);
  std::vector<char> image (size);
  ASSERT_EQ (nvrtcGetCUBIN (program, image.data ()), NVRTC_SUCCESS);
  EXPECT_EQ (nvrtcDestroyProgram (&program), NVRTC_SUCCESS);

  ASSERT_TRUE (gst_cuda_load_library ());
  const Owned<GstCudaContext> context{gst_cuda_context_new (0)};
  ASSERT_NE (context.get (), nullptr);
  ASSERT_TRUE (gst_cuda_context_push (context.get ()));
  CUmodule module = nullptr;
  EXPECT_EQ (cuModuleLoadData (&module, image.data ()), CUDA_SUCCESS);
  EXPECT_EQ (cuModuleUnload (module), CUDA_SUCCESS);
  ASSERT_TRUE (gst_cuda_context_pop (nullptr));
}

TEST (HostCudaInGStreamer, HasAllThatItsLoaderWants)
{
  hostcuda::reset ();
  ASSERT_TRUE (gst_cuda_load_library ());
  {
    const Owned<GstCudaContext> context{gst_cuda_context_new (0)};
    ASSERT_NE (context.get (), nullptr);
    EXPECT_EQ (hostcuda::calls ("cuCtxCreate"), 1u);
  }
  EXPECT_EQ (hostcuda::calls ("cuCtxDestroy"), 1u);
  EXPECT_EQ (counters ().misuses, 0u);
}

// The frames that a pipeline ending in "appsink name=sink" gives.
std::vector<std::vector<guint8>> frames_of (const std::string &launch)
{
  std::vector<std::vector<guint8>> frames;
  const Owned<GstElement> pipeline{gst_parse_launch (launch.c_str (), nullptr)};
  if (!pipeline) return frames;
  const Owned<GstElement> sink{gst_bin_get_by_name (GST_BIN (pipeline.get ()), "sink")};
  gst_element_set_state (pipeline.get (), GST_STATE_PLAYING);
  while (GstSample *taken = gst_app_sink_pull_sample (GST_APP_SINK (sink.get ()))) {
    const Owned<GstSample> sample{taken};
    GstBuffer *buffer = gst_sample_get_buffer (taken);
    frames.emplace_back (gst_buffer_get_size (buffer));
    gst_buffer_extract (buffer, 0, frames.back ().data (), frames.back ().size ());
  }
  gst_element_set_state (pipeline.get (), GST_STATE_NULL);
  return frames;
}

TEST (HostCudaInGStreamer, UploadsAndDownloads)
{
  for (const char *name : {"cudaupload", "cudadownload"}) {
    const Owned<GstElementFactory> factory{gst_element_factory_find (name)};
    ASSERT_NE (factory.get (), nullptr)
        << name << " is not registered: GStreamer's nvcodec plugin is missing, or did not "
        << "find this folder's libraries when the registry was made";
  }
  hostcuda::reset ();
  const auto before = counters ();
  for (const char *format : {"RGBA", "NV12", "I420", "P010_10LE"}) {
    SCOPED_TRACE (format);
    const std::string source =
        "videotestsrc num-buffers=3 ! video/x-raw,width=64,height=34,format=" +
        std::string{format} + " ! ";
    const auto plain = frames_of (source + "appsink name=sink sync=false");
    const auto copied = frames_of (
        source + "cudaupload ! video/x-raw(memory:CUDAMemory) ! cudadownload ! video/x-raw ! " +
        "appsink name=sink sync=false");
    ASSERT_EQ (plain.size (), 3u);
    EXPECT_EQ (copied, plain);
  }
  const auto after = counters ();
  EXPECT_GE (after.copies_h2d, 12u);
  EXPECT_GE (after.copies_d2h, 12u);
  EXPECT_EQ (after.misuses, 0u);
  EXPECT_EQ (after.live_allocations, before.live_allocations);
  EXPECT_EQ (after.live_streams, before.live_streams);
}

}  // namespace
