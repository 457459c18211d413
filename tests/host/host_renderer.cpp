#include "scenes.h"

namespace quad::test {

std::unique_ptr<Renderer> make_renderer (const host::HostOptions &options)
{
  return host::make_host_renderer (options);
}

}  // namespace quad::test
