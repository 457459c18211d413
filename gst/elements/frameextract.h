// The element frameextract.
#pragma once

#include <gst/gst.h>

namespace quad {
class Extraction;

// The custom meta (gst_buffer_get_custom_meta) of each frame that was selected. Its
// structure has `index`, `requested-time` and `actual-time`, all guint64; times in
// nanoseconds of stream time, GST_CLOCK_TIME_NONE where no time was asked for.
inline constexpr char kExtractedFrameMeta[] = "quad-extracted-frame";
}  // namespace quad

struct GstFrameExtract {
  GstElement parent;
  quad::Extraction *impl;
};

struct GstFrameExtractClass {
  GstElementClass parent_class;
};

#define GST_TYPE_FRAME_EXTRACT (gst_frame_extract_get_type ())
GType gst_frame_extract_get_type ();

GST_ELEMENT_REGISTER_DECLARE (frameextract)
