// The element quaddownscale.
#pragma once

#include <gst/base/gstbasetransform.h>
#include <gst/gst.h>

namespace quad {
class Downscale;
}

struct GstQuadDownscale {
  GstBaseTransform parent;
  quad::Downscale *impl;
};

struct GstQuadDownscaleClass {
  GstBaseTransformClass parent_class;
};

#define GST_TYPE_QUAD_DOWNSCALE (gst_quad_downscale_get_type ())
GType gst_quad_downscale_get_type ();

GST_ELEMENT_REGISTER_DECLARE (quaddownscale)
