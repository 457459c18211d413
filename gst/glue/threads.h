// The threads of one element.
#pragma once

#include <memory>

namespace quad {

namespace host {
class ThreadPool;
}

// One pool for all renderers of an element, which work one after the other, and for its converters,
// which work side by side. Not thread safe.
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

 private:
  int count_;
  std::shared_ptr<host::ThreadPool> pool_;
};

}  // namespace quad
