// Which claim gets which cell.
#include <gtest/gtest.h>

#include <chrono>

#include "core/layout.h"
#include "support/picture.h"

using quad::assign_cells;
using quad::CellAssignment;
using quad::CellBook;
using quad::CellClaim;
using quad::Grid;

namespace {

using Cells = std::vector<int>;

struct Case {
  const char *name;
  int rows, columns;
  std::vector<CellClaim> claims;  // {cell, row_span, column_span, kept}
  int expected_rows, expected_columns;
  Cells expected;
};

class AssignCells : public testing::TestWithParam<Case> {};

TEST_P (AssignCells, GivesEachItsPlace)
{
  const Case &c = GetParam ();
  const auto a = assign_cells ({.rows = c.rows, .columns = c.columns}, c.claims);
  EXPECT_EQ (a.grid.rows, c.expected_rows);
  EXPECT_EQ (a.grid.columns, c.expected_columns);
  EXPECT_EQ (a.cells, c.expected);
}

const CellClaim kNext = {};
CellClaim at (int cell) { return {.cell = cell}; }
CellClaim had (int cell) { return {.kept = cell}; }
CellClaim span (int rows, int columns, int cell = -1, int kept = -1)
{
  return {cell, rows, columns, kept};
}

INSTANTIATE_TEST_SUITE_P (
    Table, AssignCells,
    testing::Values (
        Case{"none", 2, 2, {}, 2, 2, {}}, Case{"noneOfAny", 0, 0, {}, 1, 1, {}},
        Case{"inOrder", 2, 2, {kNext, kNext, kNext}, 2, 2, {0, 1, 2}},
        Case{"full", 1, 1, {kNext, kNext}, 1, 1, {0, -1}},
        Case{"aroundACertainOne", 2, 2, {kNext, at (0), kNext}, 2, 2, {1, 0, 2}},
        Case{"outside", 2, 2, {at (4), kNext}, 2, 2, {-1, 0}},
        Case{"twoWantTheSame", 2, 2, {at (1), at (1), kNext}, 2, 2, {1, 1, 0}},
        Case{"kept", 2, 2, {had (3), kNext, had (1)}, 2, 2, {3, 0, 1}},
        Case{"keptButTaken", 2, 2, {had (0), at (0), had (1)}, 2, 2, {2, 0, 1}},
        Case{"keptButTakenAndFull", 1, 2, {had (0), had (1), at (0)}, 1, 2, {0, 1, 0}},
        Case{"keptButGone", 1, 2, {had (3)}, 1, 2, {0}},
        Case{"spanTakesItsNeighbour", 2, 2, {span (1, 2, -1, 0), had (1)}, 2, 2, {0, 2}},
        Case{"spanLooksForRoom", 2, 2, {kNext, span (1, 2), kNext}, 2, 2, {0, 2, 1}},
        Case{"spanCutAtTheEdge", 2, 2, {span (9, 9, 3), kNext}, 2, 2, {3, 0}},
        Case{"grows", 0, 2, {kNext, kNext, kNext}, 2, 2, {0, 1, 2}},
        Case{"growsInBothWays", 0, 0, {kNext, kNext, kNext, kNext, kNext}, 2, 3, {0, 1, 2, 3, 4}},
        Case{"growsForASpan", 0, 2, {kNext, span (1, 2), kNext}, 2, 2, {0, 2, 1}},
        Case{"growsPastOddShapes", 0, 3, {span (2, 2), span (2, 2)}, 4, 3, {0, 6}},
        Case{"growsPastOddShapesBothWays", 0, 0, {span (2, 2), span (2, 2)}, 2, 4, {0, 2}},
        Case{"growsForATallSpan", 0, 0, {span (5, 1)}, 5, 3, {0}},
        Case{"growsForAWideSpan", 0, 0, {span (1, 5)}, 1, 5, {0}},
        Case{"growsToColumnsForOddShapes", 3, 0, {span (2, 2), span (2, 2)}, 3, 4, {0, 2}},
        Case{"growsForACellBothWays", 0, 0, {at (77)}, 9, 9, {77}},
        Case{"growsForACell", 0, 2, {at (5)}, 3, 2, {5}},
        Case{"shrinks", 1, 0, {had (0), had (2), had (3)}, 1, 3, {0, 2, 1}}),
    [] (const auto &info) { return std::string (info.param.name); });

// Random claims: dimensions that are given or open, spans, fixed cells, kept cells.
struct Asked {
  Grid grid;
  std::vector<CellClaim> claims;
};

Asked random_asked (quad::test::Random &random, int most, int longest)
{
  Asked a;
  a.grid.rows = random.one_in (2) ? 0 : random.between (1, longest);
  a.grid.columns = random.one_in (2) ? 0 : random.between (1, longest);
  a.claims.resize (std::size_t (random.between (1, most)));
  for (CellClaim &c : a.claims) {
    if (random.one_in (6)) c.cell = random.below (longest * longest);
    if (random.one_in (2)) c.row_span = random.between (1, longest);
    if (random.one_in (2)) c.column_span = random.between (1, longest);
    if (random.one_in (2)) c.kept = random.below (longest * longest);
  }
  return a;
}

// The cells that claim `i` takes, cut at the grid's edge.
quad::Rect taken_by (const Asked &asked, const CellAssignment &a, std::size_t i)
{
  const int x = a.cells[i] % a.grid.columns, y = a.cells[i] / a.grid.columns;
  return {x, y, std::min (asked.claims[i].column_span, a.grid.columns - x),
          std::min (asked.claims[i].row_span, a.grid.rows - y)};
}

TEST (AssignCells, HoldsToItsRules)
{
  quad::test::Random random (39);
  for (int n = 0; n < 4000; n++) {
    SCOPED_TRACE (n);
    const Asked asked = random_asked (random, 9, 6);
    const auto &[grid, claims] = asked;
    const CellAssignment a = assign_cells (grid, claims);
    const bool grows = grid.rows == 0 || grid.columns == 0;
    ASSERT_TRUE (grid.rows == 0 || a.grid.rows == grid.rows);
    ASSERT_TRUE (grid.columns == 0 || a.grid.columns == grid.columns);
    ASSERT_EQ (a.cells.size (), claims.size ());
    for (std::size_t i = 0; i < claims.size (); i++) {
      const CellClaim &c = claims[i];
      ASSERT_LT (a.cells[i], a.grid.cells ());
      ASSERT_TRUE (c.cell < 0 || a.cells[i] == (c.cell < a.grid.cells () ? c.cell : -1));
      if (!grows) continue;
      ASSERT_GE (a.cells[i], 0);
      // A claim without a fixed cell overlaps nothing, unless a longer span took its place.
      if (c.cell >= 0 || c.kept >= 0) continue;
      for (std::size_t k = 0; k < claims.size (); k++) {
        if (k == i || claims[k].kept >= 0) continue;
        ASSERT_TRUE (intersect (taken_by (asked, a, i), taken_by (asked, a, k)).empty ())
            << i << " and " << k;
      }
    }
    if (!grows) continue;  // a claim without room overlaps others, and may have to move
    Asked again = asked;
    for (std::size_t i = 0; i < claims.size (); i++)
      if (a.cells[i] >= 0) again.claims[i].kept = a.cells[i];
    const CellAssignment b = assign_cells (grid, again.claims);
    ASSERT_EQ (b.grid, a.grid);
    ASSERT_EQ (b.cells, a.cells);
  }
}

TEST (AssignCells, GrowsByNoMoreThanNeeded)
{
  for (int count = 1; count <= 40; count++)
    for (const Grid &grid : {Grid{0, 0}, Grid{0, 3}, Grid{3, 0}}) {
      const CellAssignment a = assign_cells (grid, std::vector<CellClaim> (std::size_t (count)));
      EXPECT_EQ (a.grid, resolved (grid, count)) << count;
      EXPECT_EQ (a.needed, count);
      for (int i = 0; i < count; i++) EXPECT_EQ (a.cells[std::size_t (i)], i);
    }
}

// However large the spans are, it takes about a millisecond, as it is done while frames flow. The
// limit leaves room for sanitizers and busy machines.
TEST (AssignCells, TakesNoLongerForLargeSpans)
{
  quad::test::Random random (40);
  const auto begin = std::chrono::steady_clock::now ();
  constexpr int kTimes = 50;
  for (int n = 0; n < kTimes; n++) {
    Asked asked = random_asked (random, 64, 128);
    asked.claims.resize (64, span (128, 128));
    assign_cells (asked.grid, asked.claims);
  }
  for (const Grid &grid : {Grid{0, 0}, Grid{0, 1}, Grid{0, 128}, Grid{1, 0}, Grid{128, 0}})
    for (const CellClaim &each : {span (128, 128), span (128, 1), span (1, 128), span (65, 65)})
      assign_cells (grid, std::vector<CellClaim> (64, each));
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now () - begin;
  RecordProperty ("milliseconds", std::to_string (took.count () / (kTimes + 20)));
  EXPECT_LT (took.count () / (kTimes + 20), 20);
}

TEST (CellBook, GivesCellsOutAnewWhereSomethingChanged)
{
  CellBook book;
  const Grid grid = {.rows = 2, .columns = 2};
  std::vector<CellClaim> claims = {kNext, at (0)};
  EXPECT_EQ (book.assign (grid, claims).cells, (Cells{1, 0}));
  claims[0].kept = 1;
  claims[1].kept = 0;
  for (int i = 0; i < 3; i++) EXPECT_EQ (book.assign (grid, claims).cells, (Cells{1, 0}));
  EXPECT_EQ (book.computed (), 1);
  claims.push_back (kNext);
  EXPECT_EQ (book.assign (grid, claims).cells, (Cells{1, 0, 2}));
  claims[2].kept = 2;
  EXPECT_EQ (book.assign ({.rows = 1, .columns = 2}, claims).cells, (Cells{1, 0, -1}));
  EXPECT_EQ (book.computed (), 3);
  // It gets back the cell that it had.
  EXPECT_EQ (book.assign (grid, claims).cells, (Cells{1, 0, 2}));
  claims[0].cell = 3;
  EXPECT_EQ (book.assign (grid, claims).cells, (Cells{3, 0, 2}));
  EXPECT_EQ (book.computed (), 5);
}

}  // namespace
