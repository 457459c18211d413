// When inputs end, and when the output does.
#pragma once

#include <gst/video/video.h>

#include <span>

#include "elements/grid/enums.h"
#include "glue/owned.h"

namespace quad {

// What is known of an input's end from the buffers seen so far.
struct InputEnd {
  bool any = false;                         // there was a buffer
  GstClockTime time = GST_CLOCK_TIME_NONE;  // running time; none where a duration is unknown
};

// Frames per second as caps give them; 0 where they do not.
struct FrameRate {
  int num = 0;
  int den = 1;
};

// Cuts the times of `buffer` to `segment`, gives it the duration of one frame of
// `rate` if it has none, and moves `end` to where it ends. None where all of the
// buffer lies outside of the segment.
Owned<GstBuffer> clipped (Owned<GstBuffer> buffer, const GstSegment &segment, FrameRate rate,
                          InputEnd &end);

struct InputState {
  bool eos = false;
  bool repeats = false;  // repeat-after-eos
  bool counts = false;   // there was a frame since the stream began, be it before a seek
  InputEnd end;
};

// Whether a frame that begins at the running time `start` comes too late. As times of inputs are
// rounded, one that begins less than a millisecond before an end does, or, where it lasts for
// `duration`, less than half of that.
//   shortest: an input has ended by then. Those that repeat after EOS and those
//     that ended without a frame do not count, unless there are no others.
//   longest: all inputs have.
bool output_ended (EosPolicy policy, std::span<const InputState> inputs, GstClockTime start,
                   GstClockTime duration);

}  // namespace quad
