// The element's properties.
#pragma once

#include <glib-object.h>

namespace quad {

void install_grid_properties (GObjectClass *klass);

}  // namespace quad
