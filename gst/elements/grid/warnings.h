// What quadmux-grid says of where its pictures lie, once a pad.
#pragma once

#include "core/scene.h"
#include "elements/grid/cells.h"

namespace quad {

// `has_room`: whether anything can be seen of the pad's cell. Not of where a picture lies that
// lies freely.
void warn_of_place (GstQuadMuxGrid *self, const GridSnapshot &snapshot, const PadSnapshot &pad,
                    bool has_room);

// Of a picture of `from`, in `target`, that may be transparent, where `to` is not: what is
// drawn of `scene` so far is not seen through it.
void warn_of_alpha (GstQuadMuxGrid *self, const PadSnapshot &pad, const GstVideoInfo &from,
                    const GstVideoInfo &to, const Scene &scene, const Rect &target);

}  // namespace quad
