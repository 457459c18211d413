#include "glue/backend.h"

#include "host/host_renderer.h"

namespace quad {

std::unique_ptr<Renderer> make_renderer (Memory memory, int threads, Device *device)
{
  switch (memory) {
    case Memory::host: return host::make_host_renderer ({.threads = threads});
    case Memory::cuda: return device && device->open () ? device->make_renderer () : nullptr;
  }
  return nullptr;
}

}  // namespace quad
