// The element quadmatterefine.
#pragma once

#include <gst/base/gstaggregator.h>
#include <gst/gst.h>

namespace quad {
class MaskedVideo;
}

struct GstQuadMatteRefine {
  GstAggregator parent;
  GstAggregatorPad *video, *mask;  // the element's own pads
  quad::MaskedVideo *impl;
};

struct GstQuadMatteRefineClass {
  GstAggregatorClass parent_class;
};

#define GST_TYPE_QUAD_MATTE_REFINE (gst_quad_matte_refine_get_type ())
GType gst_quad_matte_refine_get_type ();

GST_ELEMENT_REGISTER_DECLARE (quadmatterefine)
