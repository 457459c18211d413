// `quad batch work`.
#pragma once

#include <string>
#include <vector>

#include "tools/quad/batch/child.h"
#include "tools/quad/batch/folder.h"

namespace quad::batch {

struct WorkOptions {
  std::vector<std::size_t> shards;  // in the order in which they are tried
  bool shared = false;              // other workers do some of them
  std::size_t jobs = 1;             // at a time
  Limits limits;
  double lease = 60;    // seconds
  std::string program;  // path of what does a job
};

struct Worked {
  std::size_t done = 0, failed = 0;  // clips
  bool stopped = false;              // by a signal
};

// Does all jobs of the shards that are not settled, and waits for those that other workers hold:
// they may fail. Throws a Problem where the storage or the program fails. To be called by the main
// thread.
Worked work (const Batch &batch, const WorkOptions &options);

}  // namespace quad::batch
