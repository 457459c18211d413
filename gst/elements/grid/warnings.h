// Warnings about where pictures lie, once per pad, and about the layout.
#pragma once

#include "elements/grid/cells.h"

namespace quad {

// `has_room`: something of the pad's cell can be seen. Not for pictures that lie freely.
void warn_of_place (GstQuadMuxGrid *self, const GridSnapshot &snapshot, const PadSnapshot &pad,
                    bool has_room);

// Warns of a list of weights that is longer than the grid has lines.
void warn_of_weights (GstQuadMuxGrid *self, const GridSnapshot &snapshot);

}  // namespace quad
