// How far a job is: on a terminal one line, which is overwritten; elsewhere a line every two
// seconds.
#pragma once

#include <chrono>
#include <string>

namespace quad {

class Progress {
 public:
  // `what` is the job's name in front of each line; empty: nothing is said. Writes to the
  // standard error.
  explicit Progress (std::string what);
  ~Progress ();
  Progress (const Progress &) = delete;
  Progress &operator= (const Progress &) = delete;

  // `part` is 0 to 1; negative: not known. `done` says the same in words, as "120 frames".
  void show (double part, const std::string &done);
  // Removes the line from the terminal.
  void clear ();
  // Prints a line on the standard error, above the progress.
  void say (const std::string &line);

 private:
  using Clock = std::chrono::steady_clock;
  std::string what_;
  bool terminal_;
  bool shown_ = false;
  Clock::time_point start_, last_;
};

// As in "quad gif:  42 %, 120 frames, 12 s left".
std::string progress_line (const std::string &what, double part, const std::string &done,
                           double elapsed_seconds);

}  // namespace quad
