// NVIDIA's run-time compiler, in whichever version the machine has.
#pragma once

#include <string>
#include <vector>

namespace quad::cuda {

// A file that kernels include, by the name they use.
struct SourceFile {
  const char *name;
  const char *text;
};

// Compiles `files[0]`, which includes the others, for a device of compute capability
// `capability` (90 for 9.0): machine code where this NVRTC knows the device, else PTX
// for the newest architecture that it knows below it. On failure the result is empty
// and `problem` says why.
std::string compile_kernels (const std::vector<SourceFile> &files, int capability,
                             std::string &problem);

}  // namespace quad::cuda
