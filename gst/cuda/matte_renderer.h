// Alpha for pictures in a GPU's memory.
#pragma once

#include <memory>

#include "cuda/driver.h"
#include "matte/renderer.h"

namespace quad::cuda {

// A renderer for pictures in `context`, to which it keeps a reference. It queues work in `stream`;
// `keep` keeps the stream alive. For a picture it queues one copy of what lies on the mask's grid,
// one launch that fits lines and one that applies them; it waits only if it needs more memory than
// before.
std::unique_ptr<matte::Renderer> make_matte_renderer (GstCudaContext *context, CUstream stream,
                                                      std::shared_ptr<const void> keep = nullptr);

}  // namespace quad::cuda
