// Finds out whether decoding can begin with a coded picture.
#pragma once

#include <gst/gst.h>

namespace quad::extract {

// True if a decoder that begins here gives the same pictures, from this one's time on, as one that
// began earlier. Decides by the picture's first bytes (`caps` name the coding), and by the flags of
// the container or a parser.
bool is_entry_point (GstBuffer *picture, const GstCaps *caps);

// True if an entry point must begin with headers. A stream may have them only at its beginning:
// after a seek the decoder gives nothing of such a stream, and fails at its end.
bool wants_headers (const GstCaps *caps);

// True if the picture is no keyframe. AVI files may mark all frames as keyframes, so this reads
// VP8's first byte.
bool is_delta (GstBuffer *picture, const GstCaps *caps);

}  // namespace quad::extract
