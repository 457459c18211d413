// How far a worker is: one line that changes on a terminal, a line from time to time elsewhere.
#pragma once

#include <cstdint>
#include <string>

namespace quad::batch {

struct Counts {
  std::size_t total = 0;             // clips
  std::size_t settled = 0;           // of these, before this worker or by others
  std::size_t done = 0, failed = 0;  // by this worker
  std::int64_t frames = 0;
  bool shared = false;  // others do some of the rest
};

// As "12/40 clips, 1 failed, 3.1 clips/s, 310 frames/s, 9 s left". `seconds`: since the worker
// began.
std::string progress_text (const Counts &counts, double seconds);

// Writes to the standard error.
class Progress {
 public:
  Progress ();

  void show (const Counts &counts);
  // A line of its own.
  void say (const std::string &line);
  // The last state, and a new line.
  void end (const Counts &counts);

  // Seconds until `show` would write something.
  double pause () const;

 private:
  double now () const;
  void write (const Counts &counts);

  bool terminal_;
  std::int64_t begin_;  // of the monotonic clock, in microseconds
  double next_ = 0;     // seconds since the beginning
};

}  // namespace quad::batch
