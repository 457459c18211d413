// Where a label lies: pure functions.
#pragma once

#include "core/geometry.h"

namespace quad {

// In rows from the top: position / 3 and position % 3 are its row and column.
enum class LabelPosition {
  top_left,
  top,
  top_right,
  left,
  center,
  right,
  bottom_left,
  bottom,
  bottom_right,
};

// The part of `box` that is at least `margin` pixels from its edges, on whole chroma samples; empty
// if nothing is left.
Rect label_room (const Rect &box, int margin, const Size &chroma_unit);

// A picture of `size`, which is in whole chroma samples and no larger than the room, at the
// position.
Rect label_rect (const Rect &room, const Size &size, LabelPosition position,
                 const Size &chroma_unit);

}  // namespace quad
