// Makes the driver fail: each call in turn, each time that it is made.
#include <dlfcn.h>
#include <gtest/gtest.h>

#include <string_view>

#include "cuda/cuda_renderer.h"
#include "cuda/kernel_image.h"
#include "gpu.h"
#include "host/scenes.h"
#include "support/hostcuda/hostcuda.h"

// Linked with --wrap=dlopen: finds only the double's NVRTC, whatever this machine has.
extern "C" {
void *__real_dlopen (const char *name, int flags);
void *__wrap_dlopen (const char *name, int flags);
void *__wrap_dlopen (const char *name, int flags)
{
  const std::string_view wanted = name ? name : "";
  if (wanted.find ("nvrtc") == std::string_view::npos) return __real_dlopen (name, flags);
  return wanted == "libnvrtc.so" ? __real_dlopen ("libnvrtc.so.13", flags) : nullptr;
}
}

namespace quad::test {
namespace {

// Functions that the backend may call.
constexpr const char *kCalls[] = {"cuCtxPushCurrent",       "cuDeviceGet",
                                  "cuDeviceGetAttribute",   "cuModuleLoadData",
                                  "cuModuleGetFunction",    "cuMemAlloc",
                                  "cuMemcpy2DAsync",        "cuStreamSynchronize",
                                  "cuLaunchKernel",         "nvrtcGetNumSupportedArchs",
                                  "nvrtcGetSupportedArchs", "nvrtcCreateProgram",
                                  "nvrtcCompileProgram",    "nvrtcGetCUBINSize",
                                  "nvrtcGetCUBIN"};
// The results of these calls change nothing.
constexpr const char *kReleases[] = {"cuMemFree", "cuModuleUnload"};

class CudaErrors : public ::testing::Test {
 protected:
  void SetUp () override
  {
    (void)gpu_context ();
    hostcuda::reset ();
    alive_ = things_alive ();
    paint (*owned_.pictures[0], Pattern::noise, 1);
    source_ = std::make_unique<DevicePicture> (gpu_context (), owned_.pictures[0]->view ());
    canvas_ = std::make_unique<DevicePicture> (gpu_context (), out_.view ());
    scene_ = owned_.scene;
    scene_.tiles[0].source = source_->view ();
    larger_ = scene_;
    // These tables do not fit in the memory of scene_'s tables.
    larger_.tiles.resize (20, scene_.tiles[0]);
    for (Tile &t : larger_.tiles) t.alpha = 99;
    expected_ = owned_.scene;
    hostcuda::reset ();
  }
  void TearDown () override
  {
    hostcuda::reset ();
    // The device still works, and the failed call left nothing behind.
    EXPECT_EQ (drawn (), Status::ok);
    expect_right ();
    source_.reset ();
    canvas_.reset ();
    EXPECT_EQ (things_alive (), alive_);
    EXPECT_EQ (hostcuda::counters ().misuses, 0u);
  }

  // Runs all of a renderer's life and returns the first failure. It draws scenes of two sizes, so
  // that it sends tables twice and asks for more memory.
  Status drawn ()
  {
    auto renderer = cuda::make_cuda_renderer (gpu_context (), nullptr);
    Status first = Status::ok;
    for (const Scene *scene : {&scene_, &larger_, &scene_}) {
      for (const Status s : {renderer->prepare (*scene), renderer->draw (*scene, canvas_->view ()),
                             renderer->finish ()})
        if (first == Status::ok) first = s;
      if (first != Status::ok) break;
    }
    // Calls that release things have a test of their own.
    EXPECT_EQ (hostcuda::counters ().misuses, 0u);
    made_.clear ();
    for (const char *name : kCalls) made_.emplace_back (name, hostcuda::calls (name));
    hostcuda::reset ();
    renderer.reset ();
    EXPECT_EQ (hostcuda::counters ().misuses, 0u);
    hostcuda::reset ();
    return first;
  }
  void expect_right ()
  {
    ASSERT_TRUE (canvas_->read (out_.view ()));
    EXPECT_EQ (first_difference (out_, draw (expected_)), "");
  }

  OwnedScene owned_ = scene_of (PixelFormat::nv12, {40, 30}, {26, 18}, Filter::area);
  Picture out_{PixelFormat::nv12, {26, 18}};
  Scene scene_, larger_, expected_;
  std::unique_ptr<DevicePicture> source_, canvas_;
  std::uint64_t alive_ = 0;
  std::vector<std::pair<const char *, std::uint64_t>> made_;
};

TEST_F (CudaErrors, EachCallInTurn)
{
  // Go on without the embedded image, so that NVRTC is asked.
  const bool embedded = cuda::kernel_image () != nullptr;
  for (const bool refused : {false, true}) {
    const auto refuse = [&] {
      if (refused) hostcuda::fail_next ("cuModuleLoadData", 1, CUDA_ERROR_NO_BINARY_FOR_GPU);
    };
    if (refused && !embedded) break;
    refuse ();
    ASSERT_EQ (drawn (), Status::ok);
    const auto calls = made_;
    for (const auto &[name, count] : calls)
      for (unsigned nth = 1; nth <= count; nth++) {
        SCOPED_TRACE (std::string (name) + " " + std::to_string (nth));
        if (refused && std::string_view (name) == "cuModuleLoadData" && nth == 1) continue;
        refuse ();
        const bool nvrtc = name[0] == 'n';
        hostcuda::fail_next (name, nth, nvrtc ? 6 : CUDA_ERROR_UNKNOWN);
        const Status status = drawn ();
        EXPECT_EQ (status, nvrtc ? Status::no_kernels : Status::device_failed);
        EXPECT_EQ (things_alive (), alive_ + 4) << "left behind";  // ours: two planes each
        EXPECT_EQ (drawn (), Status::ok) << "a fresh renderer";
      }
  }
}

TEST_F (CudaErrors, WhatReleasesMayFail)
{
  for (const char *name : kReleases) {
    SCOPED_TRACE (name);
    for (unsigned nth = 1; nth <= 12; nth++) {
      hostcuda::fail_next (name, nth, CUDA_ERROR_UNKNOWN);
      (void)drawn ();
      EXPECT_EQ (things_alive (), alive_ + 4);
    }
    EXPECT_EQ (drawn (), Status::ok);
  }
}

// A failed launch shows at the next wait for the device.
TEST_F (CudaErrors, FailureWhileDrawing)
{
  const auto renderer = cuda::make_cuda_renderer (gpu_context (), nullptr);
  ASSERT_EQ (renderer->prepare (scene_), Status::ok);
  hostcuda::fail_next ("cuLaunchKernel", 1, CUDA_ERROR_LAUNCH_FAILED);
  EXPECT_EQ (renderer->draw (scene_, canvas_->view ()), Status::device_failed);
  hostcuda::fail_next ("cuStreamSynchronize", 1, CUDA_ERROR_ILLEGAL_ADDRESS);
  EXPECT_EQ (renderer->finish (), Status::device_failed);
  EXPECT_EQ (renderer->draw (scene_, canvas_->view ()), Status::ok);
  EXPECT_EQ (renderer->finish (), Status::ok);
  expect_right ();
}

// If prepare() fails, the next prepare() does the work.
TEST_F (CudaErrors, PrepareAgainAfterAFailure)
{
  for (const char *name : {"cuMemAlloc", "cuMemcpy2DAsync", "cuStreamSynchronize"}) {
    SCOPED_TRACE (name);
    const auto renderer = cuda::make_cuda_renderer (gpu_context (), nullptr);
    ASSERT_EQ (renderer->prepare (scene_), Status::ok);
    hostcuda::fail_next (name, 1, CUDA_ERROR_UNKNOWN);
    EXPECT_EQ (renderer->prepare (larger_), Status::device_failed);
    EXPECT_EQ (renderer->draw (larger_, canvas_->view ()), Status::not_prepared);
    ASSERT_EQ (renderer->prepare (larger_), Status::ok);
    EXPECT_EQ (renderer->draw (larger_, canvas_->view ()), Status::ok);
    ASSERT_EQ (renderer->prepare (scene_), Status::ok);
    EXPECT_EQ (renderer->draw (scene_, canvas_->view ()), Status::ok);
    EXPECT_EQ (renderer->finish (), Status::ok);
    expect_right ();
  }
}

TEST_F (CudaErrors, OutOfDeviceMemory)
{
  hostcuda::fail_next ("cuMemAlloc", 1, CUDA_ERROR_OUT_OF_MEMORY);
  EXPECT_EQ (drawn (), Status::out_of_device_memory);
  // Leave almost no memory besides the pictures'.
  hostcuda::set_memory_limit (hostcuda::counters ().live_bytes + 100);
  EXPECT_EQ (drawn (), Status::out_of_device_memory);
  // Leave enough for the small scene's tables, but not for the larger one's.
  const auto renderer = cuda::make_cuda_renderer (gpu_context (), nullptr);
  ASSERT_EQ (renderer->prepare (scene_), Status::ok);
  hostcuda::set_memory_limit (hostcuda::counters ().live_bytes + 100);
  EXPECT_EQ (renderer->prepare (larger_), Status::out_of_device_memory);
  EXPECT_EQ (renderer->draw (larger_, canvas_->view ()), Status::not_prepared);
  hostcuda::reset ();
  EXPECT_EQ (renderer->prepare (larger_), Status::ok);
}

TEST_F (CudaErrors, LostDevice)
{
  auto renderer = cuda::make_cuda_renderer (gpu_context (), nullptr);
  ASSERT_EQ (renderer->prepare (scene_), Status::ok);
  hostcuda::fail_everything (CUDA_ERROR_ECC_UNCORRECTABLE);
  EXPECT_EQ (renderer->draw (scene_, canvas_->view ()), Status::device_failed);
  EXPECT_EQ (renderer->finish (), Status::device_failed);
  EXPECT_EQ (renderer->prepare (larger_), Status::device_failed);
  renderer.reset ();
  EXPECT_EQ (cuda::make_cuda_renderer (gpu_context (), nullptr)->draw (scene_, canvas_->view ()),
             Status::not_prepared);
  EXPECT_NE (cuda::make_cuda_renderer (gpu_context (), nullptr)->prepare (scene_), Status::ok);
}

}  // namespace
}  // namespace quad::test
