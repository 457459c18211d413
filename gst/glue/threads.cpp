#include "glue/threads.h"

#include "host/thread_pool.h"

namespace quad {

Threads::~Threads () = default;

const std::shared_ptr<host::ThreadPool> &Threads::pool ()
{
  if (!pool_) pool_ = host::make_thread_pool (count_);
  return pool_;
}

}  // namespace quad
