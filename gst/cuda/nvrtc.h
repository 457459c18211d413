// NVIDIA's run-time compiler (NVRTC), in any version that the machine has.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace quad::cuda {

// A file that kernels include, and the name that they use for it.
struct SourceFile {
  const char *name;
  const char *text;
};

// Compiles `files` (the first is the one to compile, the others are its headers) for a device of
// compute capability `capability` (90 for 9.0). Tries each NVRTC of the machine, the newest first,
// until `take` returns true for its image. The image is machine code if that NVRTC knows the
// device, else PTX for the newest older architecture. Returns false if no image was taken;
// `problem` then says why for each NVRTC.
bool compile_kernels (const std::vector<SourceFile> &files, int capability,
                      const std::function<bool (const std::string &image)> &take,
                      std::string &problem);

}  // namespace quad::cuda
