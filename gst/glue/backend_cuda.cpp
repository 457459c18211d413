#include "glue/backend_rows.h"
#include "glue/device_impl.h"
#include "glue/device_tile.h"

namespace quad {
namespace {

// Formats that GStreamer's CUDA memory can hold in every release since 1.22.
bool in_cuda_memory (PixelFormat format)
{
  switch (format) {
    case PixelFormat::nv12:
    case PixelFormat::i420:
    case PixelFormat::yv12:
    case PixelFormat::p010_10le:
    case PixelFormat::i420_10le:
    case PixelFormat::y444:
    case PixelFormat::rgba:
    case PixelFormat::bgra:
    case PixelFormat::rgbx:
    case PixelFormat::bgrx: return true;
    default: return false;
  }
}

}  // namespace

BackendRow cuda_row ()
{
  return {.memory = Memory::cuda,
          .feature = "memory:CUDAMemory",
          .name = "CUDA",
          .download = "cudadownload",
          .converter = "cudaconvert",
          .draws = in_cuda_memory,
          .available = device_available,
          .holds = [] (GstBuffer *buffer) { return cuda_memory_in (buffer) != nullptr; },
          .converts = device_converts,
          .make = [] (GstElement *element) -> std::unique_ptr<Backend> {
            return std::make_unique<Device> (element);
          }};
}

}  // namespace quad
