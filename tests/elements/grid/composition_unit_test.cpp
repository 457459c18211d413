// Where the pictures of a grid lie.
#include "elements/grid/composition.h"

#include <gtest/gtest.h>

namespace quad {
namespace {

constexpr Canvas kCanvas = {{100, 60}, {1, 1}, {2, 2}};
const CellGrid kCells = {{.rows = 1, .columns = 2}};

Shot shot_in (int cell)
{
  Shot shot;
  shot.seat.cells.cell = cell;
  shot.has_picture = true;
  shot.picture.part = {0, 0, 200, 100};
  return shot;
}

Place place_of (const CellGrid &cells, const Shot &shot)
{
  return compose (cells, kCanvas, {&shot, 1}).front ();
}

TEST (Composition, OnePlaceAShot)
{
  const Shot shots[] = {shot_in (0), shot_in (1), shot_in (-1)};
  const auto places = compose (kCells, kCanvas, shots);
  ASSERT_EQ (places.size (), 3u);
  EXPECT_EQ (places[0].box.cell, (Rect{0, 0, 50, 60}));
  EXPECT_EQ (places[1].box.cell, (Rect{50, 0, 50, 60}));
  EXPECT_TRUE (places[0].box.cell.contains (places[0].placement.target));
  EXPECT_EQ (places[0].placement.crop, (Rect{0, 0, 200, 100}));
  EXPECT_FALSE (places[2].can_be_seen ());
  EXPECT_TRUE (places[2].placement.target.empty ());
}

TEST (Composition, WithoutAPictureThereIsNoBorder)
{
  const CellGrid bordered = {kCells.grid, 4, 0xffffffff};
  Shot shot = shot_in (0);
  shot.has_picture = false;
  const Place place = place_of (bordered, shot);
  EXPECT_TRUE (place.placement.target.empty ());
  for (const Rect &strip : place.border) EXPECT_TRUE (strip.empty ());
  EXPECT_EQ (place.box.picture, (Rect{4, 4, 42, 52}));
}

// The strips and the picture's box together fill the cell.
TEST (Composition, ABorderLeavesThePicturesBox)
{
  for (const int width : {1, 3, 4, 10}) {
    const Place place = place_of ({kCells.grid, width, 0x80ff0000}, shot_in (1));
    int area = place.box.picture.width * place.box.picture.height;
    for (const Rect &strip : place.border) {
      area += strip.width * strip.height;
      EXPECT_TRUE (intersect (strip, place.box.picture).empty ());
      EXPECT_TRUE (place.box.cell.contains (strip));
    }
    EXPECT_EQ (area, 50 * 60) << width;
    EXPECT_EQ (place.border_alpha, 128);
  }
}

TEST (Composition, ABorderThatFillsTheCellLeavesNoPicture)
{
  const Place place = place_of ({kCells.grid, 40, 0xff000000}, shot_in (0));
  EXPECT_TRUE (place.box.picture.empty ());
  EXPECT_EQ (place.border[0], place.box.cell);
  EXPECT_TRUE (place.placement.target.empty ());
  EXPECT_TRUE (place.can_be_seen ());
}

TEST (Composition, WhatLiesFreelyHasNoCellAndNoBorder)
{
  Shot shot = shot_in (-1);
  shot.seat.free = {-10, 20, 40, 20};
  const Place place = place_of ({kCells.grid, 4, 0xffffffff}, shot);
  EXPECT_EQ (place.box.cell, (Rect{-10, 20, 40, 20}));
  EXPECT_EQ (place.box.picture, place.box.cell);
  for (const Rect &strip : place.border) EXPECT_TRUE (strip.empty ());
  EXPECT_TRUE (rect_of (kCanvas.size).contains (place.placement.target));
}

TEST (Composition, AlphaIsOfThePictureAndItsBorder)
{
  Shot shot = shot_in (0);
  shot.alpha = 0.5;
  const Place half = place_of ({kCells.grid, 4, 0x80ffffff}, shot);
  EXPECT_EQ (half.alpha, 128);
  EXPECT_EQ (half.border_alpha, 64);
  shot.alpha = 0;
  const Place none = place_of (kCells, shot);
  EXPECT_FALSE (none.can_be_seen ());
  EXPECT_TRUE (none.placement.target.empty ());
}

// A crop that leaves nothing of the picture leaves its border.
TEST (Composition, NothingOfAPictureIsNotPlaced)
{
  Shot shot = shot_in (0);
  shot.picture.part = {};
  const Place place = place_of ({kCells.grid, 4, 0xffffffff}, shot);
  EXPECT_TRUE (place.placement.target.empty ());
  EXPECT_FALSE (place.border[0].empty ());
}

}  // namespace
}  // namespace quad
