// Whether decoding can begin with a coded picture.
#pragma once

#include <gst/gst.h>

namespace quad::extract {

// Whether all pictures from this one's time on come out as if everything before had been decoded.
// What begins with it (`caps` say how it is coded) and what the container or a parser says decide.
bool is_entry_point (GstBuffer *picture, const GstCaps *caps);

// Whether an entry point begins with headers of its own, which a stream may have at its beginning
// alone. After a seek nothing comes of such a stream, and the decoder fails at its end.
bool wants_headers (const GstCaps *caps);

// Whether it is no keyframe at all. AVI files may call all frames keyframes.
bool is_delta (GstBuffer *picture, const GstCaps *caps);

}  // namespace quad::extract
