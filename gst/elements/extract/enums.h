// frameextract's enumerations as GTypes, for properties.
#pragma once

#include "glue/enums.h"

G_BEGIN_DECLS

GType gst_quad_policy_get_type (void);     // quad::Policy
GType gst_quad_missing_get_type (void);    // quad::Missing
GType gst_quad_seek_mode_get_type (void);  // quad::SeekMode

G_END_DECLS

#define GST_TYPE_QUAD_POLICY (gst_quad_policy_get_type ())
#define GST_TYPE_QUAD_MISSING (gst_quad_missing_get_type ())
#define GST_TYPE_QUAD_SEEK_MODE (gst_quad_seek_mode_get_type ())

namespace quad {

// What is done where there is no frame for a tick.
enum class Missing { repeat, skip, error };

// Whether an element seeks to frames that lie ahead.
enum class SeekMode { automatic, never, always };

}  // namespace quad
