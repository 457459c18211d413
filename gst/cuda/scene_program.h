// What a scene of one shape needs on the device, made on the host.
#pragma once

#include <vector>

#include "core/scene.h"
#include "cuda/kernels/program.h"

namespace quad::cuda {

// Patches [first, first + count) of a program, drawn together with the sources that
// they name: tile i of the scene is sources[k] for the k that the layers hold.
struct Launch {
  int first = 0;
  int count = 0;
  std::vector<int> sources;
};

// The device's tables in one block of bytes. Pointers in them are offsets until
// `relocated`.
class SceneProgram {
 public:
  // `scene` was checked.
  explicit SceneProgram (const Scene &scene);

  const std::vector<Launch> &launches () const { return launches_; }
  std::size_t size () const { return bytes_.size (); }

  // Makes the bytes what they are to be at `base` on the device; once.
  const std::vector<std::byte> &relocated (std::uint64_t base);
  // The parameters of a launch but for the pictures' addresses, once relocated.
  DrawParams params (const Launch &launch) const;

 private:
  struct Build;

  std::vector<std::byte> bytes_;
  std::size_t patches_ = 0, parts_ = 0, layers_ = 0, pictures_ = 0;  // where each begins
  std::size_t picture_count_ = 0;
  std::uint64_t base_ = 0;
  Samples samples_[3] = {};
  std::vector<Launch> launches_;
};

Samples samples_of (const FormatInfo &format, int plane);

}  // namespace quad::cuda
