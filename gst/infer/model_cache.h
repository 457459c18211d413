// Keeps models as the runtime has optimized them, so that the next start is faster.
#pragma once

#include <string>

#include "infer/inference.h"

namespace quad::infer {

// The place of one model in the cache. Its name holds all that the optimized model depends on: the
// model's content, the runtime's version, the provider, the level, and the kind of CPU.
class CachedModel {
 public:
  // It has no place if nothing is to be kept, or if the model's weights lie in files beside it.
  CachedModel (const Settings &settings, const std::string &runtime, const char *provider);
  // Removes what was not finished.
  ~CachedModel ();
  CachedModel (const CachedModel &) = delete;
  CachedModel &operator= (const CachedModel &) = delete;

  bool has_place () const { return !path_.empty (); }
  const std::string &path () const { return path_; }
  // Whether there is an optimized model.
  bool exists () const;
  // Removes it: it is damaged.
  void remove ();

  // Makes a file that the runtime can write to. Empty, or why there is none.
  std::string begin ();
  const std::string &unfinished () const { return unfinished_; }
  // Puts the written file in its place, at once, so that nobody ever reads a part. Empty, or why
  // not.
  std::string finish ();

 private:
  std::string path_;
  std::string unfinished_;
};

}  // namespace quad::infer
