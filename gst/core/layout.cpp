#include "layout.h"

namespace quad {
namespace {

// Where cell `i` of `count` begins when `room` samples are shared among them.
int edge (int i, int count, int room, int gap, int margin)
{
  return margin + static_cast<int> (std::int64_t{i} * room / count) + i * gap;
}

struct Interval {
  int begin;
  int end;
};

Interval interval (int first, int span, int count, int length, const Grid &grid)
{
  const int last = std::min (count, first + std::max (1, span));
  const int room = std::max (0, length - 2 * grid.margin - grid.gap * (count - 1));
  return {edge (first, count, room, grid.gap, grid.margin),
          edge (last, count, room, grid.gap, grid.margin) - grid.gap};
}

}  // namespace

Grid resolved (Grid grid, int cells)
{
  cells = std::max (1, cells);
  if (grid.rows == 0 && grid.columns == 0) {
    grid.columns = 1;
    while (grid.columns * grid.columns < cells) grid.columns++;
  }
  if (grid.columns == 0) grid.columns = (cells + grid.rows - 1) / grid.rows;
  if (grid.rows == 0) grid.rows = (cells + grid.columns - 1) / grid.columns;
  return grid;
}

Rect cell_rect (const Grid &grid, Size canvas, Size unit, int cell, int row_span, int column_span)
{
  if (cell < 0 || cell >= grid.cells ()) return {};
  const Interval x = interval (cell % grid.columns, column_span, grid.columns, canvas.width, grid);
  const Interval y = interval (cell / grid.columns, row_span, grid.rows, canvas.height, grid);
  const Rect exact = {x.begin, y.begin, x.end - x.begin, y.end - y.begin};
  return exact.empty () ? Rect{} : snapped (intersect (exact, rect_of (canvas)), unit, canvas);
}

Size canvas_for (const Grid &grid, Size cell)
{
  return {grid.columns * cell.width + (grid.columns - 1) * grid.gap + 2 * grid.margin,
          grid.rows * cell.height + (grid.rows - 1) * grid.gap + 2 * grid.margin};
}

void Occupancy::take (int cell, int row_span, int column_span)
{
  if (cell < 0 || cell >= grid_.cells ()) return;
  const int row = cell / grid_.columns, column = cell % grid_.columns;
  for (int r = row; r < std::min (grid_.rows, row + std::max (1, row_span)); r++)
    for (int c = column; c < std::min (grid_.columns, column + std::max (1, column_span)); c++)
      taken_[std::size_t (r * grid_.columns + c)] = true;
}

int Occupancy::next_free () const
{
  for (int i = 0; i < grid_.cells (); i++)
    if (!taken_[std::size_t (i)]) return i;
  return -1;
}

}  // namespace quad
