// What a writer's pipeline tells it.
#pragma once

#include <condition_variable>
#include <mutex>

#include "tensor/messages.h"

namespace quad::tensor {

// Buffers and the bus keep references, and call it on the pipeline's threads.
class WriterEvents {
 public:
  enum class State { busy, ready, failed };

  // A frame is with the pipeline, from now until returned ().
  void lend ();
  void returned ();
  bool lent () const;
  // Takes errors and the end of the stream.
  void take (GstMessage *message);

  // Waits until nothing is lent and, with `until_end`, the stream has ended; or until an error.
  State wait (GstClockTime timeout, bool until_end) const;
  Failure failure () const;

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  PostedErrors errors_;
  bool lent_ = false, ended_ = false;
};

}  // namespace quad::tensor
