// Names of files, which come from the user and may hold anything.
#pragma once

#include <string>
#include <vector>

#include "tools/quad/disk.h"
#include "tools/quad/failure.h"

namespace quad {

// The report cannot be written to the place that was given for it.
class NoReport : public Failure {
 public:
  using Failure::Failure;
};

// All functions throw Failure.

// GStreamer takes no other text than UTF-8.
void check_name (const std::string &name);
// `path` has to be a file that can be read.
void check_input (const std::string &path);
// `out` has to be a file that can be written, or not there yet, and none of `inputs`.
void check_output (const std::string &out, const std::vector<std::string> &inputs);
// The same for a folder, which need not be there.
void check_output_folder (const std::string &out);
// `report` has to be a file that can be written, and none of `others`, which are inputs and
// outputs; each may be empty. Throws NoReport.
void check_report (const std::string &report, const std::vector<std::string> &others);
// No two of `outs`, which may be empty or folders, may be one.
void check_different (const std::vector<std::string> &outs);
bool is_folder (const std::string &path);
bool same_file (const std::string &a, const std::string &b);
// The same for files that need not be there yet.
bool same_place (const std::string &a, const std::string &b);

// After the last slash.
std::string base_name (const std::string &path);
// The name's ending in small letters, as "mp4"; empty if there is none.
std::string ending_of (const std::string &path);

// The paths of the files in a folder, sorted.
std::vector<std::string> files_in (const std::string &folder);

}  // namespace quad
