// Names of files, which come from the user and may hold anything; and files that appear whole or
// not at all.
#pragma once

#include <string>
#include <vector>

namespace quad {

// All functions throw Failure.

// GStreamer takes no other text than UTF-8.
void check_name (const std::string &name);
// `path` has to be a file that can be read.
void check_input (const std::string &path);
// `out` has to be a file that can be written, or not there yet, and none of `inputs`.
void check_output (const std::string &out, const std::vector<std::string> &inputs);
// The same for a folder, which need not be there.
void check_output_folder (const std::string &out);
bool same_file (const std::string &a, const std::string &b);

// "./" or all up to the last slash.
std::string folder_of (const std::string &path);
// After the last slash.
std::string base_name (const std::string &path);
// The name's ending in small letters, as "mp4"; empty if there is none.
std::string ending_of (const std::string &path);

// A file or folder that is removed with all that is in it when this goes, also by a signal.
class Temporary {
 public:
  explicit Temporary (std::string path);
  ~Temporary ();
  Temporary (const Temporary &) = delete;
  Temporary &operator= (const Temporary &) = delete;
  const std::string &path () const { return path_; }
  // It is somewhere else now.
  void release ();

 private:
  std::string path_;
};

// A new file beside `out`, which takes its place once it is whole; what was there stays until then.
class Partial {
 public:
  explicit Partial (std::string out);
  const std::string &path () const { return file_.path (); }
  // Writes it to the disk, and renames it.
  void finish ();

 private:
  std::string out_;
  Temporary file_;
};

// A new folder: beside `beside`, or where temporary files are if that is empty.
std::string new_folder (const std::string &beside);
// Makes a folder if it is not there. Throws Failure.
void make_folder (const std::string &path);
// Moves all files of `from` into the folder `to`, which is made if it is not there.
void move_files (Temporary &from, const std::string &to);
// The paths of the files in a folder, sorted.
std::vector<std::string> files_in (const std::string &folder);

// From here on Ctrl-C and SIGTERM set a flag if there are temporary files; without any, and the
// second time, the program ends at once, with nothing left over.
void catch_signals ();
bool interrupted ();
// Ends the program with `status` after `seconds` unless called again; 0 calls it off. Removes
// temporary files.
void end_after (unsigned seconds, int status);

}  // namespace quad
