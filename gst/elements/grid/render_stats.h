// How long output frames take to draw: the element's property `stats`.
#pragma once

#include <gst/gst.h>

#include <array>
#include <cstdint>
#include <mutex>

#include "glue/owned.h"

namespace quad {

// All functions may be called on any thread.
class RenderStats {
 public:
  void restart ();
  // A frame was drawn in `time`; `missed`: after the time at which the next one is due.
  void drawn (GstClockTime time, bool missed);
  Owned<GstStructure> structure () const;

 private:
  mutable std::mutex lock_;
  std::array<GstClockTime, 256> times_ = {};  // the last ones, for the median
  std::uint64_t frames_ = 0, missed_ = 0;
  GstClockTime worst_ = 0;
};

}  // namespace quad
