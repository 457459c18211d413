// Which image of the kernels is loaded: the embedded one (here what a test says) or, where
// there is none that the driver takes, what NVRTC makes.
#include <dlfcn.h>
#include <gtest/gtest.h>

#include "cuda/kernel_image.h"
#include "cuda/module.h"
#include "gpu.h"
#include "support/hostcuda/hostcuda.h"

namespace {

const void *the_image = nullptr;
const char *the_source = "";
const char *nvrtc_instead = nullptr;  // another library; "" for none

}  // namespace

// Instead of what embed.py made.
namespace quad::cuda {

const void *kernel_image () { return the_image; }
std::vector<SourceFile> kernel_sources () { return {{"kernels.cu", the_source}}; }

}  // namespace quad::cuda

// Linked with --wrap=dlopen.
extern "C" {
void *__real_dlopen (const char *name, int flags);
void *__wrap_dlopen (const char *name, int flags);
void *__wrap_dlopen (const char *name, int flags)
{
  const bool nvrtc = name && std::string_view (name).find ("nvrtc") != std::string_view::npos;
  if (!nvrtc || !nvrtc_instead) return __real_dlopen (name, flags);
  return *nvrtc_instead ? __real_dlopen (nvrtc_instead, flags) : nullptr;
}
}

namespace quad::test {
namespace {

constexpr char kPtx[] = "//\n.version 7.8\n.target sm_75\n";
constexpr char kNonsense[] = "not an image";

class CudaImages : public ::testing::Test {
 protected:
  void SetUp () override
  {
    (void)gpu_context ();
    hostcuda::reset ();
    the_image = nullptr;
    the_source = "source";
    nvrtc_instead = nullptr;
  }
  void TearDown () override
  {
    hostcuda::reset ();
    EXPECT_EQ (things_alive (), 0u);
  }
  static Status loaded ()
  {
    const cuda::Current current (gpu_context ());
    Status status = Status::device_failed;
    const auto module = cuda::Module::load (gpu_context (), status);
    EXPECT_EQ (module != nullptr, status == Status::ok);
    if (module) {
      EXPECT_NE (module->draw (), nullptr);
      EXPECT_NE (module->convert (), nullptr);
      EXPECT_NE (module->draw (), module->convert ());
    }
    return status;
  }
  static std::uint64_t compilations () { return hostcuda::calls ("nvrtcCompileProgram"); }
};

TEST_F (CudaImages, TheEmbeddedOneIsEnough)
{
  the_image = kPtx;
  nvrtc_instead = "";
  EXPECT_EQ (loaded (), Status::ok);
  EXPECT_EQ (compilations (), 0u);
}

TEST_F (CudaImages, WithoutOneNvrtcMakesIt)
{
  EXPECT_EQ (loaded (), Status::ok);
  EXPECT_EQ (compilations (), 1u);
  EXPECT_GT (hostcuda::calls ("nvrtcGetCUBIN"), 0u);
  EXPECT_EQ (hostcuda::calls ("nvrtcDestroyProgram"), 1u);
}

TEST_F (CudaImages, OneThatTheDriverDoesNotTake)
{
  the_image = kNonsense;
  EXPECT_EQ (loaded (), Status::ok);
  EXPECT_EQ (compilations (), 1u);
  // As an older driver refuses what a newer compiler made.
  the_image = kPtx;
  hostcuda::fail_next ("cuModuleLoadData", 1, CUDA_ERROR_UNSUPPORTED_PTX_VERSION);
  EXPECT_EQ (loaded (), Status::ok);
  EXPECT_EQ (compilations (), 2u);
}

TEST_F (CudaImages, OneWithoutOurKernels)
{
  the_image = kPtx;
  hostcuda::fail_next ("cuModuleGetFunction", 2, CUDA_ERROR_NOT_FOUND);
  EXPECT_EQ (loaded (), Status::ok);
  EXPECT_EQ (compilations (), 1u);
}

// A GPU newer than the compiler: text that the driver compiles.
TEST_F (CudaImages, NewerGpuGetsPtx)
{
  hostcuda::set_device (13000, 13, 5);
  EXPECT_EQ (loaded (), Status::ok);
  EXPECT_GT (hostcuda::calls ("nvrtcGetPTX"), 0u);
  EXPECT_EQ (hostcuda::calls ("nvrtcGetCUBIN"), 0u);
}

TEST_F (CudaImages, OlderGpuHasNoKernels)
{
  hostcuda::set_device (11040, 5, 2);
  EXPECT_EQ (loaded (), Status::no_kernels);
  EXPECT_EQ (compilations (), 0u);
}

TEST_F (CudaImages, NoNvrtc)
{
  nvrtc_instead = "";
  EXPECT_EQ (loaded (), Status::no_kernels);
  the_image = kNonsense;
  EXPECT_EQ (loaded (), Status::no_kernels);
}

// A library of that name without all functions, as before CUDA 11.2.
TEST_F (CudaImages, NvrtcThatIsTooOld)
{
  nvrtc_instead = "libm.so.6";
  EXPECT_EQ (loaded (), Status::no_kernels);
}

TEST_F (CudaImages, NvrtcFails)
{
  the_source = "";
  EXPECT_EQ (loaded (), Status::no_kernels);
  EXPECT_EQ (compilations (), 1u);
  EXPECT_EQ (hostcuda::calls ("nvrtcDestroyProgram"), 1u);
}

TEST_F (CudaImages, WhatNvrtcMadeDoesNotLoad)
{
  hostcuda::fail_next ("cuModuleLoadData", 1, CUDA_ERROR_INVALID_IMAGE);
  EXPECT_EQ (loaded (), Status::no_kernels);
  EXPECT_EQ (compilations (), 1u);
}

// The compiler's words reach the log.
TEST_F (CudaImages, TheProblemIsTold)
{
  std::string problem;
  EXPECT_EQ (cuda::compile_kernels ({{"kernels.cu", ""}}, 90, problem), "");
  EXPECT_NE (problem.find ("no source"), std::string::npos) << problem;
  nvrtc_instead = "";
  EXPECT_EQ (cuda::compile_kernels ({{"kernels.cu", "x"}}, 90, problem), "");
  EXPECT_NE (problem.find ("libnvrtc"), std::string::npos) << problem;
}

}  // namespace
}  // namespace quad::test
