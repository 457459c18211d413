// A grid of cells on a canvas.
#pragma once

#include <span>
#include <vector>

#include "geometry.h"

namespace quad {

struct Grid {
  int rows = 2;
  int columns = 2;
  int gap = 0;     // luma samples between neighbouring cells
  int margin = 0;  // luma samples around the whole grid

  bool operator== (const Grid &) const = default;
  int cells () const { return rows * columns; }
};

// The grid with each dimension that is 0 set to what `cells` cells need: both 0,
// the squarest that holds them, wider rather than taller; one 0, that one.
Grid resolved (Grid grid, int cells);

// The rectangle of the cell (0 at the upper left, row by row) that spans
// `row_span` by `column_span` cells, cut where it would leave the grid. Edges
// are snapped to `unit`, see snapped(). Empty where nothing is left of it.
Rect cell_rect (const Grid &grid, Size canvas, Size unit, int cell, int row_span, int column_span);

// Where a picture lies that has no cell: `asked` on whole chroma samples, its position
// rounded down and its size up, so that its size does not change with its position. What
// ends at the canvas's far edges still does. It may lie outside of the canvas.
Rect free_rect (const Rect &asked, Size canvas, Size unit);

// The canvas on which each cell of `grid` is exactly `cell`.
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
  std::vector<int> cells;  // one a claim; -1 where the grid has no place for it
  int needed = 0;          // cells that the claims' spans take together
};

// Gives each claim a cell. Claims for a certain cell get it, or -1 where the
// grid ends before it. The others keep the cell that they had unless it is taken
// now, then the rest get free cells in the order of the claims; one that finds
// none stays where it was. A dimension that is 0 grows until all have a place; how
// far depends on what is claimed alone, not on the cells that were kept.
CellAssignment assign_cells (const Grid &grid, std::span<const CellClaim> claims);

// The last assignment, which stands until the grid or a claim changes. Not thread safe.
class CellBook {
 public:
  // As assign_cells; `claims` as long as the pictures are the same, in their order.
  const CellAssignment &assign (const Grid &grid, std::vector<CellClaim> claims);

  int computed () const { return computed_; }  // how often cells were given out

 private:
  Grid grid_;
  std::vector<CellClaim> claims_;  // with the cells that they got as those that they keep
  CellAssignment assigned_;
  int computed_ = 0;
};

}  // namespace quad
