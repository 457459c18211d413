// The element frameextract.
#pragma once

#include <gst/gst.h>

#include "public/gstquad.h"

namespace quad::extract {
class Extraction;
}

struct GstFrameExtract {
  GstElement parent;
  quad::extract::Extraction *impl;
};

struct GstFrameExtractClass {
  GstElementClass parent_class;
};

#define GST_TYPE_FRAME_EXTRACT (gst_frame_extract_get_type ())
GType gst_frame_extract_get_type ();

GST_ELEMENT_REGISTER_DECLARE (frameextract)
