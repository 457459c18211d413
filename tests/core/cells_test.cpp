// Who gets which cell.
#include <gtest/gtest.h>

#include "core/layout.h"

using quad::assign_cells;
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
        Case{"growsForACell", 0, 2, {at (5)}, 3, 2, {5}},
        Case{"shrinks", 1, 0, {had (0), had (2), had (3)}, 1, 3, {0, 2, 1}}),
    [] (const auto &info) { return std::string (info.param.name); });

TEST (AssignCells, IsStableWhenAskedAgain)
{
  std::vector<CellClaim> claims = {span (2, 1), kNext, at (3), kNext};
  const auto first = assign_cells ({.rows = 2, .columns = 3}, claims);
  for (std::size_t i = 0; i < claims.size (); i++) claims[i].kept = first.cells[i];
  EXPECT_EQ (assign_cells ({.rows = 2, .columns = 3}, claims).cells, first.cells);
}

}  // namespace
