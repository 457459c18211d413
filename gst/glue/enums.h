// The core's enumerations as GTypes, for properties.
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

GType gst_quad_method_get_type (void);        // quad::Filter
GType gst_quad_fit_get_type (void);           // quad::Fit
GType gst_quad_eos_policy_get_type (void);    // quad::EosPolicy
GType gst_quad_policy_get_type (void);        // quad::Policy
GType gst_quad_missing_get_type (void);       // quad::Missing
GType gst_quad_seek_mode_get_type (void);     // quad::SeekMode
GType gst_quad_palette_mode_get_type (void);  // quad::PaletteMode
GType gst_quad_dither_get_type (void);        // quad::Dither

G_END_DECLS

#define GST_TYPE_QUAD_METHOD (gst_quad_method_get_type ())
#define GST_TYPE_QUAD_FIT (gst_quad_fit_get_type ())
#define GST_TYPE_QUAD_EOS_POLICY (gst_quad_eos_policy_get_type ())
#define GST_TYPE_QUAD_POLICY (gst_quad_policy_get_type ())
#define GST_TYPE_QUAD_MISSING (gst_quad_missing_get_type ())
#define GST_TYPE_QUAD_SEEK_MODE (gst_quad_seek_mode_get_type ())
#define GST_TYPE_QUAD_PALETTE_MODE (gst_quad_palette_mode_get_type ())
#define GST_TYPE_QUAD_DITHER (gst_quad_dither_get_type ())

namespace quad {

// When a composition ends.
enum class EosPolicy { longest, shortest };

// What is done where there is no frame for a tick.
enum class Missing { repeat, skip, error };

// Whether an element seeks to frames that lie ahead.
enum class SeekMode { automatic, never, always };

}  // namespace quad
