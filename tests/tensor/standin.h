// Elements that stand in for an encoder under its name, in the process of a test.
#pragma once

#include <gst/gst.h>

#include <condition_variable>
#include <mutex>
#include <string>

#include "support/gst_helpers.h"

namespace quad::test {

// A gifstreamenc that does what the test says, and gives a byte for each frame.
class StandIn {
 public:
  // From here on pipelines get it, until this goes.
  StandIn ();
  ~StandIn ();
  StandIn (const StandIn &) = delete;
  StandIn &operator= (const StandIn &) = delete;

  // This frame, by its number from 0, and later ones wait in the encoder until they are let
  // through.
  void hold_from (guint frame);
  void let_through ();
  // The next frame is an error.
  void fail ();
  // Waits until so many frames have come.
  void wait_for (guint frames);

  // Of the encoder's thread.
  GstFlowReturn take (GstElement *element, GstPad *source, GstBuffer *frame);

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool fails_ = false;
  guint frames_ = 0, held_from_ = G_MAXUINT;
  GstPluginFeature *real_;
};

}  // namespace quad::test
