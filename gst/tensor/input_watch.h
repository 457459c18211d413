// Finds failures while a file is opened that decodebin does not report.
#pragma once

#include <gst/gst.h>

#include <mutex>

#include "tensor/messages.h"

namespace quad::tensor {

// While decodebin plugs an element it drops the element's errors, so that it can try another one. A
// demuxer that reads and fails at that moment fails silently, and the pipeline waits for ever. So
// this watch notes errors before decodebin sees them. When no thread of the pipeline works any
// more, it says that nothing will come.
//
// The callbacks run on the pipeline's threads; the watch has to outlive them.
class InputWatch {
 public:
  // Call it before the pipeline starts, for local files only: network elements have threads of
  // their own.
  void watch (GstElement *pipeline);
  // Why the pipeline will give nothing; empty while it still may. Ask again while no frame has
  // come.
  Failure stuck (GstElement *pipeline);

 private:
  static void meet (GstBin *, GstBin *parent, GstElement *element, gpointer self);
  void prepare (GstElement *element);
  struct Tap {
    InputWatch *watch;
    GstBin *bin;  // whose child_bus it is
  };
  static GstBusSyncReply note (GstBus *, GstMessage *message, gpointer tap);

  bool watching_ = false;
  gint64 rest_since_ = 0;  // as g_get_monotonic_time (); 0 while a thread works
  std::mutex mutex_;
  Failure error_;  // the first one
};

}  // namespace quad::tensor
