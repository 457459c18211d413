// Where pictures go in their boxes, and back from the pointer to the source.
#include "core/placement.h"

#include <gtest/gtest.h>

using namespace quad;

namespace {

constexpr Canvas kCanvas = {{1000, 1000}, {1, 1}, {1, 1}};

Placement placed (Size source, Fit fit, Rect box, Orientation o = Orientation::identity,
                  double xalign = 0.5, double yalign = 0.5, const Canvas &canvas = kCanvas)
{
  return place ({rect_of (source), {1, 1}, {1, 1}, o}, fit, box, canvas, xalign, yalign);
}

TEST (Placement, ContainShowsAllOfThePicture)
{
  const Placement p = placed ({400, 200}, Fit::contain, {100, 100, 200, 200});
  EXPECT_EQ (p.crop, (Rect{0, 0, 400, 200}));
  EXPECT_EQ (p.target, (Rect{100, 150, 200, 100}));
  EXPECT_EQ (
      placed ({400, 200}, Fit::contain, {100, 100, 200, 200}, Orientation::identity, 0, 1).target,
      (Rect{100, 200, 200, 100}));
  EXPECT_EQ (placed ({400, 200}, Fit::contain, {100, 100, 200, 200}, Orientation::rotate_90).target,
             (Rect{150, 100, 100, 200}));
}

TEST (Placement, CoverFillsTheBox)
{
  const Placement p = placed ({400, 200}, Fit::cover, {0, 0, 50, 50});
  EXPECT_EQ (p.target, (Rect{0, 0, 50, 50}));
  EXPECT_EQ (p.crop, (Rect{100, 0, 200, 200}));
}

// Alignment refers to the picture as it is seen: the left of a picture that was turned clockwise is
// its source's lower edge.
TEST (Placement, CoverAlignsWhatIsSeen)
{
  const Rect box = {0, 0, 50, 100};
  const struct {
    Orientation orientation;
    Rect left;  // the part seen for xalign 0
  } cases[] = {{Orientation::identity, {0, 0, 100, 200}},
               {Orientation::rotate_180, {100, 0, 100, 200}},
               {Orientation::flip_horizontal, {100, 0, 100, 200}},
               {Orientation::flip_vertical, {0, 0, 100, 200}},
               {Orientation::rotate_90, {0, 100, 200, 100}},
               {Orientation::rotate_270, {0, 0, 200, 100}},
               {Orientation::transpose, {0, 0, 200, 100}},
               {Orientation::anti_transpose, {0, 100, 200, 100}}};
  for (const auto &c : cases)
    EXPECT_EQ (placed ({200, 200}, Fit::cover, box, c.orientation, 0).crop, c.left)
        << static_cast<int> (c.orientation);
}

TEST (Placement, TargetsLieOnWholeChromaSamples)
{
  const Canvas canvas = {{101, 101}, {1, 1}, {2, 2}};
  for (int w = 1; w < 60; w++)
    for (int h = 1; h < 60; h++)
      for (Fit fit : {Fit::contain, Fit::cover, Fit::fill}) {
        const Rect t =
            placed ({w, h}, fit, {30, 40, 71, 61}, Orientation::identity, 0.3, 0.7, canvas).target;
        ASSERT_FALSE (t.empty ()) << w << "x" << h;
        ASSERT_TRUE (rect_of (canvas.size).contains (t)) << w << "x" << h;
        ASSERT_TRUE (t.x % 2 == 0 && t.y % 2 == 0) << w << "x" << h;
        ASSERT_TRUE (t.right () % 2 == 0 || t.right () == 101) << w << "x" << h;
        ASSERT_TRUE (t.bottom () % 2 == 0 || t.bottom () == 101) << w << "x" << h;
      }
}

TEST (Placement, ExtremeShapesStayInRange)
{
  const std::int64_t huge = 2147483647;
  for (Ratio sample : {Ratio{huge, 1}, Ratio{1, huge}, Ratio{huge, huge - 1}})
    for (Ratio canvas_sample : {Ratio{huge, 1}, Ratio{1, huge}, Ratio{1, 1}})
      for (Size size : {Size{1, 16384}, Size{16384, 1}, Size{16384, 16384}})
        for (Fit fit : {Fit::contain, Fit::cover, Fit::fill})
          for (Orientation o : {Orientation::identity, Orientation::rotate_90}) {
            const Placement p = place ({rect_of (size), sample, {2, 2}, o}, fit, {10, 10, 33, 55},
                                       {{100, 100}, canvas_sample, {2, 2}}, 1, 1);
            ASSERT_FALSE (p.crop.empty ());
            ASSERT_FALSE (p.target.empty ());
            ASSERT_TRUE (FineRect (rect_of (size)).contains (p.crop));
            ASSERT_TRUE ((Rect{0, 0, 100, 100}).contains (p.target));
          }
}

// Only the part of a box that lies on the canvas is seen. It looks as if the whole box were on the
// canvas.
TEST (Placement, ABoxMayLieOutsideOfTheCanvas)
{
  for (const Size unit : {Size{1, 1}, Size{2, 2}})
    for (const Fit fit : {Fit::contain, Fit::cover, Fit::fill})
      for (const int x : {-60, -30, 0, 80, 98, 200})
        for (const int y : {-300, -8, 40, 99}) {
          const Canvas canvas = {{101, 101}, {1, 1}, unit};
          const Canvas room = {{2001, 2001}, {1, 1}, unit};
          const Picture picture = {rect_of ({64, 48}), {1, 1}, {2, 2}, Orientation::rotate_90};
          const Rect box = {x & ~1, y & ~1, 42, 60};
          const Placement p = place (picture, fit, box, canvas, 0.25, 1);
          const Placement all = place (
              picture, fit, {box.x + 1000, box.y + 1000, box.width, box.height}, room, 0.25, 1);
          Rect moved = all.target;
          moved.x -= 1000;
          moved.y -= 1000;
          ASSERT_EQ (p.crop, all.crop);
          ASSERT_EQ (p.target.empty (), intersect (moved, rect_of (canvas.size)).empty ());
          if (p.target.empty ()) continue;
          ASSERT_EQ (p.target, intersect (moved, rect_of (canvas.size)));
          ASSERT_EQ (grown (p.target, p.hidden), moved);
          const Point at = {p.target.x + 0.5, p.target.y + 0.5};
          const auto here = source_point (p, picture.orientation, at);
          const auto there = source_point (all, picture.orientation, {at.x + 1000, at.y + 1000});
          ASSERT_TRUE (here && there);
          ASSERT_NEAR (here->x, there->x, 1e-9);
          ASSERT_NEAR (here->y, there->y, 1e-9);
        }
}

TEST (Placement, NoRoomNoTarget)
{
  EXPECT_TRUE (placed ({10, 10}, Fit::fill, {}).target.empty ());
  EXPECT_TRUE (placed ({0, 10}, Fit::fill, {0, 0, 5, 5}).target.empty ());
}

// The corner samples of the target are those of the crop, as the renderer's own
// steps turn them.
TEST (Placement, PointsGoBackToTheSource)
{
  const Placement p = {{10, 20, 40, 80}, {100, 100, 40, 80}};
  auto seen = [&] (Orientation o, Point at) {
    const auto point = source_point (p, o, at);
    return point ? *point : Point{-1, -1};
  };
  EXPECT_EQ (seen (Orientation::identity, {100, 100}).x, 10);
  EXPECT_EQ (seen (Orientation::identity, {120, 140}).y, 60);
  EXPECT_EQ (seen (Orientation::rotate_180, {110, 120}).x, 40);
  EXPECT_EQ (seen (Orientation::rotate_180, {110, 120}).y, 80);
  // A point a quarter from the left and half down, seen after a turn clockwise, is half along the
  // source's x and three quarters down its y.
  EXPECT_EQ (seen (Orientation::rotate_90, {110, 140}).x, 30);
  EXPECT_EQ (seen (Orientation::rotate_90, {110, 140}).y, 80);
  EXPECT_FALSE (source_point (p, Orientation::identity, {99.9, 120}));
  EXPECT_FALSE (source_point (p, Orientation::identity, {140, 120}));
  EXPECT_FALSE (source_point (p, Orientation::identity, {0.0 / 0.0, 120}));
}

}  // namespace
