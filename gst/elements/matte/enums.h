// The enumerations of properties.
#pragma once

#include <gst/gst.h>

#define GST_TYPE_QUAD_REFINE (gst_quad_refine_get_type ())
GType gst_quad_refine_get_type ();
#define GST_TYPE_QUAD_REGION (gst_quad_region_get_type ())
GType gst_quad_region_get_type ();
#define GST_TYPE_QUAD_FOREGROUND (gst_quad_foreground_get_type ())
GType gst_quad_foreground_get_type ();
#define GST_TYPE_QUAD_EXECUTION_PROVIDER (gst_quad_execution_provider_get_type ())
GType gst_quad_execution_provider_get_type ();
#define GST_TYPE_QUAD_OPTIMIZATION_LEVEL (gst_quad_optimization_level_get_type ())
GType gst_quad_optimization_level_get_type ();
