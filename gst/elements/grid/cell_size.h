// At which size a pad's picture is shown: the answer to the query `quad-target`, and the message
// `cell-size`.
#pragma once

#include <atomic>
#include <optional>

#include "core/placement.h"
#include "elements/grid/cells.h"
#include "glue/target.h"

namespace quad {

// The place for the pad's picture, as a canvas of its size. None if the pad has no cell, or if its
// size depends on the inputs: `canvas` is the output, if that is known.
std::optional<Canvas> room_of (const GridSnapshot &snapshot, const PadSnapshot &pad,
                               const std::optional<Canvas> &canvas);

// What is shown of `picture` in `room`, before its edges are put on whole chroma samples.
ShownPart shown_part (const Canvas &room, const PadSettings &settings, const FullPicture &picture);

// What `cell-size` says of a pad.
CellSize cell_size_of (const GridSnapshot &snapshot, const PadSnapshot &pad,
                       const std::optional<Canvas> &canvas);

// Notifies each pad's `current-cell`, and posts `cell-size` for those whose size has changed. Call
// it without a lock.
void tell_cells (GstQuadMuxGrid *self);

}  // namespace quad
