// The interface of a renderer.
#pragma once

#include "scene.h"

namespace quad {

enum class [[nodiscard]] Status{
    ok,
    unsupported_format,  // the backend does not draw this pixel format
    bad_geometry,        // a size out of range, a tile off the canvas or off the chroma grid
    mixed_sources,       // a tile's memory is not the canvas's, or its format cannot be drawn there
    not_prepared,        // draw() was given a scene of another shape than prepare()
    out_of_memory,
    out_of_device_memory,
    device_failed,  // the GPU or its driver gave up; what it drew is lost
    no_kernels,     // no kernel image loads on this GPU, and none can be compiled
};

const char *describe (Status status);

// Sizes that scenes and sources may have, on each axis.
inline constexpr int kMaxSide = 16384;

// Draws scenes. One thread at a time may call a renderer; it may use threads of
// its own while a call lasts.
class Renderer {
 public:
  virtual ~Renderer () = default;

  // The memory in which sources and output must lie.
  virtual Memory memory () const = 0;

  // Prepares for scenes of this shape (Scene::same_shape); pointers of views do not matter. All
  // errors come here. Cheap if little changed.
  virtual Status prepare (const Scene &scene) = 0;

  // Writes every byte of the canvas's planes in `out` once. `scene` has the shape of the last
  // prepare (). Its views and `out` stay valid until finish () returns, or until the backend has
  // ordered its work. Allocates nothing; fails only with not_prepared and, on a device,
  // device_failed.
  virtual Status draw (const Scene &scene, const FrameView &out) = 0;

  // Waits until the picture is complete in memory. Does nothing on the host.
  virtual Status finish () { return Status::ok; }
};

// Checks that hold for every backend: ok, or why `scene` cannot be drawn from and to `memory`.
// `converts`: the backend draws tiles of other formats than the canvas's.
Status check_scene (const Scene &scene, Memory memory, bool converts);

}  // namespace quad
