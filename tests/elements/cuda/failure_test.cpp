// What elements do when calls of the CUDA driver fail.
#include <set>

#include "cuda/kernel_image.h"
#include "elements/cuda/fed.h"

using namespace quad::test;
using hostcuda::counters;
using quad::Owned;

namespace {

class CudaFailure : public CudaTest {
 protected:
  CudaFailure () { fails_ = true; }
};

const char *const kNv12 = "format=NV12,width=64,height=48";

// The functions of the driver that GStreamer 1.22 to 1.26 and these elements may call.
const char *const kFunctions[] = {
    "cuCtxCreate",         "cuCtxDestroy",         "cuCtxPopCurrent",
    "cuCtxPushCurrent",    "cuDeviceGet",          "cuDeviceGetCount",
    "cuDeviceGetName",     "cuDeviceGetAttribute", "cuDriverGetVersion",
    "cuEventCreate",       "cuEventDestroy",       "cuEventRecord",
    "cuEventQuery",        "cuEventSynchronize",   "cuInit",
    "cuLaunchKernel",      "cuMemAlloc",           "cuMemAllocAsync",
    "cuMemAllocPitch",     "cuMemAllocHost",       "cuMemFree",
    "cuMemFreeAsync",      "cuMemFreeHost",        "cuMemcpy2D",
    "cuMemcpy2DAsync",     "cuModuleGetFunction",  "cuModuleLoadData",
    "cuModuleUnload",      "cuStreamCreate",       "cuStreamDestroy",
    "cuStreamSynchronize", "cuStreamWaitEvent",    "nvrtcCreateProgram",
    "nvrtcCompileProgram", "nvrtcDestroyProgram"};

// Scaling, drawing, and uploading; where the canvas is on the host, downloading.
std::string all_work (const std::string &canvas)
{
  return "quadmux-grid name=grid ! " + canvas +
         ",format=NV12,width=64,height=48 ! quaddownscale name=last ! " + kSink +
         " appsrc name=a ! quaddownscale name=first ! grid. appsrc name=b ! grid. "
         "appsrc name=c ! grid.";
}

void feed (Fed &f, std::uint64_t frames)
{
  f.input ("a").in_cuda (kNv12);
  f.input ("b").in_cuda ("format=RGBA,width=40,height=30");
  f.input ("c").on_host (kNv12);
  for (const char *name : {"a", "b", "c"}) {
    for (std::uint64_t n = 0; n < frames; n++) f.input (name).push (100, n);
    f.input (name).end ();
  }
}

// Plays to the end without mapping a frame, so the test itself makes no call.
std::uint64_t played (Launch &launch)
{
  launch.play ();
  std::uint64_t count = 0;
  while (launch.pull_sample ()) count++;
  return count;
}

// Functions that nobody calls in the work below, wherever the canvas is.
std::set<std::string> never_called ()
{
  // The context exists before and is destroyed later. Shapes do not change often enough to wait for
  // tables.
  std::set<std::string> names = {
      "cuCtxCreate",        "cuCtxDestroy",   "cuDeviceGetCount",   "cuDeviceGetName",
      "cuDriverGetVersion", "cuEventQuery",   "cuEventSynchronize", "cuInit",
      "cuMemAllocAsync",    "cuMemFreeAsync", "cuMemcpy2D"};
#if !GST_CHECK_VERSION(1, 24, 0)
  names.insert ("cuStreamWaitEvent");
#endif
  // The abilities of a device and a compiler are queried only if no image was embedded.
  if (quad::cuda::kernel_image ())
    names.insert ({"cuDeviceGet", "cuDeviceGetAttribute", "nvrtcCreateProgram",
                   "nvrtcCompileProgram", "nvrtcDestroyProgram"});
  return names;
}

TEST_F (CudaFailure, AnyCallMayFail)
{
  constexpr std::uint64_t kFrames = 4;
  std::set<std::string> uncalled (std::begin (kFunctions), std::end (kFunctions));
  for (const char *canvas : {"video/x-raw(memory:CUDAMemory)", "video/x-raw"})
    for (const char *name : kFunctions) {
      std::uint64_t calls = 0;
      {
        Fed f (all_work (canvas));
        feed (f, kFrames);
        hostcuda::reset ();
        ASSERT_EQ (played (f.launch ()), kFrames) << f.launch ().error ();
        f.launch ().stop ();
        calls = hostcuda::calls (name);
      }
      if (calls == 0) continue;
      uncalled.erase (name);
      for (const std::uint64_t n : {std::uint64_t{1}, calls / 2 + 1, calls})
        for (const int result : {CUDA_ERROR_OUT_OF_MEMORY, CUDA_ERROR_LAUNCH_FAILED}) {
          SCOPED_TRACE (std::string{name} + " " + std::to_string (n) + " of " +
                        std::to_string (calls) + ": " + std::to_string (result) + " " + canvas);
          Fed f (all_work (canvas));
          feed (f, kFrames);
          hostcuda::reset ();
          hostcuda::fail_next (name, static_cast<unsigned> (n), result);
          const std::uint64_t count = played (f.launch ());
          if (f.launch ().error ().empty ()) {
            EXPECT_EQ (count, kFrames);
          }
          f.launch ().stop ();
          // Without a current context nothing can be freed, by libgstcuda either.
          if (std::string{name} == "cuCtxPushCurrent")
            f.allow_leaks ();
          else
            EXPECT_EQ (counters ().misuses, 0u);
          // A call that did not come this time must not fail in the next round.
          hostcuda::reset ();
        }
    }
  misuses_ = counters ().misuses;
  // Finds misspelt names: they would never be called.
  EXPECT_EQ (uncalled, never_called ());
}

// Plays four frames to the end and returns the error.
std::string error_with (const char *call, int result, const std::string &line, std::string &from)
{
  Fed f (line);
  f.input ("in").in_cuda (kNv12);
  for (std::uint64_t n = 0; n < 4; n++) f.input ("in").push (100, n);
  f.input ("in").end ();
  hostcuda::reset ();
  for (unsigned n = 1; n < 30; n++) hostcuda::fail_next (call, n, result);
  played (f.launch ());
  from = f.launch ().failed_element ();
  hostcuda::reset ();  // no more failures
  EXPECT_EQ (f.launch ().errors_of ("it"), 1) << call;
  return f.launch ().error ();
}

TEST_F (CudaFailure, TheElementSaysWhatFailed)
{
  const std::string scale = "appsrc name=in ! quaddownscale name=it ! " + std::string{kSink};
  const std::string grid =
      "appsrc name=in ! quadmux-grid name=it ! "
      "video/x-raw(memory:CUDAMemory),width=16,height=12 ! " +
      std::string{kSink};
  for (const std::string &line : {scale, grid}) {
    SCOPED_TRACE (line);
    const struct {
      const char *call;
      int result;
      const char *text;
    } cases[] = {{"cuMemAlloc", CUDA_ERROR_OUT_OF_MEMORY, "memory"},
                 {"cuMemAllocPitch", CUDA_ERROR_OUT_OF_MEMORY, "memory"},
                 {"cuLaunchKernel", CUDA_ERROR_LAUNCH_FAILED, "See the log"},
                 {"cuStreamSynchronize", CUDA_ERROR_LAUNCH_FAILED, "See the log"},
                 {"cuMemcpy2DAsync", CUDA_ERROR_LAUNCH_FAILED, "See the log"},
                 {"cuStreamCreate", CUDA_ERROR_LAUNCH_FAILED, "stream"}};
    for (const auto &c : cases) {
      std::string from;
      const std::string error = error_with (c.call, c.result, line, from);
      EXPECT_EQ (from, "it") << c.call << ": " << error;
      EXPECT_NE (error.find (c.text), std::string::npos) << c.call << ": " << error;
    }
  }
}

// A failure while a pad's picture is moved is not reported as a fault of its caps.
TEST_F (CudaFailure, AFailureOnTheWayIsTheResources)
{
  const struct {
    const char *call;
    int result;
    int code;
    const char *text;
  } cases[] = {
      {"cuMemAlloc", CUDA_ERROR_OUT_OF_MEMORY, GST_RESOURCE_ERROR_NO_SPACE_LEFT,
       "out of GPU memory"},
      {"cuMemAllocHost", CUDA_ERROR_OUT_OF_MEMORY, GST_RESOURCE_ERROR_NO_SPACE_LEFT,
       "out of memory"},
      {"cuLaunchKernel", CUDA_ERROR_LAUNCH_FAILED, GST_RESOURCE_ERROR_FAILED, "See the log"},
      {"cuMemcpy2DAsync", CUDA_ERROR_LAUNCH_FAILED, GST_RESOURCE_ERROR_FAILED, "See the log"},
      {"cuStreamSynchronize", CUDA_ERROR_LAUNCH_FAILED, GST_RESOURCE_ERROR_FAILED, "See the log"},
      {"cuModuleLoadData", CUDA_ERROR_NO_BINARY_FOR_GPU, GST_RESOURCE_ERROR_FAILED,
       "no kernels for this GPU"},
  };
  for (const auto &c : cases)
    for (const char *canvas : {"video/x-raw", "video/x-raw(memory:CUDAMemory)"}) {
      SCOPED_TRACE (std::string{c.call} + " " + canvas);
      Fed f (std::string{"appsrc name=in ! quadmux-grid name=it ! "} + canvas +
             ",format=NV12,width=16,height=12 ! " + kSink);
      f.input ("in").in_cuda ("format=RGBA,width=64,height=48");
      f.input ("in").push (100, 0);
      f.input ("in").end ();
      hostcuda::reset ();
      for (unsigned n = 1; n < 30; n++) hostcuda::fail_next (c.call, n, c.result);
      const std::uint64_t count = played (f.launch ());
      const bool called = hostcuda::calls (c.call) > 0;
      const Messages::Error error = f.launch ().first_error ();
      f.launch ().stop ();
      hostcuda::reset ();
      // Nothing is pinned for a canvas on the device.
      if (!called) {
        EXPECT_EQ (count, 1u);
        continue;
      }
      EXPECT_EQ (error.element, "it") << error.text;
      EXPECT_EQ (error.domain, GST_RESOURCE_ERROR) << error.text;
      EXPECT_EQ (error.code, c.code) << error.text;
      EXPECT_NE (error.text.find (c.text), std::string::npos) << error.text;
      EXPECT_EQ (error.text.find ("videoconvert"), std::string::npos) << error.text;
    }
}

TEST_F (CudaFailure, NoKernelImageAndNoCompilerIsAnError)
{
  Fed f ("appsrc name=in ! quaddownscale name=it ! " + std::string{kSink});
  f.input ("in").in_cuda (kNv12);
  f.input ("in").push (100, 0);
  f.input ("in").end ();
  for (unsigned n = 1; n < 9; n++)
    hostcuda::fail_next ("cuModuleLoadData", n, CUDA_ERROR_NO_BINARY_FOR_GPU);
  EXPECT_EQ (played (f.launch ()), 0u);
  EXPECT_NE (f.launch ().error ().find ("no kernels for this GPU"), std::string::npos)
      << f.launch ().error ();
  EXPECT_EQ (f.launch ().failed_element (), "it");
}

TEST_F (CudaFailure, ALostDeviceIsSaidAndMayComeBack)
{
  for (const char *element : {"quaddownscale name=it", "quadmux-grid name=it"})
    for (const int result : {CUDA_ERROR_DEVICE_UNAVAILABLE, CUDA_ERROR_ILLEGAL_ADDRESS}) {
      SCOPED_TRACE (std::string{element} + " " + std::to_string (result));
      Fed f ("appsrc name=in ! " + std::string{element} +
             " ! video/x-raw(memory:CUDAMemory),width=16,height=12 ! " + kSink);
      Input &in = f.input ("in");
      in.in_cuda (kNv12, 8);
      f.launch ().play ();
      Frame frame;
      for (std::uint64_t n = 0; n < 3; n++) {
        in.push (60, n);
        ASSERT_TRUE (f.pull (frame)) << f.launch ().error ();
      }
      Owned<GstBuffer> last = in.make (60, 3);
      hostcuda::fail_everything (result);
      in.push (std::move (last));
      EXPECT_FALSE (f.pull (frame));
      EXPECT_EQ (f.launch ().failed_element (), "it");
      EXPECT_NE (f.launch ().error ().find ("GPU or its driver failed"), std::string::npos)
          << f.launch ().error ();
      EXPECT_NE (f.launch ().error ().find ("GST_DEBUG=quadcuda"), std::string::npos);
      EXPECT_EQ (f.launch ().errors_of ("it"), 1);
      f.launch ().stop ();
      hostcuda::fail_everything (0);
    }
}

TEST_F (CudaFailure, PlaysAgainWhenTheDeviceIsBack)
{
  Fed f (std::string{"appsrc name=in ! quaddownscale name=first ! quadmux-grid name=it ! "
                     "video/x-raw(memory:CUDAMemory),width=16,height=12 ! "} +
         kDownload + kSink);
  Input &in = f.input ("in");
  in.in_cuda (kNv12, 8);
  for (int round = 0; round < 4; round++) {
    f.launch ().play ();
    Owned<GstBuffer> buffer = in.make (60 + round, 0);
    hostcuda::fail_everything (round % 2 ? CUDA_ERROR_DEVICE_UNAVAILABLE : 0);
    in.push (std::move (buffer));
    Frame frame;
    if (round % 2) {
      const Owned<GstMessage> error{
          gst_bus_timed_pop_filtered (f.launch ().bus (), 30 * GST_SECOND, GST_MESSAGE_ERROR)};
      EXPECT_TRUE (error);
    } else {
      ASSERT_TRUE (f.pull (frame)) << f.launch ().error ();
      EXPECT_EQ (frame.bytes[0], 60 + round);
    }
    gst_element_set_state (f.launch ().get (), GST_STATE_NULL);
    gst_bus_set_flushing (f.launch ().bus (), TRUE);
    gst_bus_set_flushing (f.launch ().bus (), FALSE);
    hostcuda::fail_everything (0);
  }
}

TEST_F (CudaFailure, ADeviceThatIsFullIsSaid)
{
  for (const char *element : {"quaddownscale name=it", "quadmux-grid name=it"})
    // Memory for nothing, for only the tables, and for a frame without the tables.
    for (const std::uint64_t more : {0, 512, 25000}) {
      SCOPED_TRACE (std::string{element} + " " + std::to_string (more));
      Fed f ("appsrc name=in ! " + std::string{element} +
             " ! video/x-raw(memory:CUDAMemory),width=32,height=24 ! " + kSink);
      Input &in = f.input ("in");
      in.in_cuda (kNv12, 8);
      for (std::uint64_t n = 0; n < 4; n++) in.push (60, n);
      in.end ();
      hostcuda::set_memory_limit (counters ().live_bytes + more);
      EXPECT_LT (played (f.launch ()), 4u);
      EXPECT_EQ (f.launch ().failed_element (), "it") << f.launch ().error ();
      EXPECT_NE (f.launch ().error ().find ("memory"), std::string::npos) << f.launch ().error ();
      f.launch ().stop ();
      hostcuda::reset ();
    }
}

}  // namespace
