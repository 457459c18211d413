// What embed.py made of the kernels when this was built.
#pragma once

#include <vector>

#include "cuda/nvrtc.h"

namespace quad::cuda {

// The compiled kernels (a fatbin), or null where there was no nvcc.
const void *kernel_image ();

// Their source: kernels.cu, and the files that it includes.
std::vector<SourceFile> kernel_sources ();

}  // namespace quad::cuda
