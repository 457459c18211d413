// Watches the frames of one connection to a camera, in its streaming thread.
#pragma once

#include <atomic>
#include <memory>

#include "owned.h"

namespace wall {

// What the streaming thread tells the main thread.
struct Counters {
  std::atomic<gint64> last_frame = 0;  // g_get_monotonic_time () of the last frame; 0: none yet
  std::atomic<guint64> frames = 0;     // of all connections
};

// Counts frames, and brings those of files and the like to the present: a connection that is made
// when the wall has run for an hour begins at 0 again. Cameras stamp their frames with the clock,
// and are left alone.
class Flow {
 public:
  // `inner` pushes into `outer`, the bin's ghost pad, whose offset shifts the frames. The flow
  // belongs to `inner`.
  static void watch (GstPad *inner, GstPad *outer, std::shared_ptr<Counters> counters);

 private:
  GstBuffer *hold_photo (GstPad *inner, GstBuffer *buffer);
  void see (GstPad *inner, GstBuffer *buffer);
  void pace (GstPad *inner, GstClockTime running);

  GstPad *outer_ = nullptr;  // has `inner`, and so the flow, as its target
  std::shared_ptr<Counters> counters_;
  bool seen_ = false;     // a frame
  bool began_ = false;    // and it had a time
  bool stamped_ = false;  // by the clock
  gint64 shift_ = 0;      // nanoseconds
};

}  // namespace wall
