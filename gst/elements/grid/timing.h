// When inputs end, and when the output does.
#pragma once

#include <gst/video/video.h>

#include <span>

#include "elements/grid/enums.h"
#include "glue/owned.h"

namespace quad {

// An input's end, from the buffers seen so far.
struct InputEnd {
  bool any = false;                         // there was a buffer
  GstClockTime time = GST_CLOCK_TIME_NONE;  // running time; none: a duration is unknown
};

// Frames per second from caps; 0: unknown.
struct FrameRate {
  int num = 0;
  int den = 1;
};

// Clips the times of `buffer` to `segment`, adds the duration of one frame of `rate` if it has
// none, and moves `end` to its end. Null if the buffer lies outside of the segment.
Owned<GstBuffer> clipped (Owned<GstBuffer> buffer, const GstSegment &segment, FrameRate rate,
                          InputEnd &end);

// Moves the begin of a frame that begins within [from, to), running times, to `to` if it ends
// later. Only where the segment plays forwards.
Owned<GstBuffer> deferred (Owned<GstBuffer> buffer, const GstSegment &segment, GstClockTime from,
                           GstClockTime to);

struct InputState {
  bool eos = false;
  bool repeats = false;  // has ended, and repeat-after-eos is set
  bool counts = false;   // the stream has had a frame, also before a seek
  InputEnd end;
};

// True if a frame that begins at the running time `start` comes after the output's end. Times of
// inputs are rounded, so a frame that begins less than a millisecond before an end is too late (if
// `duration` is shorter than 2 ms: less than half of it).
//   shortest: an input has ended by then. Inputs that repeat after EOS, and those that ended
// without a frame, do not count unless there are no others.
//   longest: all inputs have ended.
bool output_ended (EosPolicy policy, std::span<const InputState> inputs, GstClockTime start,
                   GstClockTime duration);

}  // namespace quad
