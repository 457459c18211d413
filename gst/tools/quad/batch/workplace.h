// A worker's folder for what is not finished. It is removed at the end; what a killed worker left
// is removed by the next one.
#pragma once

#include "tools/quad/batch/lease.h"

namespace quad::batch {

// Removes what processes that are gone have left in `parent`, which holds files and folders whose
// names begin with a token. `now`: by the clock of its file system.
void clean_up (const Path &parent, std::int64_t now);

// This user's folder for temporary files of workers, in TMPDIR or /tmp. Throws a Problem where it
// cannot be had, or is another user's.
Path scratch_folder ();

class Workplace {
 public:
  // Makes a folder in `parent`. `seconds`: a worker that did not call `keep` for so long is gone.
  Workplace (Path parent, double seconds);
  ~Workplace ();
  Workplace (const Workplace &) = delete;
  Workplace &operator= (const Workplace &) = delete;

  const Owner &owner () const { return owner_; }
  const Path &folder () const { return folder_; }
  // Of the file system that holds the folder.
  Clock &clock () { return clock_; }

  // Tells the others that this worker is there, and removes what those that are gone have left.
  void keep ();

 private:
  void sign ();

  Path parent_;
  Owner owner_;
  Path folder_;
  double seconds_;
  FileClock clock_;
};

}  // namespace quad::batch
