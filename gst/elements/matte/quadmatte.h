// The element quadmatte.
#pragma once

#include <gst/base/gstbasetransform.h>
#include <gst/gst.h>

namespace quad {
class Matter;
}

struct GstQuadMatte {
  GstBaseTransform parent;
  quad::Matter *impl;
};

struct GstQuadMatteClass {
  GstBaseTransformClass parent_class;
};

#define GST_TYPE_QUAD_MATTE (gst_quad_matte_get_type ())
GType gst_quad_matte_get_type ();

GST_ELEMENT_REGISTER_DECLARE (quadmatte)
