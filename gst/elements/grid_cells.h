// Which pad has which cell, and where that is.
#pragma once

#include <optional>
#include <vector>

#include "core/layout.h"
#include "elements/quadmuxgrid.h"

namespace quad {

// A pad as it stands for one frame, or one query.
struct PadSnapshot {
  GridPadRef pad;
  PadSettings settings;
  Orientation orientation = Orientation::identity;  // `auto` resolved
  Memory memory = Memory::host;                     // that its caps say
  int cell = -1;                                    // -1: it has none
};

struct GridSnapshot {
  GridSettings settings;
  Grid grid;                      // with no dimension left at 0
  std::vector<PadSnapshot> pads;  // the lowest zorder first
};

// Also gives cells to the pads that have none.
GridSnapshot snapshot_of (GstQuadMuxGrid *self);

// Whether a further pad would get a cell.
bool has_free_cell (GstQuadMuxGrid *self);

// The cell with its border, and what the border leaves for the picture; both
// empty where the pad has no cell or the canvas no room.
struct CellBox {
  Rect cell;
  Rect picture;
};

CellBox box_of (const GridSnapshot &snapshot, const PadSnapshot &pad, const Canvas &canvas);

// What fits the pad's cell exactly.
InputWish wish_of (const GridSnapshot &snapshot, const PadSnapshot &pad, const Canvas &canvas);

}  // namespace quad
