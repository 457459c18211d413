// A job's process.
#pragma once

#include <sys/resource.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tools/quad/batch/descriptor.h"
#include "tools/quad/batch/files.h"

namespace quad::batch {

// 0: none.
struct Limits {
  double timeout = 0;       // seconds
  std::int64_t memory = 0;  // bytes that the process and its children have in memory
};

struct Ending {
  enum class By { itself, timeout, memory };
  By by = By::itself;
  int status = 0;         // of waitpid
  double elapsed = 0;     // seconds
  double cpu = 0;         // seconds
  std::int64_t peak = 0;  // bytes in memory
};

// The program `program` with `words`, in a process group of its own. All of the group is killed
// when this process dies: a second process in it, the guard, waits for that. Its folder for
// temporary files is `scratch`. It reads nothing, and what it prints goes to the file `log`. The
// signals that this process blocks are not blocked in it. To be used by one thread, the one that
// made it.
class Child {
 public:
  // Throws a Problem.
  Child (const std::string &program, const std::vector<std::string> &words, const Path &log,
         const Path &scratch, const Limits &limits);
  Child (const Child &) = delete;
  Child &operator= (const Child &) = delete;
  // Kills it, and waits until it has ended, but not for long: the storage that it waits for may
  // hang.
  ~Child ();

  // Ends it if it is over a limit. Nothing as long as it runs.
  std::optional<Ending> poll ();

  // Seconds until its time is up; negative: it has no limit, or is being killed.
  double left () const;

  // Kills all of the process group.
  void kill ();

 private:
  using Moment = std::chrono::steady_clock::time_point;

  double elapsed () const;
  void check_limits ();
  void start_guard ();
  void wait_for_guard ();

  Limits limits_;
  Moment begin_;
  Descriptor life_;   // the guard kills the group when this end of a pipe is closed
  pid_t guard_ = -1;  // also the group's number
  pid_t pid_ = -1;    // -1: both were waited for
  Ending::By by_ = Ending::By::itself;
};

}  // namespace quad::batch
