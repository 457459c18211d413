// `quad batch status`, `retry` and `merge`.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tools/quad/batch/folder.h"
#include "tools/quad/batch/lease.h"
#include "tools/quad/batch/sidecar.h"

namespace quad::batch {

struct RunningShard {
  std::size_t number = 0;
  Holder holder;
};

struct Summary {
  std::size_t jobs = 0, done = 0, failed = 0;
  std::map<std::string, std::size_t> reasons;      // of failures
  std::size_t warned = 0;                          // done, with warnings
  std::int64_t frames = 0;                         // of results that are done
  double elapsed = 0;                              // seconds that jobs took, all together
  double clips_a_second = 0, frames_a_second = 0;  // of all workers, in the last minute
  std::vector<RunningShard> running;

  std::size_t waiting () const { return jobs - done - failed; }
};

Summary summarize (const Batch &batch);

// For people, several lines.
std::string text_of (const Summary &summary);
// One line.
std::string json_of (const Summary &summary);

// Which failures `retry` means; empty: all.
struct Failures {
  std::vector<std::string> reasons, ids;
};

// Jobs that failed become jobs to be done. Gives how many, by reason. Throws a Problem where an id
// is not of a job that failed.
std::map<std::string, std::size_t> retry (const Batch &batch, const Failures &which);

struct Merged {
  std::size_t done = 0, failed = 0, waiting = 0;
};

// Writes the index, and removes what workers that are gone have left. The index has a line for each
// job, in the manifest's order; it is the old one or the new one after a crash.
Merged merge (const Batch &batch);

}  // namespace quad::batch
