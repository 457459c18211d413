// Orientations as GStreamer tells of them.
#pragma once

#include <gst/gst.h>
#include <gst/video/video.h>

#include <optional>

#include "core/geometry.h"

namespace quad {

// `auto` becomes `tagged`, the orientation of the stream's tag; `custom` becomes identity.
Orientation orientation_of (GstVideoOrientationMethod method, Orientation tagged);

// What the TAG event `event` says of the stream's orientation; none if it says nothing of it.
std::optional<Orientation> tagged_orientation (GstEvent *event);

}  // namespace quad
