// Signals that a worker waits for.
#pragma once

#include <signal.h>

#include "tools/quad/batch/descriptor.h"

namespace quad::batch {

// From its beginning to its end, SIGTERM, SIGINT, SIGHUP and the end of a child wait until they are
// asked for, and SIGPIPE is ignored. To be made by the main thread before there are others.
class Signals {
 public:
  Signals ();
  ~Signals ();
  Signals (const Signals &) = delete;
  Signals &operator= (const Signals &) = delete;

  // Until a signal comes, or so many seconds at most.
  void wait (double seconds);
  // Ends `wait`, from any thread.
  static void wake ();

  // Whether this process was asked to end.
  bool stop () const { return stop_; }

 private:
  Descriptor descriptor_;
  sigset_t before_;
  bool stop_ = false;
};

}  // namespace quad::batch
