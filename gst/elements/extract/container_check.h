// Whether a container can be sought in without its demuxer losing the thread.
#pragma once

#include <gst/gst.h>

namespace quad::extract {

// What becomes of a stream after a seek.
enum class Seeks { well, without_last_frame, lost };

// Looks into the file that the demuxer with this input pulls from, for what is known to go wrong:
// - An MPEG-TS whose clock (PCR) jumps or wraps around is lost. Times after a seek count from the
//   first clock that the demuxer saw, so they are those of another place.
// - So is an MPEG program stream, where a seek to the beginning leaves out the first pack, and many
//   pictures have no time of their own.
// - So is an MP4 that begins with samples in its moov and goes on in fragments. qtdemux goes to the
//   first fragment at the earliest, so what was before cannot be had again.
// - A Matroska file that ends, as it says, where its last frame begins, comes without that frame:
//   after a seek matroskademux ends there.
Seeks seeks_of (GstPad *demuxer_input);

}  // namespace quad::extract
