// Which packets of a video stream are no pictures of their own.
#pragma once

#include <gst/gst.h>

#include <functional>

namespace quad::tensor {

// A function that says of a packet of this media type ("video/x-vp8") whether nothing is shown for
// it; null if each packet is shown.
bool (*hidden_packets (const char *type)) (GstBuffer *);

// Says of a packet that no other one is made of its picture.
using LonePackets = std::function<bool (GstBuffer *)>;
// The function for a stream of these caps; empty where it cannot be known.
LonePackets lone_packets (const GstCaps *caps);

// Whether two packets may be the fields of one picture.
bool may_hold_fields (const GstStructure *caps);

}  // namespace quad::tensor
