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

// The device's tables in one block of bytes. It may lie at any address that is a multiple of 16.
class SceneProgram {
 public:
  // `scene` was checked.
  explicit SceneProgram (const Scene &scene);

  const std::vector<Launch> &launches () const { return launches_; }
  const std::vector<std::byte> &tables () const { return tables_; }

  // The parameters of a launch, without the planes: `tables` is where the tables lie on the device.
  DrawParams params (const Launch &launch, std::uint64_t tables) const;

 private:
  struct Build;

  std::vector<std::byte> tables_;
  Offset<Patch> patches_ = {};  // of all launches
  Offset<Part> parts_ = {};
  Offset<Layer> layers_ = {};
  Offset<Picture> pictures_ = {};
  Samples samples_[kPlanes] = {};
  std::vector<Launch> launches_;
};

// Whether the kernels draw it: at most three planes, each raster in one of them.
bool draws (const FormatInfo &format);

// Of a raster of a format that is drawn; `room` depends on the canvas and is left out.
Samples samples_of (const FormatInfo &format, int raster);

}  // namespace quad::cuda
