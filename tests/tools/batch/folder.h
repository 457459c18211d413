// A folder for a test, which ends with it.
#pragma once

#include <glib.h>

#include <memory>
#include <string>

#include "tools/quad/batch/files.h"
#include "tools/quad/batch/prepare.h"

namespace quad::batch {

class TestFolder {
 public:
  TestFolder ()
  {
    const std::unique_ptr<char, void (*) (gpointer)> made (g_dir_make_tmp ("quad-XXXXXX", nullptr),
                                                           g_free);
    path_ = made.get ();
  }
  ~TestFolder () { remove_tree (path_); }
  TestFolder (const TestFolder &) = delete;
  TestFolder &operator= (const TestFolder &) = delete;

  const Path &path () const { return path_; }
  Path operator/ (const std::string &name) const { return path_ / name; }

  // Rules for clips in this folder.
  Rules rules (const std::vector<std::string> &options = {}) const
  {
    Rules rules{find_recipe ("gif"), options};
    rules.folder = path_;
    return rules;
  }

 private:
  Path path_;
};

}  // namespace quad::batch
