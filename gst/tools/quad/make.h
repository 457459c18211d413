// Makes one file with one pipeline, which is what most commands do.
#pragma once

#include <functional>

#include "tools/quad/clip.h"
#include "tools/quad/parts.h"
#include "tools/quad/player.h"
#include "tools/quad/report.h"

namespace quad {

// One file that a pipeline writes.
struct Make {
  std::string out;
  std::vector<std::string> clips;     // as Player's
  std::vector<GstClockTime> lengths;  // as Player's
  Expected expected;
  std::function<Line (const std::string &path)> line;  // the pipeline that writes to `path`
  const Clip *heard = nullptr;                         // whose sound is kept, if any
  std::function<void (Player &)> prepare;              // called before it plays; may be empty
  std::function<void (const std::string &path)>
      after;  // called with the written file; may be empty
};

// Prints the line, if `common` says so, or plays it: then `out` is one of the report's results.
// Throws Failure, also where no frame came, and Interrupted.
void make_file (const Make &make, const Common &common, Report &report, Progress &progress);
// The same on the CPU if the GPU of `machine`, which `make.line` asks, fails. Says which it is.
void make_file_on (Machine &machine, const Make &make, const Common &common, Report &report,
                   Progress &progress);

// Says a sentence that belongs into the report, too.
void warn (const std::string &sentence, Report &report, Progress &progress);
// read_clip, with a warning if the clip is cut off.
Clip open_clip (const std::string &path, Report &report, Progress &progress);
// Warns if less of a clip's sound came than the result has pictures, as GStreamer drops the end of
// sound of MP4 files that were cut without being encoded anew.
void check_sound (const Clip &clip, const Played &played, Report &report, Progress &progress);
// Says what happens to a clip's sound; a warning if that is lost.
void say_sound (const Clip &clip, const Container &container, Report &report, Progress &progress);

}  // namespace quad
