// How quadmux-grid makes a frame: which inputs it waits for, when the output is at its end.
#pragma once

#include "elements/grid/quadmuxgrid.h"

namespace quad {

void install_frames (GstAggregatorClass *klass);

}  // namespace quad
