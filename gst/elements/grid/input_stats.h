// What has become of an input's frames: the pad's property `stats`.
#pragma once

#include <gst/gst.h>

#include <array>
#include <cstdint>
#include <mutex>
#include <vector>

#include "glue/owned.h"

namespace quad {

// When a frame came to the pad.
struct Arrival {
  gint64 clock_time = 0;  // microseconds since 1970, UTC; 0: not known
  gint64 monotonic = 0;   // as g_get_monotonic_time ()
};

// All functions may be called on any thread. Buffers are only compared.
class InputStats {
 public:
  void restart ();

  // A frame has come to the pad.
  void arrived (const GstBuffer *frame);
  // The frame is next in the output: as `now`, which may be a copy with other times; null if it
  // lies outside of its segment.
  void taken (const GstBuffer *frame, const GstBuffer *now);

  // The frame was left out; `late`: because it came when its time was over.
  void skipped (bool late);

  struct Shown {
    bool is_new = false;     // else it was in the output frame before, too
    bool late = false;       // its time was over, too, but it is shown
    bool converted = false;  // in format, colours or memory
    GstClockTime age = GST_CLOCK_TIME_NONE;
  };
  // An output frame shows the frame.
  void shown (const GstBuffer *frame, const Shown &how);

  // Of the frame that was shown last.
  Arrival arrival () const;
  // Of a frame that is shown for the first time.
  Arrival arrival_of (const GstBuffer *frame) const;
  Owned<GstStructure> structure () const;

 private:
  struct Coming {
    const GstBuffer *buffer = nullptr;
    Arrival at;
  };

  mutable std::mutex lock_;
  std::vector<Coming> coming_;  // in the pad's queue, which is short
  // The last ones that were taken and not shown yet: the next is taken before one is shown.
  std::array<Coming, 2> waiting_;
  Arrival arrival_;
  GstClockTime age_ = GST_CLOCK_TIME_NONE;
  GstClockTime latency_ = GST_CLOCK_TIME_NONE;
  std::uint64_t in_ = 0, taken_ = 0, shown_ = 0, repeated_ = 0, skipped_ = 0, late_ = 0;
  std::uint64_t converted_ = 0;
};

}  // namespace quad
