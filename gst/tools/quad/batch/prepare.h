// `quad batch prepare`.
#pragma once

#include "tools/quad/batch/folder.h"
#include "tools/quad/batch/manifest.h"

namespace quad::batch {

// What is different to the batch that the folder held before.
struct Prepared {
  std::size_t same = 0, added = 0, changed = 0, dropped = 0;  // jobs
  std::vector<std::string> missing;                           // inputs that are not there
};

// Makes a batch of a manifest's text in `folder`, which is new, empty, or holds a batch of the same
// recipe, options and number of shards: then results of jobs that are the same stay done. The same
// arguments give the same bytes. Throws a Problem.
Prepared prepare (const Path &folder, const std::string &manifest, const Rules &rules,
                  std::size_t shards);

}  // namespace quad::batch
