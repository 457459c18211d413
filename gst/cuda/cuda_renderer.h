// The backend that draws with an NVIDIA GPU.
#pragma once

#include <memory>

#include "core/renderer.h"
#include "cuda/driver.h"

namespace quad::cuda {

// A renderer for frames in `context`. It keeps a reference to the context. Any thread may draw, one
// at a time. The renderer queues work in `stream` (null: the context's default stream); `keep`
// keeps the stream alive. prepare () queues a copy of the scene's tables to the device, and waits
// only if they need more memory than before. draw () queues one launch, copies nothing and does not
// wait. (It needs one launch more for each 64 sources above 64, and if more than 64 pictures
// overlap.)
std::unique_ptr<Renderer> make_cuda_renderer (GstCudaContext *context, CUstream stream,
                                              std::shared_ptr<const void> keep = nullptr);

}  // namespace quad::cuda
