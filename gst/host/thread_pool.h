// A pool of threads that run numbered jobs.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace quad::host {

class ThreadPool {
 public:
  // `threads` includes the calling thread: 1 starts none. If the machine gives fewer, the pool is
  // smaller.
  explicit ThreadPool (int threads);
  ~ThreadPool ();
  ThreadPool (const ThreadPool &) = delete;
  ThreadPool &operator= (const ThreadPool &) = delete;

  int size () const { return static_cast<int> (threads_.size ()) + 1; }

  // Calls job (i, worker) once for each i < count, on any thread, and returns when all have
  // returned. `worker` < size () is different for concurrent calls. Only one thread at a time may
  // call run (). Allocates nothing.
  template <typename Job>
  void run (int count, const Job &job)
  {
    run_erased (count, {&job, [] (const void *j, int i, int worker) {
                          (*static_cast<const Job *> (j)) (i, worker);
                        }});
  }

 private:
  // A reference to the caller's callable.
  struct JobRef {
    const void *job = nullptr;
    void (*call) (const void *job, int i, int worker) = nullptr;
  };

  void run_erased (int count, JobRef job);
  void work (int worker);
  void drain (int worker);

  std::vector<std::thread> threads_;
  std::mutex mutex_;
  std::condition_variable wake_, done_;
  JobRef job_;
  int count_ = 0;
  std::atomic<int> next_ = 0;
  int busy_ = 0;
  unsigned round_ = 0;
  bool stop_ = false;
};

// A pool of `threads` threads; 0 for one per processor.
std::shared_ptr<ThreadPool> make_thread_pool (int threads);

}  // namespace quad::host
