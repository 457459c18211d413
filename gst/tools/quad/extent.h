// How long a clip is that does not say so.
#pragma once

#include <gst/gst.h>

#include <string>

namespace quad {

// Reads all of a clip, without decoding it. Returns when its last picture or sound ends, counted
// from its beginning as it is played; 0: that cannot be told. Throws Interrupted.
GstClockTime measure (const std::string &path);

}  // namespace quad
