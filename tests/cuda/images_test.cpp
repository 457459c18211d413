// Tests which image of the kernels is loaded: the embedded one (which the test sets here) or, if
// the driver accepts none, one that NVRTC makes.
#include <dlfcn.h>
#include <gtest/gtest.h>

#include <map>
#include <thread>

#include "cuda/kernel_image.h"
#include "cuda/module.h"
#include "gpu.h"
#include "support/hostcuda/hostcuda.h"

namespace {

const void *the_image = nullptr;
const char *the_source = "";
// The libraries that dlopen finds under NVRTC's names. It finds no others.
std::map<std::string, std::string> libraries;

}  // namespace

// Replaces the code that embed.py makes.
namespace quad::cuda {

const void *kernel_image () { return the_image; }
std::vector<SourceFile> kernel_sources () { return {{"draw.cu", the_source}}; }

}  // namespace quad::cuda

// Linked with --wrap=dlopen.
extern "C" {
void *__real_dlopen (const char *name, int flags);
void *__wrap_dlopen (const char *name, int flags);
void *__wrap_dlopen (const char *name, int flags)
{
  if (!name || std::string_view (name).find ("nvrtc") == std::string_view::npos)
    return __real_dlopen (name, flags);
  const auto found = libraries.find (name);
  return found == libraries.end () ? nullptr : __real_dlopen (found->second.c_str (), flags);
}
}

namespace quad::test {
namespace {

constexpr char kPtx[] = "//\n.version 7.8\n.target sm_75\n";
// The double under the names of CUDA 13 and of CUDA 12.
constexpr char kNewer[] = "libnvrtc.so.13";
constexpr char kOlder[] = "libnvrtc-older.so";
constexpr char kNonsense[] = "not an image";

class CudaImages : public ::testing::Test {
 protected:
  void SetUp () override
  {
    (void)gpu_context ();
    hostcuda::reset ();
    the_image = nullptr;
    the_source = "source";
    libraries = {{"libnvrtc.so", kNewer}, {"libnvrtc.so.13", kNewer}};
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
    }
    return status;
  }
  static std::uint64_t compilations () { return hostcuda::calls ("nvrtcCompileProgram"); }
};

TEST_F (CudaImages, TheEmbeddedOneIsEnough)
{
  the_image = kPtx;
  libraries.clear ();
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
  // An older driver refuses the image of a newer compiler.
  the_image = kPtx;
  hostcuda::fail_next ("cuModuleLoadData", 1, CUDA_ERROR_UNSUPPORTED_PTX_VERSION);
  EXPECT_EQ (loaded (), Status::ok);
  EXPECT_EQ (compilations (), 2u);
}

// If no other image can help, nothing is compiled.
TEST_F (CudaImages, AFailureThatIsNotTheImages)
{
  const struct {
    const char *call;
    int result;
    Status expected;
  } cases[] = {
      {"cuModuleLoadData", CUDA_ERROR_OUT_OF_MEMORY, Status::out_of_device_memory},
      {"cuModuleLoadData", CUDA_ERROR_DEVICE_UNAVAILABLE, Status::device_failed},
      {"cuModuleLoadData", CUDA_ERROR_CONTEXT_IS_DESTROYED, Status::device_failed},
      {"cuModuleLoadData", CUDA_ERROR_ECC_UNCORRECTABLE, Status::device_failed},
      {"cuModuleGetFunction", CUDA_ERROR_ILLEGAL_ADDRESS, Status::device_failed},
  };
  for (const auto &c : cases) {
    SCOPED_TRACE (std::string (c.call) + " " + std::to_string (c.result));
    the_image = kPtx;
    hostcuda::reset ();
    hostcuda::fail_next (c.call, 1, c.result);
    EXPECT_EQ (loaded (), c.expected);
    EXPECT_EQ (compilations (), 0u);
    // Another NVRTC does not help either.
    the_image = nullptr;
    libraries["libnvrtc.so.12"] = kOlder;
    hostcuda::reset ();
    hostcuda::fail_next (c.call, 1, c.result);
    EXPECT_EQ (loaded (), c.expected);
    EXPECT_EQ (compilations (), 1u);
  }
}

TEST_F (CudaImages, EachErrorOfAnImage)
{
  for (const int result :
       {CUDA_ERROR_INVALID_IMAGE, CUDA_ERROR_NO_BINARY_FOR_GPU, CUDA_ERROR_INVALID_PTX,
        CUDA_ERROR_JIT_COMPILER_NOT_FOUND, CUDA_ERROR_UNSUPPORTED_PTX_VERSION,
        CUDA_ERROR_JIT_COMPILATION_DISABLED, CUDA_ERROR_INVALID_SOURCE, CUDA_ERROR_NOT_FOUND}) {
    SCOPED_TRACE (result);
    the_image = kPtx;
    hostcuda::reset ();
    hostcuda::fail_next ("cuModuleLoadData", 1, result);
    EXPECT_EQ (loaded (), Status::ok);
    EXPECT_EQ (compilations (), 1u);
  }
}

TEST_F (CudaImages, OneWithoutOurKernels)
{
  the_image = kPtx;
  hostcuda::fail_next ("cuModuleGetFunction", 1, CUDA_ERROR_NOT_FOUND);
  EXPECT_EQ (loaded (), Status::ok);
  EXPECT_EQ (compilations (), 1u);
}

// The GPU is newer than the compiler, so the driver compiles PTX.
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

// The driver is of CUDA 12, the compilers are of 13 and 12.
TEST_F (CudaImages, EachNvrtcInTurn)
{
  libraries["libnvrtc.so.12"] = kOlder;
  hostcuda::fail_next ("cuModuleLoadData", 1, CUDA_ERROR_UNSUPPORTED_PTX_VERSION);
  EXPECT_EQ (loaded (), Status::ok);
  EXPECT_EQ (compilations (), 2u);
  // The first does not know the GPU.
  hostcuda::reset ();
  hostcuda::set_device (12040, 5, 2);
  EXPECT_EQ (loaded (), Status::ok);
  EXPECT_EQ (compilations (), 1u);
  // The first one does not work.
  for (const char *call : {"nvrtcGetNumSupportedArchs", "nvrtcGetSupportedArchs",
                           "nvrtcCreateProgram", "nvrtcCompileProgram", "nvrtcGetCUBIN"}) {
    SCOPED_TRACE (call);
    hostcuda::reset ();
    hostcuda::fail_next (call, 1, 6);
    EXPECT_EQ (loaded (), Status::ok);
    EXPECT_EQ (hostcuda::calls (call), 2u);
  }
  // None of them works.
  hostcuda::reset ();
  for (unsigned nth = 1; nth <= 2; nth++)
    hostcuda::fail_next ("cuModuleLoadData", nth, CUDA_ERROR_UNSUPPORTED_PTX_VERSION);
  EXPECT_EQ (loaded (), Status::no_kernels);
  EXPECT_EQ (compilations (), 2u);
}

// A GPU that does not tell its compute capability gets no kernels, and the error does not say that
// it is too old.
TEST_F (CudaImages, NoComputeCapability)
{
  for (const auto &[call, count] : {std::pair{"cuDeviceGet", 1u}, {"cuDeviceGetAttribute", 2u}})
    for (unsigned nth = 1; nth <= count; nth++) {
      SCOPED_TRACE (std::string (call) + " " + std::to_string (nth));
      hostcuda::reset ();
      hostcuda::fail_next (call, nth, CUDA_ERROR_INVALID_DEVICE);
      EXPECT_EQ (loaded (), Status::device_failed);
      EXPECT_EQ (compilations (), 0u);
    }
}

// All users of a context share one module. The last of them unloads it.
TEST_F (CudaImages, LoadedOnceInAContext)
{
  the_image = kPtx;
  const cuda::Current current (gpu_context ());
  Status status = Status::device_failed;
  auto first = cuda::Module::load (gpu_context (), status);
  ASSERT_TRUE (first);
  auto second = cuda::Module::load (gpu_context (), status);
  EXPECT_EQ (status, Status::ok);
  EXPECT_EQ (first, second);
  std::thread ([&] {
    const cuda::Current there (gpu_context ());
    Status also = Status::device_failed;
    EXPECT_EQ (cuda::Module::load (gpu_context (), also), first);
  }).join ();
  EXPECT_EQ (hostcuda::calls ("cuModuleLoadData"), 1u);
  // Another context has a module of its own.
  GstCudaContext *other = gst_cuda_context_new (0);
  {
    const cuda::Current in_other (other);
    const auto theirs = cuda::Module::load (other, status);
    ASSERT_TRUE (theirs);
    EXPECT_NE (theirs, first);
    EXPECT_EQ (hostcuda::counters ().live_modules, 2u);
  }
  EXPECT_EQ (hostcuda::counters ().live_modules, 1u);
  gst_object_unref (other);
  EXPECT_EQ (hostcuda::counters ().live_contexts, 1u) << "something keeps the context";
  first.reset ();
  EXPECT_EQ (hostcuda::counters ().live_modules, 1u);
  second.reset ();
  EXPECT_EQ (hostcuda::counters ().live_modules, 0u);
  EXPECT_EQ (loaded (), Status::ok);
  EXPECT_EQ (hostcuda::calls ("cuModuleLoadData"), 3u);
}

TEST_F (CudaImages, NoNvrtc)
{
  libraries.clear ();
  EXPECT_EQ (loaded (), Status::no_kernels);
  the_image = kNonsense;
  EXPECT_EQ (loaded (), Status::no_kernels);
}

// A library of NVRTC's name that lacks functions, as before CUDA 11.2.
TEST_F (CudaImages, NvrtcThatIsTooOld)
{
  libraries = {{"libnvrtc.so", "libm.so.6"}, {"libnvrtc.so.11.2", "libm.so.6"}};
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

// The log has the compilers' messages and names.
TEST_F (CudaImages, TheProblemIsTold)
{
  const auto problem_of = [] (const char *source, int capability, bool taken) {
    std::string problem;
    const auto take = [&] (const std::string &) { return taken; };
    EXPECT_EQ (cuda::compile_kernels ({{"draw.cu", source}}, capability, take, problem), taken);
    return problem;
  };
  EXPECT_EQ (problem_of ("x", 90, true), "");
  EXPECT_EQ (problem_of ("x", 90, false), "libnvrtc.so: the driver does not load what it compiled");
  EXPECT_NE (problem_of ("", 90, false).find ("libnvrtc.so: error: there is no source"),
             std::string::npos);
  EXPECT_EQ (problem_of ("x", 52, false),
             "libnvrtc.so: it knows no architecture as old as the GPU's, sm_52");
  libraries["libnvrtc.so.12"] = kOlder;
  EXPECT_EQ (problem_of ("x", 52, false),
             "libnvrtc.so: it knows no architecture as old as the GPU's, sm_52; libnvrtc.so.12: "
             "the driver does not load what it compiled");
  libraries.clear ();
  EXPECT_NE (problem_of ("x", 90, false).find ("no NVRTC"), std::string::npos);
}

}  // namespace
}  // namespace quad::test
