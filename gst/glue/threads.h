// The threads of one element.
#pragma once

#include <memory>

#include "glue/owned.h"

namespace quad {

namespace host {
class ThreadPool;
}

// One pool for all renderers and converters of an element; they work one after the other. Not
// thread safe.
class Threads {
 public:
  // `count` as n-threads: 0 is one per processor. No thread is started before the pool is asked
  // for.
  explicit Threads (int count) : count_ (count) {}
  ~Threads ();
  Threads (const Threads &) = delete;
  Threads &operator= (const Threads &) = delete;

  // The pool may be smaller than asked for; it always has the calling thread.
  const std::shared_ptr<host::ThreadPool> &pool ();

  // The same pool for GstVideoConverter. Its work is done in gst_video_converter_frame_finish ().
  // GStreamer's own pool would wait for ever if a thread cannot be started.
  GstTaskPool *task_pool ();
  int size ();

 private:
  int count_;
  std::shared_ptr<host::ThreadPool> pool_;
  Owned<GstTaskPool> tasks_;
};

}  // namespace quad
