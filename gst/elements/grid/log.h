// The debug category of quadmux-grid, for all files of it that log.
#pragma once

#include <gst/gst.h>

GST_DEBUG_CATEGORY_EXTERN (quad_mux_grid_debug);
#define GST_CAT_DEFAULT quad_mux_grid_debug
