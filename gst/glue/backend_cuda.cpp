#include "glue/backend_rows.h"
#include "glue/colorimetry.h"
#include "glue/device.h"
#include "glue/device_stream.h"

namespace quad {
namespace {

// The plugin may run on another GStreamer than it was built with.
bool in_cuda_memory (PixelFormat format)
{
  guint major, minor, micro, nano;
  gst_version (&major, &minor, &micro, &nano);
  const int since = info_of (format).in_cuda_since;
  return since > 0 && minor >= static_cast<guint> (since);
}

}  // namespace

BackendRow cuda_row ()
{
  return {.memory = Memory::cuda,
          .feature = "memory:CUDAMemory",
          .name = "CUDA",
          .download = "cudadownload",
          .converter = "cudaconvert",
          .usage = "nvidia-smi lists what uses the GPU's memory.",
          .failed =
              "See the log (GST_DEBUG=quadcuda:1); nvidia-smi and the kernel's log say whether "
              "the GPU is still there.",
          .no_kernels = "Update its driver, or install the NVRTC of its CUDA version (libnvrtc).",
          .draws = in_cuda_memory,
          .available = device_available,
          .holds = [] (GstBuffer *buffer) { return cuda_memory_in (buffer) != nullptr; },
          .converts =
              [] (const GstVideoInfo &from, const GstVideoInfo &to) {
                return same_light (from.colorimetry, to.colorimetry);
              },
          .converts_drawing = true,
          .make = [] (GstElement *element) -> std::unique_ptr<Backend> {
            return std::make_unique<Device> (element);
          }};
}

}  // namespace quad
