// Watches how a file is opened, as decodebin tells not all that goes wrong.
#pragma once

#include <gst/gst.h>

#include <mutex>
#include <string>

namespace quad::tensor {

// decodebin drops the errors of an element that it is just plugging, so that it can try another
// one. Demuxers begin to read meanwhile: where one fails at once, nobody hears of it, and the
// pipeline waits for ever. So errors are noted before decodebin sees them, and where no thread of
// the pipeline works any more, waiting is over.
//
// The callbacks run on the pipeline's threads; the watch has to outlive them.
class InputWatch {
 public:
  // Before the pipeline starts. Only for local files: elements for networks have threads that
  // nobody sees.
  void watch (GstElement *pipeline);
  // Why nothing will come of the pipeline; empty as long as something may. To be asked again and
  // again while nothing has come.
  std::string stuck (GstElement *pipeline);

 private:
  static void meet (GstBin *, GstBin *parent, GstElement *element, gpointer self);
  void prepare (GstElement *element);
  struct Tap {
    InputWatch *watch;
    GstBin *bin;  // whose child_bus it is
  };
  static GstBusSyncReply note (GstBus *, GstMessage *message, gpointer tap);

  bool watching_ = false;
  gint64 rest_since_ = 0;  // of g_get_monotonic_time; 0 while something works
  std::mutex mutex_;
  std::string error_;  // the first one
};

}  // namespace quad::tensor
