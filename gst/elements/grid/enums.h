// quadmux-grid's enumerations as GTypes, for properties.
#pragma once

#include "glue/enums.h"

G_BEGIN_DECLS

GType gst_quad_fit_get_type (void);         // quad::Fit
GType gst_quad_eos_policy_get_type (void);  // quad::EosPolicy

G_END_DECLS

#define GST_TYPE_QUAD_FIT (gst_quad_fit_get_type ())
#define GST_TYPE_QUAD_EOS_POLICY (gst_quad_eos_policy_get_type ())

namespace quad {

// When a composition ends.
enum class EosPolicy { longest, shortest };

}  // namespace quad
