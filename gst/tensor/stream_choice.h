// Which of a file's video streams is read.
#pragma once

#include <glib.h>

#include <atomic>
#include <string>

#include "tensor/messages.h"

namespace quad::tensor {

// Streams are met in one thread at a time; any thread may ask.
class StreamChoice {
 public:
  void want (guint number) { wanted_ = number; }
  // Takes the next video stream. Returns true if it is the one that is wanted.
  bool meet () { return met_++ == wanted_; }
  bool found () const { return met_ > wanted_; }
  // What is wrong if all streams were met and it is not found.
  std::string missing () const
  {
    if (met_ == 0) return kNoVideo;
    return "There is no video stream " + std::to_string (wanted_) + ": the file has " +
           std::to_string (met_) + ", which count from 0.";
  }

 private:
  guint wanted_ = 0;
  std::atomic<guint> met_ = 0;
};

}  // namespace quad::tensor
