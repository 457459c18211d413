// What messages on a pipeline's bus say.
#pragma once

#include <gst/gst.h>

#include <string>

#include "tensor/quadtensor.h"

namespace quad::tensor {

inline constexpr const char *kNoVideo = "There is no video in this file that can be decoded.";

// What an error message says: its text, who posted it, and the last line of its details, which
// tells what a text such as "Internal data stream error." does not. `lacking` is what decoders
// GStreamer said it has not.
std::string text_of (GstMessage *message, const std::string &lacking);

// Targets of frameextract's that follow each other and have no frame. One message tells of them
// all, which may be many: they are made as they are taken.
class MissedRun {
 public:
  explicit MissedRun (const GstStructure *message);
  // The next one to be taken. Not beyond the last.
  QuadMissed next ();
  bool all_taken () const { return taken_ == count_; }

 private:
  QuadMissed first_ = {};
  guint64 count_ = 1, taken_ = 0;
  GstClockTime last_requested_ = GST_CLOCK_TIME_NONE;
};

}  // namespace quad::tensor
