// The CUDA stream of a Device, for this folder only.
#pragma once

#include <memory>
#include <span>

#include "core/renderer.h"
#include "cuda/driver.h"

namespace quad {

// The CUDA memory at the begin of a buffer, or null. No reference is taken.
GstCudaMemory *cuda_memory_in (GstBuffer *buffer);

// The stream for an element's work, and its order with other streams. Up to GStreamer 1.22 memory
// carries no stream: an element must finish its work before it hands a buffer on. From 1.24 on
// streams wait for each other's events. The context must be current in all calls but make and the
// destructor.
class WorkStream {
 public:
  static std::shared_ptr<WorkStream> make (GstCudaContext *context);
  ~WorkStream ();
  WorkStream (const WorkStream &) = delete;
  WorkStream &operator= (const WorkStream &) = delete;

  CUstream get () const;
  // Assigns the pool's memory to this stream.
  void configure (GstStructure *pool_config) const;
  // Work queued from now on runs after the work that fills or still reads the buffer.
  Status wait_for (GstBuffer *buffer);
  // The next hand_over waits: queued work reads host memory that the next frame reuses.
  void finish_with_frame ();
  Status hand_over (std::span<GstBuffer *const> inputs, GstBuffer *output);

 private:
  struct State;
  explicit WorkStream (std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace quad
