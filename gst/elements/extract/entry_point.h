// Whether decoding can begin with a coded picture.
#pragma once

#include <gst/gst.h>

namespace quad::extract {

// Whether a decoder that begins here gives the same pictures, from this one's time on, as one that
// began earlier. The picture's first bytes decide (`caps` say how it is coded), and what the
// container or a parser says.
bool is_entry_point (GstBuffer *picture, const GstCaps *caps);

// Whether an entry point has to begin with headers. A stream may have them only at its beginning:
// after a seek the decoder gives nothing of such a stream, and fails at its end.
bool wants_headers (const GstCaps *caps);

// Whether the picture is no keyframe. AVI files may call all frames keyframes, so VP8's first byte
// is looked at.
bool is_delta (GstBuffer *picture, const GstCaps *caps);

}  // namespace quad::extract
