// A job being done, and what came of it.
#pragma once

#include <optional>
#include <string>

#include "tools/quad/batch/child.h"
#include "tools/quad/batch/queue.h"
#include "tools/quad/batch/recipe.h"

namespace quad::batch {

// What all jobs of a worker have in common.
struct Setup {
  const Batch &batch;
  const Recipe &recipe;
  std::string program;  // path of the program that does a job
  Limits limits;
  std::string worker;  // for sidecars
};

// How an attempt went.
struct Outcome {
  // The job is settled: `sidecar` says how. Otherwise it was ended by something else.
  bool settled = true;
  Sidecar sidecar;
};

class Attempt {
 public:
  // Starts the job in `folder`. What it needs on its way lies in `scratch`. Both are new, and
  // removed at the end. The setup must outlive it.
  Attempt (const Setup &setup, Task task, Path folder, Path scratch);
  ~Attempt ();
  Attempt (const Attempt &) = delete;
  Attempt &operator= (const Attempt &) = delete;

  Task task;

  // Nothing as long as it runs.
  std::optional<Outcome> poll ();
  // Seconds until `poll` has more to say than now, unless the process ends; negative: not known.
  double left () const { return child_ ? child_->left () : 0; }
  // Brings the outputs and the sidecar to their places, so that they are there after a crash, too.
  // Where a place is taken, `sidecar` becomes a failure; it is written if its own place is free.
  // Throws a Problem where the storage fails.
  void publish (Sidecar &sidecar);

 private:
  Path made () const { return folder_ / "out"; }
  Outcome failed (const char *reason, const std::string &error) const;
  void finish (Sidecar &sidecar, const Ending &ending) const;
  Outcome judge (const Ending &ending);
  void read_report (Sidecar &sidecar) const;
  std::string log_end () const;
  void move_outputs (Sidecar &sidecar);
  void write (const Sidecar &sidecar) const;
  void remove_older (const Sidecar &sidecar) const;

  const Setup &setup_;
  Path folder_, scratch_;
  std::string change_;  // why the job cannot be done
  std::optional<Child> child_;
};

}  // namespace quad::batch
