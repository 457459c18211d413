// What a command has to say about itself, for people and for programs.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

#include "tools/quad/command.h"
#include "tools/quad/progress.h"

namespace quad {

// Options that every command has.
struct Common {
  bool print = false;  // print the pipelines instead of running them
  std::string report;  // a file for the report; empty: none
};
void add_common (CLI::App &command, Common &common);

struct Report {
  std::vector<std::string> inputs;
  std::vector<std::string> output;  // files or folders that were written
  std::uint64_t frames = 0;         // of the result
  double duration = 0;              // of the result, in seconds
  double elapsed = 0;               // that it took, in seconds
  std::vector<std::string> warnings;
  std::string error;  // empty: it was done
};
// As a JSON object. Text that is not UTF-8 is made so.
std::string json_of (const Report &report);

// Runs `job`, which fills the report and throws Failure or Interrupted where it ends early; says
// why on the standard error, and writes the report to the file that `common` names, in any case.
Exit run_job (const std::string &name, const Common &common,
              const std::function<void (Report &, Progress &)> &job);

}  // namespace quad
