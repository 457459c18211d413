// The table of backends, and nothing else. Rows are named here and do not register themselves: a
// linker leaves out what nobody in a static library refers to.
#include "glue/backend_rows.h"

namespace quad {

std::span<const BackendRow> backends ()
{
  static const BackendRow rows[] = {
#ifdef QUAD_HAVE_CUDA
      cuda_row (),
#endif
      host_row (),
  };
  return rows;
}

}  // namespace quad
