// gifstreamenc's enumerations as GTypes, for properties.
#pragma once

#include "glue/enums.h"

G_BEGIN_DECLS

GType gst_quad_palette_mode_get_type (void);  // quad::gif::PaletteMode
GType gst_quad_dither_get_type (void);        // quad::gif::Dither

G_END_DECLS

#define GST_TYPE_QUAD_PALETTE_MODE (gst_quad_palette_mode_get_type ())
#define GST_TYPE_QUAD_DITHER (gst_quad_dither_get_type ())
