// NVIDIA's run-time compiler, in whichever versions the machine has.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace quad::cuda {

// A file that kernels include, by the name they use.
struct SourceFile {
  const char *name;
  const char *text;
};

// Compiles `files[0]`, which includes the others, for a device of compute capability
// `capability` (90 for 9.0), with one NVRTC after the other, the newest first, until `take`
// returns true for what it made: machine code where that NVRTC knows the device, else PTX
// for the newest architecture that it knows below it. Returns whether one was taken; where
// none was, `problem` says why of each.
bool compile_kernels (const std::vector<SourceFile> &files, int capability,
                      const std::function<bool (const std::string &image)> &take,
                      std::string &problem);

}  // namespace quad::cuda
