// Texts and data from messages on a pipeline's bus.
#pragma once

#include <gst/gst.h>

#include <string>

#include "tensor/quadtensor.h"

namespace quad::tensor {

inline constexpr const char *kNoVideo = "There is no video in this file that can be decoded.";

// Why a pipeline gives nothing more.
struct Failure {
  QuadTensorError code = QUAD_TENSOR_ERROR_PIPELINE;
  std::string text;

  bool empty () const { return text.empty (); }
};

// Of an error message: its text, the element that posted it, and the last line of its details (a
// text such as "Internal data stream error." needs it). `lacking` lists the decoders that GStreamer
// reported as missing.
Failure failure_of (GstMessage *message, const std::string &lacking);

// What is wrong with a pipeline, by the messages on its bus.
class PostedErrors {
 public:
  // Ignores messages that are no errors.
  void take (GstMessage *message);
  // Takes the errors that wait on the bus.
  void take_all (GstBus *bus);
  // The first error; empty if there is none.
  const Failure &first () const { return first_; }

 private:
  std::string lacking_;  // the decoders that GStreamer reported as missing
  Failure first_;
};

// Consecutive targets for which frameextract had no frame. One message reports all of them; they
// may be many, so they are made one by one.
class MissedRun {
 public:
  explicit MissedRun (const GstStructure *message);
  // The next target. Do not call it after the last one.
  QuadMissed next ();
  bool all_taken () const { return taken_ == count_; }

 private:
  QuadMissed first_ = {};
  guint64 count_ = 1, taken_ = 0;
  GstClockTime last_requested_ = GST_CLOCK_TIME_NONE;
};

}  // namespace quad::tensor
