// A grid of cells on a canvas.
#pragma once

#include <span>
#include <vector>

#include "geometry.h"
#include "line_weights.h"

namespace quad {

struct Grid {
  int rows = 2;
  int columns = 2;
  int gap = 0;     // luma samples between neighbouring cells
  int margin = 0;  // luma samples around the whole grid
  // How the lines share what gaps and margins leave.
  LineWeights row_weights = {};
  LineWeights column_weights = {};

  bool operator== (const Grid &) const = default;
  int cells () const { return rows * columns; }
};

// A rectangle of cells.
struct CellSpan {
  int cell = -1;  // at the upper left; cells are counted row by row from 0; -1: none
  int row_span = 1;
  int column_span = 1;

  bool operator== (const CellSpan &) const = default;
};

// Replaces each dimension that is 0 by the number that `cells` cells need. If both are 0, the grid
// is the squarest one that holds them, wider rather than taller.
Grid resolved (Grid grid, int cells);

// The rectangle that the cells cover. It is cut at the grid's edge, and its edges are snapped to
// `unit`: see snapped (). Empty if nothing is left of it.
Rect cell_rect (const Grid &grid, Size canvas, Size unit, const CellSpan &cells);

// The place of a picture that has no cell. `asked` is put on whole chroma samples: the position is
// rounded down and the size up, so a picture keeps its size when it moves. Edges that touch the
// canvas's far edges stay there. The rectangle may lie outside of the canvas.
Rect free_rect (const Rect &asked, Size canvas, Size unit);

// The canvas on which each cell of `grid` is exactly `cell` if all weights are equal. Weights do
// not change the canvas, they share it out.
Size canvas_for (const Grid &grid, Size cell);

// What one picture asks of a grid.
struct CellClaim {
  int cell = -1;  // the cell that it must have, or -1 for the next free one
  int row_span = 1;
  int column_span = 1;
  int kept = -1;  // the cell that it had so far, or -1

  bool operator== (const CellClaim &) const = default;
};

struct CellAssignment {
  Grid grid;               // with no dimension left at 0
  std::vector<int> cells;  // one per claim; -1: the grid has no place for it
  int needed = 0;          // the sum of the cells in all claims' spans
};

// Gives each claim a cell, in this order. (1) A claim for a certain cell gets it, or -1 if the grid
// has no such cell. (2) The others keep the cell that they had, unless it is taken now. (3) The
// rest get free cells in the order of the claims; a claim that finds no free cell stays where it
// was. A dimension that is 0 grows until all claims have a place. How far it grows depends on the
// claims alone, not on the cells that they had.
CellAssignment assign_cells (const Grid &grid, std::span<const CellClaim> claims);

// Keeps the last assignment until the grid or a claim changes. Not thread safe.
class CellBook {
 public:
  // As assign_cells (). Pass the claims of the same pictures in the same order.
  const CellAssignment &assign (const Grid &grid, std::span<const CellClaim> claims);

  int computed () const { return computed_; }  // how often assign_cells () ran

 private:
  Grid grid_;
  std::vector<CellClaim> claims_;  // `kept` holds the cell that each one got
  CellAssignment assigned_;
  int computed_ = 0;
};

}  // namespace quad
