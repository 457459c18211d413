// Which packets of a video stream are no pictures of their own.
#pragma once

#include <gst/gst.h>

namespace quad::tensor {

// A function that says of a packet of this media type ("video/x-vp8") whether nothing is shown for
// it; null if each packet is shown.
bool (*hidden_packets (const char *type)) (GstBuffer *);

// Whether two packets may be the fields of one picture.
bool may_hold_fields (const GstStructure *caps);

}  // namespace quad::tensor
