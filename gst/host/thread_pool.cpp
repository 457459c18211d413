#include "host/thread_pool.h"

#include <algorithm>
#include <system_error>

namespace quad::host {

ThreadPool::ThreadPool (int threads)
{
  try {
    for (int i = 1; i < threads; i++) threads_.emplace_back ([this, i] { work (i); });
  } catch (const std::system_error &) {
    // The system gives no more threads. Work with those that started.
  }
}

ThreadPool::~ThreadPool ()
{
  {
    const std::lock_guard lock (mutex_);
    stop_ = true;
  }
  wake_.notify_all ();
  for (std::thread &t : threads_) t.join ();
}

void ThreadPool::run_erased (int count, JobRef job)
{
  if (threads_.empty () || count < 2) {
    for (int i = 0; i < count; i++) job.call (job.job, i, 0);
    return;
  }
  {
    const std::lock_guard lock (mutex_);
    job_ = job;
    count_ = count;
    next_ = 0;
    busy_ = static_cast<int> (threads_.size ());
    round_++;
  }
  wake_.notify_all ();
  drain (0);
  std::unique_lock lock (mutex_);
  done_.wait (lock, [this] { return busy_ == 0; });
}

void ThreadPool::drain (int worker)
{
  for (int i; (i = next_.fetch_add (1)) < count_;) job_.call (job_.job, i, worker);
}

void ThreadPool::work (int worker)
{
  unsigned seen = 0;
  std::unique_lock lock (mutex_);
  for (;;) {
    wake_.wait (lock, [&] { return stop_ || round_ != seen; });
    if (stop_) return;
    seen = round_;
    lock.unlock ();
    drain (worker);
    lock.lock ();
    if (--busy_ == 0) done_.notify_one ();
  }
}

std::shared_ptr<ThreadPool> make_thread_pool (int threads)
{
  const auto processors = static_cast<int> (std::max (1u, std::thread::hardware_concurrency ()));
  return std::make_shared<ThreadPool> (threads > 0 ? threads : processors);
}

}  // namespace quad::host
