// Checks whether a demuxer can seek in a file without losing its times.
#pragma once

#include <gst/gst.h>

namespace quad::extract {

// The state of a stream after a seek.
enum class Seeks { well, without_last_frame, lost };

// Reads parts of the file that the demuxer with this input pulls from, and looks for what demuxers
// are known to do wrong. `well` if it does not pull. The streaming thread's, before the first seek.
// - MPEG-TS whose clock (PCR) jumps or wraps around: lost. tsdemux counts times from the first
// clock
//   that it saw, so after a seek they are those of another place.
// - MPEG program streams: lost. A seek to the beginning leaves out the first pack, and many
// pictures
//   have no time of their own.
// - An MP4 with samples in its moov and in fragments: lost. qtdemux seeks to the first fragment at
//   the earliest, so the samples before it do not come again.
// - A Matroska file that says that it ends where its last frame begins: without_last_frame.
//   matroskademux ends there after a seek.
Seeks seeks_of (GstPad *demuxer_input);

}  // namespace quad::extract
