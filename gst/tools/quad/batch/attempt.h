// A job being done, and what came of it.
#pragma once

#include <optional>
#include <string>

#include "tools/quad/batch/aside.h"
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
  // Looks whether the inputs are as they were, then starts the job in `folder`. What it needs on
  // its way lies in `scratch`. Both are new, and removed at the end. The setup must outlive it.
  Attempt (const Setup &setup, Task task, Path folder, Path scratch);
  ~Attempt ();
  Attempt (const Attempt &) = delete;
  Attempt &operator= (const Attempt &) = delete;

  Task task;

  // Nothing as long as it runs. Then its outputs are on their way to the disk. Throws a Problem
  // where the storage fails, or is full: then the job is not to blame.
  std::optional<Outcome> poll ();
  // Seconds until `poll` has more to say than now, unless the process ends; negative: not known.
  double left () const { return child_ ? child_->left () : -1; }
  // Whether `publish` has no longer to wait for the disk. Throws a Problem where the storage fails.
  bool is_on_disk ();
  // Brings the outputs and the sidecar to their places, so that they are there after a crash, too.
  // Where a place is taken, `sidecar` becomes a failure; it is written if its own place is free.
  // Throws a Problem where the storage fails.
  void publish (Sidecar &sidecar);

 private:
  void start ();
  Path made () const { return folder_ / "out"; }
  Outcome failed (const char *reason, const std::string &error) const;
  void finish (Sidecar &sidecar, const Ending &ending) const;
  Outcome judge (const Ending &ending);
  // Gives whether it says that the storage is to blame.
  bool read_report (Sidecar &sidecar) const;
  void check_storage (const Sidecar &sidecar, bool is_to_blame) const;
  std::string log_end () const;
  void move_outputs (Sidecar &sidecar);
  void write (const Sidecar &sidecar) const;
  void remove_older (const Sidecar &sidecar) const;

  const Setup &setup_;
  Path folder_, scratch_;
  std::optional<Aside> check_;  // of the inputs
  std::optional<Child> child_;
  std::optional<Aside> sync_;  // of the outputs
};

}  // namespace quad::batch
