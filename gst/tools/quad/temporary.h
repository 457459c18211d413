// Files and folders that go away again, however the program ends.
#pragma once

#include <string>

namespace quad {

// A new file or folder with a name that nobody else has. It is removed with all that is in it when
// this goes, also by a signal. Any thread may make and remove one.
class Temporary {
 public:
  enum class Kind { file, folder };
  // In `folder`, which ends in a slash. Throws Failure.
  Temporary (Kind kind, const std::string &folder);
  ~Temporary ();
  Temporary (const Temporary &) = delete;
  Temporary &operator= (const Temporary &) = delete;

  const std::string &path () const { return path_; }
  // It is somewhere else now.
  void release ();

  // Whether there are any.
  static bool any ();
  // Why no more can be written where there are any, with the folder; empty: it can.
  static std::string storage_fault ();
  // Removes all, and lets nobody make another: the program is about to end.
  static void remove_all ();

 private:
  std::string path_;
};

// A new folder where temporary files are, which is $TMPDIR or /tmp. Throws Failure.
Temporary new_folder ();

}  // namespace quad
