// Time that a test moves.
#pragma once

#include "tools/quad/batch/lease.h"

namespace quad::batch {

// The file system's clock and some more seconds.
class TestClock : public Clock {
 public:
  explicit TestClock (const Path &file) : clock_ (file) {}
  std::int64_t now () override { return clock_.now () + ahead_; }
  void pass (double seconds) { ahead_ += std::int64_t (seconds * 1e9); }

 private:
  FileClock clock_;
  std::int64_t ahead_ = 0;
};

// A worker that this machine knows nothing of.
inline Owner stranger (const std::string &name)
{
  Owner owner = this_process ();
  owner.token = owner.host = name;
  owner.boot = "another";
  return owner;
}

}  // namespace quad::batch
