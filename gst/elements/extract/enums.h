// frameextract's enumerations as GTypes, for properties.
#pragma once

#include "glue/enums.h"

G_BEGIN_DECLS

GType gst_quad_policy_get_type (void);     // quad::Policy
GType gst_quad_missing_get_type (void);    // quad::extract::Missing
GType gst_quad_seek_mode_get_type (void);  // quad::extract::SeekMode

G_END_DECLS

#define GST_TYPE_QUAD_POLICY (gst_quad_policy_get_type ())
#define GST_TYPE_QUAD_MISSING (gst_quad_missing_get_type ())
#define GST_TYPE_QUAD_SEEK_MODE (gst_quad_seek_mode_get_type ())

namespace quad::extract {

// What happens at a tick without a frame.
enum class Missing { repeat, skip, error };

// Whether the element seeks to frames that lie ahead.
enum class SeekMode { automatic, never, always };

}  // namespace quad::extract
