// The properties of RefineSettings, which two elements have.
#pragma once

#include <gst/gst.h>

#include "elements/matte/settings.h"

namespace quad {

// Their numbers, which begin at 1.
enum class RefineProperty : guint {
  refine = 1,
  radius,
  epsilon,
  smoothing,
  foreground,
  invert,
  n_threads,
  end
};

void install_refine_properties (GObjectClass *klass);
// False if the element has no such property.
bool set_refine_property (RefineSettings &settings, guint id, const GValue *value);
bool get_refine_property (const RefineSettings &settings, guint id, GValue *value);

}  // namespace quad
