// A pipeline as a list of words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "glue/owned.h"

namespace quad {

// The same words are printed as a line for a shell and run, so what is printed is what runs.
class Line {
 public:
  // Adds the words of `words`, which stand between spaces.
  Line &add (std::string_view words);
  // Adds one word, which may hold spaces.
  Line &word (std::string word);
  // Adds `property=value` for any text as value, in UTF-8.
  Line &property (std::string_view name, std::string_view value);
  // Adds `property=path`. A path that begins with `-` is taken as one, too.
  Line &path (std::string_view property, const std::string &path);
  // The same for multifilesink's location: `folder` as it is, and then `pattern`, in which %d is a
  // number.
  Line &numbered_path (const std::string &folder, std::string_view pattern);
  // A new line begins where it is printed.
  Line &row ();
  // Adds all of `other`.
  Line &append (const Line &other);

  bool empty () const { return words_.empty (); }
  const std::vector<std::string> &words () const { return words_; }
  // As input for bash: `gst-launch-1.0 ...`.
  std::string shell () const;
  // The pipeline. Throws Failure, which names an element that is missing and the package that has
  // it.
  Owned<GstElement> parse () const;

 private:
  std::vector<std::string> words_;
  std::vector<std::size_t> rows_;  // in ascending order: which words begin a row
};

// `word` as bash takes it back.
std::string shell_word (const std::string &word);

}  // namespace quad
