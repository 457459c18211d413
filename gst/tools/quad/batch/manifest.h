// The list of clips that a user writes: JSON Lines.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tools/quad/batch/files.h"
#include "tools/quad/batch/job.h"
#include "tools/quad/batch/recipe.h"

namespace quad::batch {

// How the lines are understood.
struct Rules {
  const Recipe *recipe = nullptr;
  std::vector<std::string> options;   // of each job
  std::optional<std::string> ending;  // of results' names; otherwise the recipe's
  bool checksum = false;              // inputs are known by their content
  Path folder;                        // relative paths begin here
  // Throws a Problem where the recipe's command does not take a job's words. Empty: not known.
  std::function<void (const Job &)> check;
};

// The jobs, in the order of the lines. Empty lines do not count. Throws a Problem that names the
// first lines that are wrong.
std::vector<Job> read_manifest (const std::string &text, const Rules &rules);

}  // namespace quad::batch
