// The private parts of Device, for this folder only.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "cuda/driver.h"
#include "glue/device.h"
#include "glue/device_stream.h"

namespace quad {

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
