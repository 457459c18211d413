// What `quad shrink` makes, and the pipeline for it.
#pragma once

#include <string>

#include "tools/quad/clip.h"
#include "tools/quad/line.h"
#include "tools/quad/parts.h"
#include "tools/quad/report.h"
#include "tools/quad/values.h"

namespace quad {

struct ShrinkOptions {
  Common common;
  std::string clip, out;
  Pixels size{640, 360};  // what it has to fit into
};

// Writes to `path`. A machine with a GPU is for clips of plain H.264 that are not turned.
Line shrink_line (const ShrinkOptions &options, const Clip &clip, const Machine &machine,
                  const std::string &path);

}  // namespace quad
