// The private parts of Device, for this folder only.
#pragma once

#include "cuda/cuda_renderer.h"
#include "cuda/driver.h"
#include "glue/device.h"

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

struct Device::Impl {
  GstElement *element = nullptr;
  // Held during a search for a context. Answers come through take_context in the same thread;
  // offers from other threads are ignored meanwhile. Taken before `lock`.
  std::recursive_mutex opening;
  GstCudaContext *candidate = nullptr;  // found by libgstcuda's functions; a reference
  bool refused = false;                 // an error was posted; once until close ()

  // Protects the members below. No other element is called with it held, so this element can answer
  // a neighbour while it asks one itself.
  mutable std::mutex lock;
  int id = -1;
  Owned<GstCudaContext> context;
  std::shared_ptr<WorkStream> stream;  // renderers keep it too

  // A configured pool for frames of `caps` with at least `size` bytes each; `size` becomes their
  // real size. It is `offered` if that is possible, else a new one; null on failure. After open (),
  // with the lock held.
  Owned<GstBufferPool> pool_for (GstCaps *caps, guint &size, guint min, guint max,
                                 Owned<GstBufferPool> offered) const;
  Owned<GstBufferPool> configured (Owned<GstBufferPool> pool, GstCaps *caps, guint &size, guint min,
                                   guint max) const;
  // Posts the reason why there is no device.
  void refuse (const std::string &why, const char *detail);
  // Makes the candidate the context.
  void publish ();
};

}  // namespace quad
