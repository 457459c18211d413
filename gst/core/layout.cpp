#include "layout.h"

#include <utility>

namespace quad {
namespace {

constexpr int kMaxSpan = 128;

// The begin of line `i` of `count` lines that share `room` samples.
int edge (int i, int count, int room, const LineWeights &weights, const Grid &grid)
{
  const std::int64_t before = weights.sum (i) * room / weights.sum (count);
  return grid.margin + static_cast<int> (before) + i * grid.gap;
}

struct Interval {
  int begin;
  int end;
};

// More rows than all spans can need.
constexpr int kOpen = 1 << 24;

// The taken part of a grid, as rectangles of cells. A search reads these rectangles only, so its
// time does not depend on the number of cells.
class Board {
 public:
  Board (int rows, int columns) : rows_ (rows), columns_ (columns) {}

  bool holds (int cell) const
  {
    return cell >= 0 && std::int64_t{cell} < std::int64_t{rows_} * columns_;
  }
  int bottom () const { return starts_.back (); }

  // Cuts `span` at the grid's edge.
  void take (int cell, Size span)
  {
    const int x = cell % columns_, y = cell / columns_;
    const Rect r = {x, y, std::min (span.width, columns_ - x), std::min (span.height, rows_ - y)};
    const auto by_left = [] (const Rect &a, const Rect &b) { return a.x < b.x; };
    taken_.insert (std::upper_bound (taken_.begin (), taken_.end (), r, by_left), r);
    const auto at = std::lower_bound (starts_.begin (), starts_.end (), r.bottom ());
    if (at == starts_.end () || *at != r.bottom ()) starts_.insert (at, r.bottom ());
  }

  bool is_taken (int cell) const
  {
    const Rect one = {cell % columns_, cell / columns_, 1, 1};
    return std::any_of (taken_.begin (), taken_.end (),
                        [&] (const Rect &r) { return r.contains (one); });
  }

  // The first cell where all of `span` is free, or -1. Only two kinds of rows can be the first row:
  // the grid's first, and rows where a rectangle ends. (In any other row the span would also fit
  // one row higher.) Free room only shrinks, so rows that had no room for a span have none for a
  // larger one.
  int find_room (Size span)
  {
    if (span.width < last_.width || span.height < last_.height) from_ = 0;
    last_ = span;
    for (auto at = std::lower_bound (starts_.begin (), starts_.end (), from_); at != starts_.end ();
         ++at) {
      const int row = *at;
      if (row + span.height > rows_) break;
      int column = 0;
      for (const Rect &r : taken_) {  // from the left to the right
        if (r.bottom () <= row || r.y >= row + span.height) continue;
        if (r.x >= column + span.width) break;
        column = std::max (column, r.right ());
      }
      if (column + span.width > columns_) continue;
      from_ = row;
      return row * columns_ + column;
    }
    from_ = rows_;
    return -1;
  }

 private:
  int rows_;
  int columns_;
  std::vector<Rect> taken_;        // sorted by their left edges
  std::vector<int> starts_ = {0};  // row 0 and each row where a rectangle ends
  Size last_;  // the last span searched for: rows above from_ have no room for it
  int from_ = 0;
};

Size span_of (const CellClaim &c) { return {c.column_span, c.row_span}; }

struct Attempt {
  bool all = true;  // each claim has a place of its own
  int bottom = 0;   // the row below the last taken one
  std::vector<int> cells;
};

// `keep`: claims may keep the cells that they had.
Attempt attempt (Board board, std::span<const CellClaim> claims, bool keep)
{
  Attempt a;
  a.cells.assign (claims.size (), -1);
  auto give = [&] (std::size_t i, int cell) {
    a.cells[i] = cell;
    board.take (cell, span_of (claims[i]));
  };
  for (std::size_t i = 0; i < claims.size (); i++)
    if (board.holds (claims[i].cell)) give (i, claims[i].cell);
  for (std::size_t i = 0; i < claims.size () && keep; i++)
    if (claims[i].cell < 0 && board.holds (claims[i].kept) && !board.is_taken (claims[i].kept))
      give (i, claims[i].kept);
  for (std::size_t i = 0; i < claims.size (); i++) {
    if (a.cells[i] >= 0) continue;
    const int room = claims[i].cell >= 0 ? -1 : board.find_room (span_of (claims[i]));
    a.all = a.all && room >= 0;
    if (claims[i].cell >= 0) continue;
    const int place = room >= 0 ? room : board.find_room ({1, 1});
    if (place >= 0)
      give (i, place);
    else if (board.holds (claims[i].kept))
      a.cells[i] = claims[i].kept;
  }
  a.bottom = board.bottom ();
  return a;
}

// How many lines a dimension of `size` grows by in one step. The step grows with the size, so few
// sizes are tried even if spans are large.
int step_from (int size) { return std::max (1, size / 8); }

// The number of rows that `claims` need in `columns` columns; at least `least`.
int rows_for (std::span<const CellClaim> claims, int columns, int least)
{
  return std::max (least, attempt (Board (kOpen, columns), claims, false).bottom);
}

// The smallest grid for `claims`; dimensions that are not 0 are kept. It has at least `needed`
// cells, and no dimension is below `widest`.
Grid grid_for (Grid grid, std::span<const CellClaim> claims, int needed, Size widest)
{
  const bool both = grid.rows == 0 && grid.columns == 0;
  auto rows_with = [&] (int columns) {
    const int least = std::max (widest.height, (needed + columns - 1) / columns);
    return rows_for (claims, columns, least);
  };
  if (grid.rows > 0 && grid.columns > 0) return grid;
  const int first =
      grid.columns > 0 ? grid.columns : std::max (widest.width, resolved (grid, needed).columns);
  grid.columns = first;
  if (grid.rows > 0) {
    while (!attempt (Board (grid.rows, grid.columns), claims, false).all)
      grid.columns += step_from (grid.columns);
    return grid;
  }
  grid.rows = rows_with (first);
  // Spans of odd shapes may need more than the sum of their cells. Take the squarest grid; of two
  // equally square ones take the one with fewer cells.
  auto worth = [] (const Grid &g) { return std::pair{std::max (g.rows, g.columns), g.cells ()}; };
  for (int columns = first + step_from (first); both && columns <= worth (grid).first;
       columns += step_from (first)) {
    Grid other = grid;
    other.rows = rows_with (columns);
    other.columns = columns;
    if (worth (other) < worth (grid)) grid = std::move (other);
  }
  return grid;
}

Interval interval (int first, int span, int count, int length, const LineWeights &weights,
                   const Grid &grid)
{
  const int last = std::min (count, first + std::max (1, span));
  const int room = std::max (0, length - 2 * grid.margin - grid.gap * (count - 1));
  return {edge (first, count, room, weights, grid),
          edge (last, count, room, weights, grid) - grid.gap};
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

Rect cell_rect (const Grid &grid, Size canvas, Size unit, const CellSpan &cells)
{
  if (cells.cell < 0 || cells.cell >= grid.cells ()) return {};
  const Interval x = interval (cells.cell % grid.columns, cells.column_span, grid.columns,
                               canvas.width, grid.column_weights, grid);
  const Interval y = interval (cells.cell / grid.columns, cells.row_span, grid.rows, canvas.height,
                               grid.row_weights, grid);
  const Rect exact = {x.begin, y.begin, x.end - x.begin, y.end - y.begin};
  return exact.empty () ? Rect{} : snapped (intersect (exact, rect_of (canvas)), unit, canvas);
}

Rect free_rect (const Rect &asked, Size canvas, Size unit)
{
  struct Side {
    int begin, length;
  };
  auto side = [] (int begin, int length, int u, int end) -> Side {
    const int from = begin == end ? end : floor_div (begin, u) * u;
    const int whole = (std::max (1, length) + u - 1) / u * u;
    return {from, begin + length == end ? end - from : whole};
  };
  const Side x = side (asked.x, asked.width, unit.width, canvas.width);
  const Side y = side (asked.y, asked.height, unit.height, canvas.height);
  return {x.begin, y.begin, x.length, y.length};
}

Size canvas_for (const Grid &grid, Size cell)
{
  return {grid.columns * cell.width + (grid.columns - 1) * grid.gap + 2 * grid.margin,
          grid.rows * cell.height + (grid.rows - 1) * grid.gap + 2 * grid.margin};
}

CellAssignment assign_cells (const Grid &grid, std::span<const CellClaim> claims)
{
  std::vector<CellClaim> sane (claims.begin (), claims.end ());
  int needed = 0, certain = 0;
  Size widest = {1, 1};
  for (CellClaim &c : sane) {
    // Cut spans at a fixed edge.
    c.row_span = std::clamp (c.row_span, 1, grid.rows > 0 ? grid.rows : kMaxSpan);
    c.column_span = std::clamp (c.column_span, 1, grid.columns > 0 ? grid.columns : kMaxSpan);
    needed += c.row_span * c.column_span;
    certain = std::max (certain, c.cell + 1);
    widest = {std::max (widest.width, c.column_span), std::max (widest.height, c.row_span)};
  }
  CellAssignment a;
  a.needed = needed;
  a.grid = grid_for (grid, sane, std::max (needed, certain), widest);
  const Board board (a.grid.rows, a.grid.columns);
  Attempt best = attempt (board, sane, true);
  // The kept cells leave no room for the rest: place all claims anew.
  const bool grows = grid.rows == 0 || grid.columns == 0;
  if (grows && !best.all) best = attempt (board, sane, false);
  a.cells = std::move (best.cells);
  return a;
}

const CellAssignment &CellBook::assign (const Grid &grid, std::span<const CellClaim> claims)
{
  if (computed_ > 0 && grid == grid_ && std::ranges::equal (claims, claims_)) return assigned_;
  computed_++;
  grid_ = grid;
  assigned_ = assign_cells (grid, claims);
  claims_.assign (claims.begin (), claims.end ());
  for (std::size_t i = 0; i < claims_.size (); i++)
    if (assigned_.cells[i] >= 0) claims_[i].kept = assigned_.cells[i];
  return assigned_;
}

}  // namespace quad
