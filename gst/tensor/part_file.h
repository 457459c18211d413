// A file that gets its name when it is complete.
#pragma once

#include <string>

#include "tensor/messages.h"

namespace quad::tensor {

// Frames go to "film.part-x1y2z3.mp4" beside "film.mp4": a program that is killed leaves it, and
// players know it by its ending. It is removed with this object, unless it was published.
class PartFile {
 public:
  PartFile () = default;
  ~PartFile ();
  PartFile (const PartFile &) = delete;
  PartFile &operator= (const PartFile &) = delete;

  // Makes the file. A link in `path` is followed. Returns why it failed, or nothing.
  Failure make (const std::string &path);
  // As it was given.
  const std::string &name () const { return given_; }
  // Where to write.
  const std::string &part () const { return part_; }
  // Brings it to the disk and gives it the name. A file that had it is replaced.
  Failure publish ();
  // How many bytes it has so far.
  guint64 size () const;

 private:
  std::string given_, target_, part_;
  bool published_ = false;
};

}  // namespace quad::tensor
