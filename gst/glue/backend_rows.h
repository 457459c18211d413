// The rows for tables of backends.
#pragma once

#include "glue/backend.h"

namespace quad {

BackendRow host_row ();
BackendRow cuda_row ();  // only in builds with CUDA

}  // namespace quad
