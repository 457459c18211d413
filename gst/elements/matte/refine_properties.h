// The properties of RefineSettings, which two elements have.
#pragma once

#include <gst/gst.h>

#include "elements/matte/settings.h"

namespace quad {

// The text of a string property; none is empty.
std::string string_in (const GValue *value);

// Their numbers, which begin at 1.
enum class RefineProperty : guint {
  refine = 1,
  refine_model_file,
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
