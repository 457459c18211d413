#include "layouts.h"

#include <gtest/gtest.h>

#include <set>

namespace wall {
namespace {

TEST (WallLayouts, GiveEachInputCellsOfItsOwn)
{
  for (const std::string &name : layout_names ())
    for (int count = 1; count <= 64; count++) {
      const Layout layout = make_layout (name, count);
      ASSERT_EQ (layout.places.size (), std::size_t (count)) << name;
      std::set<int> taken;
      for (const Place &place : layout.places)
        for (int r = 0; r < place.row_span; r++)
          for (int c = 0; c < place.column_span; c++) {
            const int row = place.cell / layout.columns + r,
                      column = place.cell % layout.columns + c;
            EXPECT_LT (row, layout.rows) << name << count;
            EXPECT_LT (column, layout.columns) << name << count;
            EXPECT_TRUE (taken.insert (row * layout.columns + column).second) << name << count;
          }
      const Place &first = layout.places[0];
      for (const Place &place : layout.places)
        EXPECT_LE (place.row_span * place.column_span, first.row_span * first.column_span);
    }
}

TEST (WallLayouts, SpotlightIsTwoThirdsOfUpToSix)
{
  for (const int count : {2, 3, 6}) {
    const Layout layout = make_layout ("spotlight", count);
    const Area area = area_of (layout, layout.places[0]);
    EXPECT_DOUBLE_EQ (area.width, 2.0 / 3) << count;
    EXPECT_DOUBLE_EQ (area.height, 2.0 / 3) << count;
  }
}

TEST (WallLayouts, AreasAreFractions)
{
  const Layout layout = make_layout ("grid", 4);
  const Area area = area_of (layout, layout.places[3]);
  EXPECT_DOUBLE_EQ (area.x, 0.5);
  EXPECT_DOUBLE_EQ (area.y, 0.5);
  EXPECT_DOUBLE_EQ (area.width, 0.5);
  EXPECT_DOUBLE_EQ (area.height, 0.5);
}

}  // namespace
}  // namespace wall
