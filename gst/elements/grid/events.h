// The event functions of quadmux-grid.
#pragma once

#include "elements/grid/quadmuxgrid.h"

namespace quad {

void install_events (GstAggregatorClass *klass);

}  // namespace quad
