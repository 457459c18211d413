// The files and folders that a command makes. All of them take their names at its end, so an error
// or a signal before it leaves none.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tools/quad/temporary.h"

namespace quad {

// To be used by one thread.
class Results {
 public:
  // A new file that is going to be `out`, where an older one stays until then; where that is a
  // link, what it leads to. Returns the path to write to. Throws Failure.
  std::string file (const std::string &out);
  // A new folder that is going to be `out`. Where that is there, its files go into it; of an older
  // run, numbered files with the same names but other numbers go away.
  std::string folder (const std::string &out);
  // Forgets the last of them, if there is one.
  void drop_last ();
  // Writes all to the disk, and gives them their names. Throws Failure, and Interrupted, before any
  // has its name.
  void publish ();
  const std::vector<std::string> &names () const { return names_; }

 private:
  struct Part {
    std::string out, target;  // the target is what `out` leads to
    Temporary made;
    Temporary::Kind kind;
  };
  std::string add (Temporary::Kind kind, const std::string &out);

  std::vector<std::unique_ptr<Part>> parts_;
  std::vector<std::string> names_;
};

}  // namespace quad
