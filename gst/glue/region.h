// Regions of interest on buffers.
#pragma once

#include <gst/video/video.h>

#include "core/geometry.h"

namespace quad {

// Adds the region `like` to `out`, with its type, ids and parameters, at another place. `at` lies
// inside the picture.
void add_region (GstBuffer *out, const GstVideoRegionOfInterestMeta &like, const Rect &at);

// Where it lies in its own picture. Sides are cut at kMaxSide.
Rect rect_of (const GstVideoRegionOfInterestMeta &region);

}  // namespace quad
