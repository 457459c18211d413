// Threads that wait for numbered jobs.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
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
  // Not to be called from two threads at once.
  void run (int count, const std::function<void (int, int)> &job);

 private:
  void work (int worker);
  void drain (int worker);

  std::vector<std::thread> threads_;
  std::mutex mutex_;
  std::condition_variable wake_, done_;
  const std::function<void (int, int)> *job_ = nullptr;
  int count_ = 0;
  std::atomic<int> next_ = 0;
  int busy_ = 0;
  unsigned round_ = 0;
  bool stop_ = false;
};

}  // namespace quad::host
