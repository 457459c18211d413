#include "layout.h"

namespace quad {
namespace {

constexpr int kMaxSpan = 128;

// Where cell `i` of `count` begins when `room` samples are shared among them.
int edge (int i, int count, int room, int gap, int margin)
{
  return margin + static_cast<int> (std::int64_t{i} * room / count) + i * gap;
}

struct Interval {
  int begin;
  int end;
};

// The first free cell where all of the span is free too, or -1.
int find_room (const Grid &grid, const Occupancy &taken, const CellClaim &claim)
{
  auto fits = [&] (int cell) {
    const int row = cell / grid.columns, column = cell % grid.columns;
    if (row + claim.row_span > grid.rows || column + claim.column_span > grid.columns) return false;
    for (int r = row; r < row + claim.row_span; r++)
      for (int c = column; c < column + claim.column_span; c++)
        if (taken.taken (r * grid.columns + c)) return false;
    return true;
  };
  for (int i = 0; i < grid.cells (); i++)
    if (fits (i)) return i;
  return -1;
}

// Assigns on a grid that has no 0; false where a claim found no place of its own.
bool try_assign (const Grid &grid, std::span<const CellClaim> claims, std::vector<int> &cells)
{
  Occupancy taken (grid);
  cells.assign (claims.size (), -1);
  auto give = [&] (std::size_t i, int cell) {
    cells[i] = cell;
    taken.take (cell, claims[i].row_span, claims[i].column_span);
  };
  auto inside = [&] (int cell) { return cell >= 0 && cell < grid.cells (); };
  for (std::size_t i = 0; i < claims.size (); i++)
    if (inside (claims[i].cell)) give (i, claims[i].cell);
  for (std::size_t i = 0; i < claims.size (); i++)
    if (claims[i].cell < 0 && inside (claims[i].kept) && !taken.taken (claims[i].kept))
      give (i, claims[i].kept);
  bool all = true;
  for (std::size_t i = 0; i < claims.size (); i++) {
    if (cells[i] >= 0) continue;
    if (claims[i].cell >= 0) {
      all = false;
      continue;
    }
    const int room = find_room (grid, taken, claims[i]);
    all = all && room >= 0;
    const int place = room >= 0 ? room : taken.next_free ();
    if (place >= 0)
      give (i, place);
    else
      cells[i] = inside (claims[i].kept) ? claims[i].kept : -1;
  }
  return all;
}

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

CellAssignment assign_cells (const Grid &grid, std::span<const CellClaim> claims)
{
  std::vector<CellClaim> sane (claims.begin (), claims.end ());
  int needed = 0, certain = 0;
  Size widest = {1, 1};
  for (CellClaim &c : sane) {
    // A span past a fixed edge is cut there.
    c.row_span = std::clamp (c.row_span, 1, grid.rows > 0 ? grid.rows : kMaxSpan);
    c.column_span = std::clamp (c.column_span, 1, grid.columns > 0 ? grid.columns : kMaxSpan);
    needed += c.row_span * c.column_span;
    certain = std::max (certain, c.cell + 1);
    widest = {std::max (widest.width, c.column_span), std::max (widest.height, c.row_span)};
  }
  needed = std::max (needed, certain);
  CellAssignment a;
  const bool grows = grid.rows == 0 || grid.columns == 0;
  // Spans of odd shapes can need more room than the sum of their cells.
  Grid tried = {.rows = 0, .columns = 0};
  for (int cells = needed; cells <= 2 * needed + 1; cells++) {
    a.grid = resolved (grid, cells);
    if (grid.columns == 0 && a.grid.columns < widest.width) {
      a.grid.columns = widest.width;
      a.grid.rows = grid.rows;
      a.grid = resolved (a.grid, cells);
    }
    if (grid.rows == 0) a.grid.rows = std::max (a.grid.rows, widest.height);
    if (cells > needed && a.grid == tried) continue;
    tried = a.grid;
    if (try_assign (a.grid, sane, a.cells) || !grows) break;
  }
  return a;
}

}  // namespace quad
