// The backend that draws with an NVIDIA GPU.
#pragma once

#include <memory>

#include "core/renderer.h"
#include "cuda/driver.h"

namespace quad::cuda {

// A renderer of frames in `context`, which it keeps a reference of, for any thread
// that draws; its work is queued in `stream` (null for the context's default stream),
// which `keep` keeps alive. prepare() queues a copy of the scene's tables
// to the device, and waits where they need more memory than before; draw() queues
// one launch (one more for each 64 sources above 64, and where more than 64 pictures
// overlap), copies nothing and waits for nothing.
std::unique_ptr<Renderer> make_cuda_renderer (GstCudaContext *context, CUstream stream,
                                              std::shared_ptr<const void> keep = nullptr);

}  // namespace quad::cuda
