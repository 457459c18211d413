// What `quad grid` shows, and the pipeline for it.
#pragma once

#include <string>
#include <vector>

#include "tools/quad/clip.h"
#include "tools/quad/line.h"
#include "tools/quad/parts.h"
#include "tools/quad/report.h"
#include "tools/quad/values.h"

namespace quad {

struct GridOptions {
  Common common;
  std::vector<std::string> clips;
  std::string out;
  int rows = 0, columns = 0;  // 0: as needed
  std::string layout = "grid";
  Pixels size;  // 0x0: not chosen yet
  Fraction rate{30, 1};
  std::string fit = "contain";
  int gap = 4, margin = 0;
  std::uint32_t color = 0xff000000;
  std::string sound = "first";
  std::string music, frame;  // empty: none
  bool shortest = true;      // ends with the shortest clip, else with the longest
};

struct GridInputs {
  std::vector<Clip> clips;
  Clip music, frame;        // of those that there are
  GstClockTime length = 0;  // of the result; 0: not known
  int heard = -1;           // the clip whose sound is kept; -1: none
};

// Writes to `path`. Names of its decoders: clipN for clip N; after the last, the music's and the
// picture's.
Line grid_line (const GridOptions &options, const GridInputs &inputs, const Machine &machine,
                const std::string &path);

}  // namespace quad
