#include "glue/backend.h"

#include "host/host_renderer.h"

namespace quad {

GParamSpec *cuda_device_id_spec ()
{
  return g_param_spec_int (
      "cuda-device-id", "CUDA device ID",
      "Which GPU draws frames in CUDA memory, as nvidia-smi counts them "
      "(-1 = any)",
      -1, G_MAXINT, -1,
      static_cast<GParamFlags> (int{G_PARAM_READWRITE} | int{G_PARAM_STATIC_STRINGS} |
                                int{GST_PARAM_MUTABLE_READY}));
}

bool device_available ()
{
  std::string why;
  return device_available (why);
}

std::unique_ptr<Renderer> make_renderer (Memory memory, Threads &threads, Device *device)
{
  switch (memory) {
    case Memory::host: return host::make_host_renderer ({.pool = threads.pool ()});
    case Memory::cuda: return device && device->open () ? device->make_renderer () : nullptr;
  }
  return nullptr;
}

}  // namespace quad
