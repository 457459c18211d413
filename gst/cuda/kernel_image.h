// The kernels that embed.py embedded at build time.
#pragma once

#include <vector>

#include "cuda/nvrtc.h"

namespace quad::cuda {

// The compiled kernels (a fatbin); null if the build had no nvcc.
const void *kernel_image ();

// The kernels' source: kernels.cu and the files that it includes.
std::vector<SourceFile> kernel_sources ();

}  // namespace quad::cuda
