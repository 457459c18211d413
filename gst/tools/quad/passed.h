// What has gone through a pad.
#pragma once

#include <gst/gst.h>

#include <atomic>
#include <cstdint>

namespace quad {

// Counts buffers, and follows when they end. One thread's buffers; the numbers can be read from
// any.
class Passed {
 public:
  Passed () { gst_segment_init (&segment_, GST_FORMAT_UNDEFINED); }
  Passed (const Passed &) = delete;
  Passed &operator= (const Passed &) = delete;

  // Sees all that comes through the pad. This has to live as long as the pad is in use.
  void watch (GstPad *pad);
  // For a probe of one's own: takes a buffer or an event.
  void see (GstPadProbeInfo *info);

  std::uint64_t buffers () const { return buffers_; }
  // The latest end of a buffer, in running time; 0 where that cannot be told. A buffer without a
  // duration ends when it begins.
  GstClockTime end () const { return end_; }

 private:
  GstSegment segment_;
  std::atomic<std::uint64_t> buffers_ = 0;
  std::atomic<GstClockTime> end_ = 0;
};

}  // namespace quad
