// The log of frameextract: GST_DEBUG=frameextract:LEVEL. INFO once a stream, caps, segment or seek;
// LOG for each frame.
#pragma once

#include <gst/gst.h>

GST_DEBUG_CATEGORY_EXTERN (frame_extract_debug);  // in frameextract.cpp
#undef GST_CAT_DEFAULT
#define GST_CAT_DEFAULT frame_extract_debug

namespace quad::extract {

// A time of the film for %.3f.
constexpr double in_seconds (long long time) { return static_cast<double> (time) / 1e9; }

// An argument for GST_PTR_FORMAT and GST_SEGMENT_FORMAT.
inline void *printable (const void *object) { return const_cast<void *> (object); }

}  // namespace quad::extract
