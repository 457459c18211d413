// Warnings about where pictures lie, once per pad.
#pragma once

#include <span>

#include "elements/grid/cells.h"

namespace quad {

// `has_room`: something of the pad's cell can be seen. Not for pictures that lie freely.
void warn_of_place (GstQuadMuxGrid *self, const GridSnapshot &snapshot, const PadSnapshot &pad,
                    bool has_room);

// Warns if a picture of format `from` with alpha is drawn over pictures at `below` on an output
// `to` without alpha: the lower picture is not seen through it.
void warn_of_alpha (GstQuadMuxGrid *self, const PadSnapshot &pad, const GstVideoInfo &to,
                    std::span<const Rect> below, const Rect &target);

}  // namespace quad
