// Threads that wait for numbered jobs.
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
  // `threads` counts the calling thread: 1 starts none. Threads that cannot be
  // started are done without.
  explicit ThreadPool (int threads);
  ~ThreadPool ();
  ThreadPool (const ThreadPool &) = delete;
  ThreadPool &operator= (const ThreadPool &) = delete;

  int size () const { return static_cast<int> (threads_.size ()) + 1; }

  // Calls job (i, worker) for every i < count, each once, on any thread; worker
  // < size () tells concurrent calls apart. Returns when all have returned.
  // Not to be called from two threads at once. Allocates nothing.
  template <typename Job>
  void run (int count, const Job &job)
  {
    run_erased (count, {&job, [] (const void *j, int i, int worker) {
                          (*static_cast<const Job *> (j)) (i, worker);
                        }});
  }

 private:
  // A callable that its caller keeps.
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

// A pool of `threads`; 0 for one a processor.
std::shared_ptr<ThreadPool> make_thread_pool (int threads);

}  // namespace quad::host
