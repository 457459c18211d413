// The rows that tables of backends are made of.
#pragma once

#include "glue/backend.h"

namespace quad {

BackendRow host_row ();
BackendRow cuda_row ();  // defined where this build has CUDA

}  // namespace quad
