// The threads that one element draws with.
#pragma once

#include <memory>

#include "glue/owned.h"

namespace quad {

namespace host {
class ThreadPool;
}

// One pool for all renderers and converters of an element, which work one after the other.
// Not thread safe.
class Threads {
 public:
  // As n-threads: 0 for one a processor. None is started before it is asked for.
  explicit Threads (int count) : count_ (count) {}
  ~Threads ();
  Threads (const Threads &) = delete;
  Threads &operator= (const Threads &) = delete;

  // The machine may have fewer to give than were asked for; the calling one is always there.
  const std::shared_ptr<host::ThreadPool> &pool ();

  // The same for GstVideoConverter, whose work is done in gst_video_converter_frame_finish:
  // its own pool waits forever for threads that cannot be started.
  GstTaskPool *task_pool ();
  int size ();

 private:
  int count_;
  std::shared_ptr<host::ThreadPool> pool_;
  Owned<GstTaskPool> tasks_;
};

}  // namespace quad
