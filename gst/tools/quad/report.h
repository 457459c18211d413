// What a command has to say about itself, for people and for programs.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tools/quad/command.h"
#include "tools/quad/progress.h"
#include "tools/quad/results.h"

namespace quad {

// Options that every command has.
struct Common {
  bool print = false;  // print the pipelines instead of running them
  std::string report;  // a file for the report; empty: none
};

struct Report {
  std::vector<std::string> inputs;
  Results results;                  // what is being made
  std::vector<std::string> said;    // sentences on the results, for the standard output
  std::vector<std::string> output;  // files or folders that were written
  std::uint64_t frames = 0;         // of the result
  double duration = 0;              // of the result, in seconds
  double elapsed = 0;               // that it took, in seconds
  std::vector<std::string> warnings;
  std::string error;     // empty: it was done
  bool storage = false;  // the storage is to blame for the error, not a clip
};
// As a JSON object. Text that is not UTF-8 is made so.
std::string json_of (const Report &report);

// Runs `job`, which fills the report and throws an exception where it ends early; then gives the
// results their names. Says on the standard error why there are none, and writes the report to the
// file that `common` names, in any case, also where a signal or a deadline ends the program.
Exit run_job (const std::string &name, const Common &common,
              const std::function<void (Report &, Progress &)> &job);

}  // namespace quad
