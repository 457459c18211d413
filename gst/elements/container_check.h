// Whether a container can be sought in without its demuxer losing the thread.
#pragma once

#include <gst/gst.h>

namespace quad {

// Looks into the file that the demuxer with this input pulls from. False where it is known that
// seeks go wrong there:
// - An MPEG-TS whose clock (PCR) jumps or wraps around. Times after a seek count from the first
//   clock that the demuxer saw, so they are those of another place.
// - An MPEG program stream, where a seek to the beginning leaves out the first pack, and many
//   pictures have no time of their own.
// - An MP4 that begins with samples in its moov and goes on in fragments. qtdemux goes to the first
//   fragment at the earliest, so what was before cannot be had again.
bool can_be_sought (GstPad *demuxer_input);

}  // namespace quad
