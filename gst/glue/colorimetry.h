// What caps leave open of colours.
#pragma once

#include <gst/video/video.h>

namespace quad {

// Of two pictures, one of which is converted to the other. Nothing is open but the light, where
// both leave it so.
struct Colorimetries {
  GstVideoColorimetry from;
  GstVideoColorimetry to;
};

// What one picture leaves open is taken from the other: its transfer function and primaries
// always, range and matrix where both are RGB or neither is. The rest is what GStreamer takes
// where caps say nothing.
Colorimetries completed (const GstVideoInfo &from, const GstVideoInfo &to);

// Range and matrix of one picture alone.
GstVideoColorimetry completed (const GstVideoInfo &info);

// `from` as it is taken beside `to`.
GstVideoInfo completed_beside (const GstVideoInfo &from, const GstVideoInfo &to);

}  // namespace quad
