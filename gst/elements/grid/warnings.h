// Warnings about where pictures lie, once per pad.
#pragma once

#include "elements/grid/cells.h"

namespace quad {

// `has_room`: something of the pad's cell can be seen. Not for pictures that lie freely.
void warn_of_place (GstQuadMuxGrid *self, const GridSnapshot &snapshot, const PadSnapshot &pad,
                    bool has_room);

}  // namespace quad
