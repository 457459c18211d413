#include "core/layout.h"

#include <gtest/gtest.h>

namespace quad {
namespace {

TEST (Cells, ByHand)
{
  const Grid grid = {.rows = 2, .columns = 2};
  EXPECT_EQ (cell_rect (grid, {1280, 720}, {2, 2}, {0}), (Rect{0, 0, 640, 360}));
  EXPECT_EQ (cell_rect (grid, {1280, 720}, {2, 2}, {3}), (Rect{640, 360, 640, 360}));

  const Grid spaced = {.rows = 2, .columns = 3, .gap = 8, .margin = 10};
  EXPECT_EQ (cell_rect (spaced, {336, 228}, {2, 2}, {0}), (Rect{10, 10, 100, 100}));
  EXPECT_EQ (cell_rect (spaced, {336, 228}, {2, 2}, {1}), (Rect{118, 10, 100, 100}));
  EXPECT_EQ (cell_rect (spaced, {336, 228}, {2, 2}, {5}), (Rect{226, 118, 100, 100}));
}

TEST (Cells, SpansTakeTheGapsBetween)
{
  const Grid grid = {.rows = 2, .columns = 3, .gap = 8, .margin = 10};
  EXPECT_EQ (cell_rect (grid, {336, 228}, {2, 2}, {0, 1, 2}), (Rect{10, 10, 208, 100}));
  EXPECT_EQ (cell_rect (grid, {336, 228}, {2, 2}, {1, 2, 2}), (Rect{118, 10, 208, 208}));
  // Spans are cut at the grid's edge; at least one cell stays.
  EXPECT_EQ (cell_rect (grid, {336, 228}, {2, 2}, {1, 9, 9}), (Rect{118, 10, 208, 208}));
  EXPECT_EQ (cell_rect (grid, {336, 228}, {2, 2}, {0, 0, -1}), (Rect{10, 10, 100, 100}));
}

TEST (Cells, OutsideTheGridOrWithoutRoomAreEmpty)
{
  const Grid grid = {.rows = 2, .columns = 2};
  EXPECT_TRUE (cell_rect (grid, {100, 100}, {1, 1}, {-1}).empty ());
  EXPECT_TRUE (cell_rect (grid, {100, 100}, {1, 1}, {4}).empty ());
  EXPECT_TRUE (
      cell_rect ({.rows = 1, .columns = 1, .margin = 50}, {100, 100}, {1, 1}, {0}).empty ());
  EXPECT_TRUE (cell_rect ({.rows = 1, .columns = 3, .gap = 90}, {100, 100}, {1, 1}, {2}).empty ());
}

// Without gaps the cells cover each sample of the canvas once, whatever its size.
TEST (Cells, TileTheCanvas)
{
  for (const Size canvas : {Size{1280, 720}, Size{101, 53}, Size{16, 9}, Size{97, 31}})
    for (const Size unit : {Size{1, 1}, Size{2, 1}, Size{2, 2}})
      for (int rows = 1; rows <= 4; rows++)
        for (int columns = 1; columns <= 7; columns++) {
          const Grid grid = {.rows = rows, .columns = columns};
          std::vector<int> covered (std::size_t (canvas.width * canvas.height), 0);
          for (int i = 0; i < grid.cells (); i++) {
            const Rect r = cell_rect (grid, canvas, unit, {i});
            for (int y = r.y; y < r.bottom (); y++)
              for (int x = r.x; x < r.right (); x++) covered[std::size_t (y * canvas.width + x)]++;
          }
          for (const int n : covered) ASSERT_EQ (n, 1) << rows << " by " << columns;
        }
}

// The remainder is spread: no two cells differ by more than one unit on either side.
TEST (Cells, AreOfOneSizeButForTheRemainder)
{
  for (const int gap : {0, 3, 8})
    for (int columns = 1; columns <= 9; columns++)
      for (int width = 150; width < 190; width++) {
        const Grid grid = {.rows = 1, .columns = columns, .gap = gap, .margin = 5};
        int least = width, most = 0;
        Rect before = {5 - gap, 0, 0, 0};
        for (int i = 0; i < columns; i++) {
          const Rect r = cell_rect (grid, {width, 40}, {1, 1}, {i});
          ASSERT_EQ (r.x - before.right (), gap);
          least = std::min (least, r.width);
          most = std::max (most, r.width);
          before = r;
        }
        ASSERT_EQ (before.right (), width - 5);
        ASSERT_LE (most - least, 1);
      }
}

TEST (Cells, NeverOverlapNorLeaveTheCanvas)
{
  for (const int gap : {0, 1, 5, 40})
    for (const int margin : {0, 3, 30})
      for (const Size canvas : {Size{99, 55}, Size{320, 200}}) {
        const Grid grid = {.rows = 3, .columns = 4, .gap = gap, .margin = margin};
        for (int a = 0; a < grid.cells (); a++) {
          const Rect r = cell_rect (grid, canvas, {2, 2}, {a});
          if (r.empty ()) continue;
          ASSERT_TRUE (rect_of (canvas).contains (r));
          for (int b = 0; b < a; b++)
            ASSERT_TRUE (intersect (r, cell_rect (grid, canvas, {2, 2}, {b})).empty ());
        }
      }
}

TEST (FreeRect, KeepsItsSizeWhereverItIs)
{
  const Size canvas = {101, 51};
  EXPECT_EQ (free_rect ({3, -3, 11, 12}, canvas, {2, 2}), (Rect{2, -4, 12, 12}));
  EXPECT_EQ (free_rect ({3, -3, 11, 12}, canvas, {1, 1}), (Rect{3, -3, 11, 12}));
  EXPECT_EQ (free_rect ({0, 0, 101, 51}, canvas, {2, 2}), (Rect{0, 0, 101, 51}));
  EXPECT_TRUE (intersect (free_rect ({101, 51, 5, 5}, canvas, {2, 2}), rect_of (canvas)).empty ());
  for (const Size unit : {Size{1, 1}, Size{2, 1}, Size{2, 2}})
    for (int length = 1; length < 9; length++)
      for (int at = -20; at < 120; at++) {
        const Rect r = free_rect ({at, at, length, length}, canvas, unit);
        ASSERT_LE (std::abs (r.x - at), unit.width - 1);
        ASSERT_LE (std::abs (r.bottom () - (at + length)), 2 * unit.height - 2);
        ASSERT_TRUE (r.x % unit.width == 0 || r.x == canvas.width);
        ASSERT_TRUE (r.right () % unit.width == 0 || r.right () == canvas.width ||
                     r.x >= canvas.width);
        ASSERT_TRUE (at + length == canvas.width ||
                     r.width == (length + unit.width - 1) / unit.width * unit.width);
      }
}

TEST (CanvasFor, GivesEachCellItsSize)
{
  for (const Grid &grid : {Grid{2, 2, 0, 0}, Grid{1, 3, 8, 4}, Grid{3, 2, 6, 10}}) {
    const Size cell = {320, 180}, canvas = canvas_for (grid, cell);
    for (int i = 0; i < grid.cells (); i++)
      EXPECT_EQ (cell_rect (grid, canvas, {2, 2}, {i}).size (), cell);
  }
  EXPECT_EQ (canvas_for ({2, 3, 8, 10}, {100, 100}), (Size{336, 228}));
}

TEST (Resolved, ZeroIsAsManyAsNeeded)
{
  struct {
    int rows, columns, cells, want_rows, want_columns;
  } const cases[] = {
      {2, 2, 9, 2, 2}, {0, 0, 0, 1, 1}, {0, 0, 1, 1, 1}, {0, 0, 2, 1, 2}, {0, 0, 3, 2, 2},
      {0, 0, 4, 2, 2}, {0, 0, 5, 2, 3}, {0, 0, 6, 2, 3}, {0, 0, 7, 3, 3}, {0, 0, 10, 3, 4},
      {0, 3, 7, 3, 3}, {0, 3, 3, 1, 3}, {2, 0, 7, 2, 4}, {2, 0, 1, 2, 1}, {0, 5, 0, 1, 5},
  };
  for (const auto &c : cases) {
    const Grid g = resolved ({.rows = c.rows, .columns = c.columns, .gap = 3}, c.cells);
    EXPECT_EQ (g, (Grid{c.want_rows, c.want_columns, 3, 0}))
        << c.cells << " in " << c.rows << " by " << c.columns;
  }
}

}  // namespace
}  // namespace quad
