// Which pad has which cell, and where that is.
#pragma once

#include <optional>
#include <vector>

#include "core/layout.h"
#include "elements/grid/quadmuxgrid.h"

namespace quad {

// A pad as it stands for one frame, or one query.
struct PadSnapshot {
  GridPadRef pad;
  PadSettings settings;
  Orientation orientation = Orientation::identity;  // `auto` resolved
  Memory memory = Memory::host;                     // that its caps say
  int cell = -1;                                    // -1: it has none, or lies freely
};

struct GridSnapshot {
  GridSettings settings;
  Grid grid;                      // with no dimension left at 0
  int needed = 0;                 // cells that the pads' spans take together
  std::vector<PadSnapshot> pads;  // the lowest zorder first
};

// Also gives cells to the pads that have none.
GridSnapshot snapshot_of (GstQuadMuxGrid *self);

// Writes down which cell the pad has; and tells those who watch its property, to be called
// without a lock.
void set_cell (GstQuadMuxGridPad *pad, int cell);
void tell_cell (GstQuadMuxGridPad *pad);

// The cell with its border, and what the border leaves for the picture; both
// empty where the pad has no cell or the canvas no room. A picture that lies freely
// has no border, and may lie outside of the canvas.
struct CellBox {
  Rect cell;
  Rect picture;
};

CellBox box_of (const GridSnapshot &snapshot, const PadSnapshot &pad, const Canvas &canvas);

// Where the pad lies freely, whatever the canvas is; empty where it does not.
Rect asked_rect (const PadSettings &settings);

// What fits the pad's cell exactly.
InputWish wish_of (const GridSnapshot &snapshot, const PadSnapshot &pad, const Canvas &canvas);

}  // namespace quad
