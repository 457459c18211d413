// Where pictures go in their boxes, and back from the pointer to the source.
#include "core/placement.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "core/renderer.h"

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

Picture zoomed (const Zoom &zoom, Orientation o = Orientation::identity)
{
  return {.part = {10, 20, 200, 100}, .orientation = o, .zoom = zoom};
}

TEST (Zoom, IsAPartOfTheUprightPicture)
{
  const Zoom zoom = {.x = 0.1, .y = 0.25, .width = 0.5, .height = 0.125};
  const struct {
    Orientation orientation;
    FineRect part;
  } cases[] = {{Orientation::identity, {30, 45, 100, 12.5}},
               {Orientation::rotate_180, {90, 82.5, 100, 12.5}},
               {Orientation::flip_horizontal, {90, 45, 100, 12.5}},
               {Orientation::flip_vertical, {30, 82.5, 100, 12.5}},
               {Orientation::rotate_90, {60, 60, 25, 50}},
               {Orientation::rotate_270, {135, 30, 25, 50}},
               {Orientation::transpose, {60, 30, 25, 50}},
               {Orientation::anti_transpose, {135, 60, 25, 50}}};
  for (const auto &c : cases) {
    EXPECT_EQ (zoomed_part (zoomed (zoom, c.orientation)), c.part)
        << static_cast<int> (c.orientation);
    EXPECT_EQ (zoomed_part (zoomed ({}, c.orientation)), (Rect{10, 20, 200, 100}));
  }
}

// Of 51x38 samples the picture takes 50.125 and 37.625, as it lies.
TEST (Placement, AnUncoveredEdgeIsNotShown)
{
  for (int o = 0; o < 8; o++) {
    Picture picture = {.part = {0, 0, 51, 38},
                       .orientation = static_cast<Orientation> (o),
                       .covered_width = 50.125,
                       .covered_height = 37.625};
    const Placement all = place (picture, Fit::fill, {0, 0, 20, 20}, kCanvas, 0, 0);
    EXPECT_EQ (all.crop, (FineRect{0, 0, 50.125, 37.625})) << o;
    EXPECT_EQ (all.part, (Rect{0, 0, 51, 38})) << o;
    // Its lower half, seen upright.
    picture.zoom = {0, 0.5, 1, 0.5};
    const FineRect half = zoomed_part (picture);
    const OrientationSteps steps = steps_of (picture.orientation);
    if (steps.swap_axes) {
      EXPECT_EQ (half, (FineRect{steps.mirror_x ? 0 : 25.0625, 0, 25.0625, 37.625})) << o;
    } else {
      EXPECT_EQ (half, (FineRect{0, steps.mirror_y ? 0 : 18.8125, 50.125, 18.8125})) << o;
    }
  }
  // The shape is the whole picture's.
  const Picture picture = {
      .part = {0, 0, 51, 38}, .covered_width = 50.125, .covered_height = 37.625};
  EXPECT_EQ (zoomed_aspect (picture), reduced (401, 301));
}

// What cannot be shown is cut off, and a sample is left.
TEST (Zoom, IsCutAtThePicture)
{
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN (), kMuch = HUGE_VAL;
  const struct {
    Zoom zoom;
    FineRect part;
  } cases[] = {{{0.5, 0, 0.75, 2}, {110, 20, 100, 100}},
               {{-1, -0.5, 1, 1}, {10, 20, 200, 100}},
               {{0.9, 0.9, 0.1, 0.1}, {190, 110, 20, 10}},
               {{0.29, 0.29, 0.07, 0.07}, {68, 49, 14, 7}},
               {{0.5, 0.5, 0, 0}, {109.5, 69.5, 1, 1}},
               {{0.5, 0.5, 0.001, 0.5}, {109.59999, 70, 1, 50}},
               {{0, 1, 0, 1}, {10, 119, 1, 1}},
               {{1, 0, 1, -3}, {209, 20, 1, 1}},
               {{7, 7, 7, 7}, {209, 119, 1, 1}},
               {{kNan, kNan, kNan, kNan}, {10, 20, 200, 100}},
               {{0.5, 0.5, kNan, kMuch}, {110, 70, 100, 50}},
               {{-kMuch, kMuch, kMuch, -kMuch}, {10, 119, 200, 1}}};
  for (const auto &c : cases) {
    const FineRect part = zoomed_part (zoomed (c.zoom));
    const std::string what = std::to_string (c.zoom.x) + " " + std::to_string (c.zoom.y) + " " +
                             std::to_string (c.zoom.width) + " " + std::to_string (c.zoom.height);
    EXPECT_NEAR (part.x, c.part.x, 1e-4) << what;
    EXPECT_NEAR (part.y, c.part.y, 1e-4) << what;
    EXPECT_EQ (part.width, c.part.width) << what;
    EXPECT_EQ (part.height, c.part.height) << what;
    EXPECT_TRUE (FineRect (Rect{10, 20, 200, 100}).contains (part)) << what;
  }
  EXPECT_TRUE (zoomed_part ({.part = {}, .zoom = {0.5, 0.5, 0.5, 0.5}}).empty ());
  EXPECT_EQ (zoomed_part ({.part = {3, 4, 1, 1}, .zoom = {0.5, 0.5, 0.1, 0.1}}),
             (Rect{3, 4, 1, 1}));
}

// While a zoom moves, its size stays the same.
TEST (Zoom, KeepsItsSizeWhileItMoves)
{
  for (const Orientation o : {Orientation::identity, Orientation::rotate_180}) {
    const FineRect first = zoomed_part (zoomed ({0, 0, 0.3, 0.3}, o));
    double last = first.x;
    for (int i = 1; i <= 700; i++) {
      const FineRect part = zoomed_part (zoomed ({i / 1000.0, i / 1000.0, 0.3, 0.3}, o));
      EXPECT_EQ (part.width, first.width);
      EXPECT_EQ (part.height, first.height);
      EXPECT_NEAR (std::abs (part.x - last), 0.2, 2 / 65536.0);
      last = part.x;
    }
  }
}

TEST (Zoom, ContainKeepsTheShapeOfTheZoomedPart)
{
  const Rect box = {0, 0, 100, 100};
  auto shown = [&] (const Zoom &zoom, Orientation o) {
    return place (zoomed (zoom, o), Fit::contain, box, kCanvas, 0, 0);
  };
  const Placement wide = shown ({0.25, 0, 0.5, 0.25}, Orientation::identity);
  EXPECT_EQ (wide.target, (Rect{0, 0, 100, 25}));
  EXPECT_EQ (wide.crop, (FineRect{60, 20, 100, 25}));
  EXPECT_EQ (wide.part, (Rect{10, 20, 200, 100}));
  EXPECT_EQ (shown ({0.25, 0, 0.5, 0.25}, Orientation::rotate_90).target, (Rect{0, 0, 100, 100}));
  EXPECT_EQ (shown ({0, 0, 0.25, 1}, Orientation::identity).target, (Rect{0, 0, 50, 100}));
  // The target of a zoom with the picture's shape does not change by rounding.
  for (int i = 10; i <= 1000; i++) {
    const double side = i / 1000.0;
    const Placement p = shown ({(1 - side) / 2, 1 - side, side, side}, Orientation::identity);
    ASSERT_EQ (p.target, (Rect{0, 0, 100, 50})) << i;
  }
}

TEST (Zoom, WholePicturesAreDoubledUntilTheirPartIsLargeEnough)
{
  const Size part = {300, 200};
  EXPECT_EQ (whole_for (part, {}), part);
  EXPECT_EQ (whole_for (part, {0.1, 0.1, 0.9, 0.5}), (Size{600, 400}));
  EXPECT_EQ (whole_for (part, {0, 0, 0.49, 0.26}), (Size{1200, 800}));
  EXPECT_EQ (whole_for (part, {0.75, 0, 1, 1}), (Size{1200, 200})) << "less is left";
  EXPECT_EQ (whole_for (part, {0, 0, 0, 1}), (Size{kMaxSide, 200}));
  EXPECT_EQ (whole_for ({1 << 28, 1}, {0, 0, 0.5, 0}), (Size{kMaxSide, kMaxSide}));
}

TEST (Zoom, CoverCutsTheZoomedPart)
{
  const Rect box = {0, 0, 50, 50};
  const Zoom zoom = {.x = 0.25, .y = 0.1, .width = 0.5, .height = 0.305};
  for (const Size unit : {Size{1, 1}, Size{2, 2}}) {
    Picture picture = zoomed (zoom);
    picture.chroma_unit = unit;
    const Placement p = place (picture, Fit::cover, box, kCanvas, 0.75, 0);
    EXPECT_EQ (p.target, box);
    EXPECT_NEAR (p.crop.x, 60 + 69.5 * 0.75, 1e-4);
    EXPECT_EQ (p.crop.y, 30);
    EXPECT_EQ (p.crop.width, p.crop.height);
    EXPECT_NEAR (p.crop.width, 30.5, 1e-4);
    EXPECT_EQ (p.part, picture.part);
  }
  // Turned clockwise: the left of the upright picture is the source's lower edge.
  const Placement turned =
      place (zoomed ({0, 0, 1, 0.5}, Orientation::rotate_90), Fit::cover, box, kCanvas, 0, 1);
  EXPECT_EQ (turned.crop, (FineRect{10, 20, 100, 100}));
  const Placement left =
      place (zoomed ({0, 0, 1, 0.25}, Orientation::rotate_90), Fit::cover, box, kCanvas, 0, 1);
  EXPECT_EQ (left.crop, (FineRect{10, 70, 50, 50}));
}

TEST (Zoom, FillStretchesTheZoomedPart)
{
  const Placement p =
      place (zoomed ({0.125, 0.5, 0.25, 0.5}), Fit::fill, {5, 6, 70, 80}, kCanvas, 0.5, 0.5);
  EXPECT_EQ (p.target, (Rect{5, 6, 70, 80}));
  EXPECT_EQ (p.crop, (FineRect{35, 70, 50, 50}));
}

// Nothing is different from a picture that has no zoom.
TEST (Zoom, AWholePictureIsPlacedAsBefore)
{
  for (const Fit fit : {Fit::contain, Fit::cover, Fit::fill}) {
    Picture picture = {{1, 1, 333, 77}, {12, 11}, {2, 2}, Orientation::transpose};
    const Placement p = place (picture, fit, {4, 6, 64, 50}, kCanvas, 0.3, 0.9);
    picture.zoom = {0, 0, 1.5, 1};
    const Placement same = place (picture, fit, {4, 6, 64, 50}, kCanvas, 0.3, 0.9);
    EXPECT_EQ (p.crop, same.crop);
    EXPECT_EQ (p.crop, touched_by (p.crop));
    EXPECT_EQ (p.target, same.target);
    EXPECT_FALSE (p.part || same.part);
  }
}

TEST (Zoom, PointsGoBackToTheSource)
{
  for (const Orientation o : {Orientation::identity, Orientation::anti_transpose}) {
    const Placement p =
        place (zoomed ({0.1, 0.2, 0.3, 0.4}, o), Fit::fill, {0, 0, 100, 100}, kCanvas, 0, 0);
    const auto point = source_point (p, o, {25, 75});
    ASSERT_TRUE (point);
    // In the upright picture: 0.1 + 0.3 / 4 to the right and 0.2 + 0.4 * 3 / 4 down.
    const bool turned = o != Orientation::identity;
    EXPECT_NEAR (point->x, turned ? 10 + 200 * (1 - 0.5) : 10 + 200 * 0.175, 1e-4);
    EXPECT_NEAR (point->y, turned ? 20 + 100 * (1 - 0.175) : 20 + 100 * 0.5, 1e-4);
  }
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

// A point of the target lies in the rectangle where its source lies in the part.
TEST (Placement, PartsOfTheSourceAreFoundOnTheCanvas)
{
  const Edges hidden[] = {{}, {8, 0, 0, 16}};
  const FineRect parts[] = {{10, 20, 40, 80}, {20, 40, 10, 20}, {0, 0, 20, 40},
                            {40, 90, 100, 1}, {50, 20, 10, 10}, {12.5, 22.5, 5, 5}};
  for (int i = 0; i < 8; i++)
    for (const Edges &h : hidden)
      for (const FineRect &part : parts) {
        const auto o = static_cast<Orientation> (i);
        const Placement p = {{10, 20, 40, 80}, {100, 100, 80, 80}, h};
        const Rect at = canvas_rect (p, o, part);
        EXPECT_TRUE (p.target.contains (at) || at.empty ());
        int wrong = 0;
        for (int y = 100; y < 180; y++)
          for (int x = 100; x < 180; x++) {
            const auto from = source_point (p, o, {x + 0.5, y + 0.5});
            ASSERT_TRUE (from);
            const bool inside = from->x >= part.x && from->x < part.right () && from->y >= part.y &&
                                from->y < part.bottom ();
            wrong += inside != contains (at, {x + 0.5, y + 0.5});
          }
        // The edges are rounded to whole samples.
        EXPECT_LE (wrong, 80) << i << " " << part.x;
      }
  EXPECT_TRUE (canvas_rect ({}, Orientation::identity, {0, 0, 10, 10}).empty ());
}

}  // namespace
