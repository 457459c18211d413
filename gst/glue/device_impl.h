// The inside of Device, for the glue alone.
#pragma once

#include "cuda/cuda_renderer.h"
#include "cuda/driver.h"
#include "glue/device.h"

namespace quad {

// The CUDA memory that a buffer begins with, or null. Not a reference.
GstCudaMemory *cuda_memory_in (GstBuffer *buffer);

// The stream that an element's work is queued in, and what keeps it in order with the
// streams of others. Up to GStreamer 1.22 memory carries no stream: whoever hands a
// buffer on has finished with it. From 1.24 on, streams wait for each other's events.
// All calls with the context current, but for make and the destructor.
class WorkStream {
 public:
  static std::shared_ptr<WorkStream> make (GstCudaContext *context);
  ~WorkStream ();
  WorkStream (const WorkStream &) = delete;
  WorkStream &operator= (const WorkStream &) = delete;

  CUstream get () const;
  // Lets the pool's memory belong to this stream.
  void configure (GstStructure *pool_config) const;
  // What is queued from now on comes after what fills, or still reads, the buffer.
  Status wait_for (GstBuffer *buffer);
  // The next hand_over waits: what is queued reads memory of the host's that the next
  // frame needs.
  void finish_with_frame ();
  Status hand_over (std::span<GstBuffer *const> inputs, GstBuffer *output);

 private:
  struct State;
  explicit WorkStream (std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

struct Device::Impl {
  GstElement *element = nullptr;
  // One search for a context at a time. Answers to it come through take_context in
  // the same thread; what another thread offers meanwhile is passed by. Before `lock`.
  std::recursive_mutex opening;
  GstCudaContext *candidate = nullptr;  // what libgstcuda's functions find, a reference
  bool refused = false;                 // an error was posted, once until closed

  // Protects what stands below; no other element is called with it held. So a neighbour's
  // question is answered while this element asks one itself.
  mutable std::mutex lock;
  int id = -1;
  Owned<GstCudaContext> context;
  std::shared_ptr<WorkStream> stream;  // what draws in it keeps it too

  // A pool for frames of `caps`, set up with at least `size` bytes a frame, which becomes
  // what they take: the offered one where it will do, else a new one, or null. With the
  // lock held, after open ().
  Owned<GstBufferPool> pool_for (GstCaps *caps, guint &size, guint min, guint max,
                                 Owned<GstBufferPool> offered) const;
  Owned<GstBufferPool> configured (Owned<GstBufferPool> pool, GstCaps *caps, guint &size, guint min,
                                   guint max) const;
  // Posts why there is no device.
  void refuse (const std::string &why, const char *detail);
  // Makes the candidate the context.
  void publish ();
};

}  // namespace quad
