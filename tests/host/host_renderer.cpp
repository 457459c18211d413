#include "scenes.h"

namespace quad::test {

bool is_drawn (const FormatInfo &) { return true; }
bool converts () { return true; }
int scenes (int count) { return count; }

std::unique_ptr<Renderer> make_renderer (const host::HostOptions &options)
{
  return host::make_host_renderer (options);
}

}  // namespace quad::test
