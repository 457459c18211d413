// The log of quadmatte and quadmatterefine.
#pragma once

#include <gst/gst.h>

namespace quad {

GstDebugCategory *matte_debug ();

}  // namespace quad

#define GST_CAT_DEFAULT quad::matte_debug ()
