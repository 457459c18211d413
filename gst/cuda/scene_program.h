// The device's tables and launches for a scene of one shape, made on the host.
#pragma once

#include <vector>

#include "core/scene.h"
#include "cuda/kernels/program.h"

namespace quad::cuda {

// Patches [first, first + count) of a program, drawn with the sources that they name. If a layer
// holds k, it shows tile sources[k] of the scene.
struct Launch {
  int first = 0;
  int count = 0;
  std::vector<int> sources;
};

// The device's tables in one block of bytes. It may lie at any address that is a multiple of 16.
class SceneProgram {
 public:
  // The caller has checked `scene`.
  explicit SceneProgram (const Scene &scene);

  const std::vector<Launch> &launches () const { return launches_; }
  const std::vector<std::byte> &tables () const { return tables_; }

  // The parameters of a launch, without the planes. `tables` is the tables' address on the device.
  DrawParams params (const Launch &launch, std::uint64_t tables) const;

 private:
  struct Build;

  std::vector<std::byte> tables_;
  Offset<Patch> patches_ = {};  // of all launches
  Offset<Part> parts_ = {};
  Offset<Layer> layers_ = {};
  Offset<Picture> pictures_ = {};
  Offset<Conversion> conversions_ = {};
  Samples samples_[kPlanes] = {};
  std::vector<Launch> launches_;
};

// Whether the kernels can draw the format: it has at most three planes, and each raster lies in one
// of them.
bool draws (const FormatInfo &format);

// Describes a raster of a format that the kernels draw. Leaves out `room`, which depends on the
// canvas.
Samples samples_of (const FormatInfo &format, int raster);

}  // namespace quad::cuda
