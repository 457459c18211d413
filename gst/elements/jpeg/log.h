// The element's log category.
#pragma once

#include <gst/gst.h>

GST_DEBUG_CATEGORY_EXTERN (quad_jpeg_dec_debug);
#define GST_CAT_DEFAULT quad_jpeg_dec_debug
