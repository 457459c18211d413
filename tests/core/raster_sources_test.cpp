// Which rasters of a canvas are drawn from the same filtered rows.
#include "core/raster_sources.h"

#include <gtest/gtest.h>

#include "core/color_map.h"

namespace quad::test {
namespace {

enum class Change { none, colors, light };

struct Case {
  PixelFormat source, canvas;
  Change change;
  // For each group: how many rasters, and the twin.
  std::vector<std::pair<int, int>> groups;
};

void PrintTo (const Case &c, std::ostream *out)
{
  *out << info_of (c.source).name << " " << info_of (c.canvas).name << " "
       << static_cast<int> (c.change);
}

// All components make each component.
ColorMap mixing ()
{
  ColorMap map;
  for (auto &row : map.factor) row = {1, 1, 1};
  return map;
}

class RasterGroups : public testing::TestWithParam<Case> {};

TEST_P (RasterGroups, AreTheRastersOfThePositions)
{
  Tile tile;
  tile.source.format = GetParam ().source;
  if (GetParam ().change == Change::colors) tile.colors = mixing ();
  if (GetParam ().change == Change::light) tile.light = std::make_shared<LightMap> ();
  std::vector<std::pair<int, int>> groups;
  int next = 0;
  for (const RasterGroup &group : raster_groups (tile, info_of (GetParam ().canvas))) {
    EXPECT_EQ (group.first, next);
    next += group.count;
    groups.emplace_back (group.count, group.sources.twin);
  }
  EXPECT_EQ (next, info_of (GetParam ().canvas).rasters);
  EXPECT_EQ (groups, GetParam ().groups);
}

INSTANTIATE_TEST_SUITE_P (
    Formats, RasterGroups,
    testing::Values (Case{PixelFormat::nv12, PixelFormat::nv12, Change::none, {{1, 0}, {1, 1}}},
                     Case{PixelFormat::i420, PixelFormat::nv12, Change::none, {{1, 0}, {1, -1}}},
                     Case{PixelFormat::nv12, PixelFormat::i420, Change::none, {{1, 0}, {2, -1}}},
                     Case{PixelFormat::nv12, PixelFormat::y444, Change::none, {{1, 0}, {2, -1}}},
                     Case{PixelFormat::nv12, PixelFormat::rgba, Change::colors, {{1, -1}}},
                     Case{PixelFormat::nv12, PixelFormat::rgbp, Change::colors, {{3, -1}}},
                     Case{PixelFormat::rgba, PixelFormat::rgbp, Change::none, {{3, -1}}},
                     Case{PixelFormat::rgba, PixelFormat::i420, Change::colors, {{1, -1}, {2, -1}}},
                     Case{
                         PixelFormat::i420, PixelFormat::i420, Change::light, {{1, -1}, {2, -1}}}));

// A component that one raster copies is not rounded twice because another raster mixes it.
TEST (RasterGroupsOfCopies, AreApart)
{
  Tile tile;
  tile.source.format = PixelFormat::nv12;
  tile.colors = mixing ();
  tile.colors->factor[0] = {1, 0, 0};
  tile.colors->same[0] = true;
  const auto groups = raster_groups (tile, info_of (PixelFormat::y444));
  ASSERT_EQ (groups.size (), 2u);
  EXPECT_EQ (groups[1].count, 2);
}

}  // namespace
}  // namespace quad::test
