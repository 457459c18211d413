#include "glue/backend_rows.h"
#include "host/host_renderer.h"

namespace quad {
namespace {

class Host : public Backend {
 public:
  std::unique_ptr<Renderer> make_renderer (Threads &threads) override
  {
    return host::make_host_renderer ({.pool = threads.pool ()});
  }
};

}  // namespace

BackendRow host_row ()
{
  return {.converts_drawing = true, .make = [] (GstElement *) -> std::unique_ptr<Backend> {
            return std::make_unique<Host> ();
          }};
}

}  // namespace quad
