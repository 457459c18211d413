#include "elements/grid/glide.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

using namespace quad;

namespace {

constexpr Transition kLinear = {GST_SECOND, TransitionMode::linear};
constexpr Canvas kCanvas = {.size = {200, 100}};

CellBox box (const Rect &r) { return {r, r}; }

struct Way {
  Glide glide;
  Transition transition = kLinear;
  Canvas canvas = kCanvas;
  bool jumps = false;
  bool has_picture = true;
  bool is_first = false;

  // Times in milliseconds.
  Glided at (int ms, const CellBox &target)
  {
    return glide.next ({.target = target,
                        .time = static_cast<GstClockTime> (ms) * GST_MSECOND,
                        .transition = transition,
                        .jumps = jumps,
                        .has_picture = has_picture,
                        .is_first = is_first},
                       canvas);
  }
  Rect rect (int ms, const Rect &target) { return at (ms, box (target)).box.cell; }
};

Way settled (const Rect &at)
{
  Way way;
  way.is_first = true;
  way.rect (0, at);
  way.is_first = false;
  return way;
}

const Rect kFrom = {0, 0, 100, 50}, kTo = {100, 50, 60, 30};

TEST (Glide, Progress)
{
  const Transition ease = {GST_SECOND, TransitionMode::ease};
  for (const Transition &t : {ease, kLinear}) {
    EXPECT_EQ (progress_of (t, 0), 0);
    EXPECT_EQ (progress_of (t, GST_SECOND / 2), 0.5);
    EXPECT_EQ (progress_of (t, GST_SECOND), 1);
    EXPECT_EQ (progress_of (t, GST_CLOCK_TIME_NONE), 1);
  }
  EXPECT_EQ (progress_of (kLinear, GST_SECOND / 4), 0.25);
  EXPECT_EQ (progress_of (ease, GST_SECOND / 4), 0.15625);
  EXPECT_EQ (progress_of ({}, 0), 1);
  EXPECT_EQ (progress_of ({GST_SECOND, TransitionMode::none}, 0), 1);
}

TEST (Glide, FromTheOldPlaceToTheNew)
{
  Way way = settled (kFrom);
  EXPECT_EQ (way.rect (1000, kFrom), kFrom);
  EXPECT_EQ (way.rect (2000, kTo), kFrom);
  EXPECT_EQ (way.rect (2250, kTo), (Rect{25, 13, 90, 45}));
  EXPECT_EQ (way.rect (2500, kTo), (Rect{50, 25, 80, 40}));
  EXPECT_EQ (way.rect (3000, kTo), kTo);
  EXPECT_EQ (way.rect (9000, kTo), kTo);
}

TEST (Glide, AChangeOnTheWayBeginsWhereThePictureIs)
{
  Way way = settled (kFrom);
  way.rect (1000, kTo);
  EXPECT_EQ (way.rect (1500, kFrom), (Rect{50, 25, 80, 40}));
  EXPECT_EQ (way.rect (2000, kFrom), (Rect{25, 13, 90, 45}));
  EXPECT_EQ (way.rect (2500, kFrom), kFrom);
}

TEST (Glide, LiesOnWholeChromaSamples)
{
  Way way;
  way.canvas = {.size = {201, 99}, .chroma_unit = {2, 2}};
  const Rect from = {0, 0, 101, 99}, to = {100, 0, 101, 99};
  way.is_first = true;
  way.rect (0, {0, 0, 102, 99});
  way.is_first = false;
  way.rect (1000, to);
  for (int ms = 1000; ms < 2000; ms += 7) {
    const Rect r = way.rect (ms, to);
    ASSERT_EQ (r.x % 2, 0);
    ASSERT_TRUE (r.right () % 2 == 0 || r.right () == 201);
    // Edges that stay do not move, also the canvas's odd one.
    ASSERT_EQ (r.y, 0);
    ASSERT_EQ (r.bottom (), 99);
    ASSERT_LE (std::abs (r.x - 100 * (ms - 1000) / 1000.0), 1);
  }
  EXPECT_EQ (way.rect (2000, to), to);
  static_cast<void> (from);
}

TEST (Glide, ThePictureStaysInsideOfItsBorder)
{
  std::mt19937 random (5);
  auto upto = [&] (int most) { return static_cast<int> (random () % unsigned (most + 1)); };
  auto some = [&] {
    const Rect cell = {2 * upto (40), 2 * upto (20), 2 * (4 + upto (50)), 2 * (4 + upto (24))};
    const int border = 2 * upto (3);
    CellBox b = {
        cell,
        {cell.x + border, cell.y + border, cell.width - 2 * border, cell.height - 2 * border}};
    if (b.picture.empty ()) b.picture = {};
    return b;
  };
  Way way;
  way.canvas.chroma_unit = {2, 2};
  way.is_first = true;
  CellBox target = some ();
  way.at (0, target);
  way.is_first = false;
  for (int ms = 0; ms < 200000; ms += 40) {
    if (upto (12) == 0) target = some ();
    const Glided now = way.at (ms, target);
    ASSERT_TRUE (now.box.picture.empty () || now.box.cell.contains (now.box.picture));
    ASSERT_TRUE (now.largest.width >= now.box.picture.width - 2);
    ASSERT_TRUE (now.largest.width >= target.picture.width &&
                 now.largest.height >= target.picture.height);
    ASSERT_EQ (now.opacity, 1);
  }
}

// What the queues in front are sized for: it does not change on the way, and ends with the new
// size.
TEST (Glide, TheLargestSizeOfTheWay)
{
  Way way = settled (kFrom);
  EXPECT_EQ (way.at (500, box (kFrom)).largest, kFrom.size ());
  for (const int ms : {1000, 1300, 1999}) EXPECT_EQ (way.at (ms, box (kTo)).largest, kFrom.size ());
  EXPECT_EQ (way.at (2000, box (kTo)).largest, kTo.size ());
  for (const int ms : {3000, 3500}) EXPECT_EQ (way.at (ms, box (kFrom)).largest, kFrom.size ());
  // From where it is: 80 by 40.
  way.at (5000, box (kTo));
  EXPECT_EQ (way.at (5500, box ({0, 0, 10, 45})).largest, (Size{80, 45}));
}

TEST (Glide, JumpsWhereAWayMakesNoSense)
{
  struct {
    const char *why;
    void (*change) (Way &);
    int ms;
  } const cases[] = {
      {"a control source", [] (Way &w) { w.jumps = true; }, 2000},
      {"no duration", [] (Way &w) { w.transition.duration = 0; }, 2000},
      {"mode none", [] (Way &w) { w.transition.mode = TransitionMode::none; }, 2000},
      {"another canvas",
       [] (Way &w) {
         w.canvas.size = {400, 200};
       },
       2000},
      {"other chroma",
       [] (Way &w) {
         w.canvas.chroma_unit = {2, 2};
       },
       2000},
      {"time goes back", [] (Way &) {}, 900},
  };
  for (const auto &c : cases) {
    SCOPED_TRACE (c.why);
    Way way = settled (kFrom);
    way.rect (1000, kFrom);
    c.change (way);
    EXPECT_EQ (way.rect (c.ms, kTo), kTo);
    // Also on the way.
    Way under = settled (kFrom);
    under.rect (1000, kFrom);
    under.rect (1100, kTo);
    under.rect (1500, kTo);
    c.change (under);
    EXPECT_EQ (under.rect (c.ms == 2000 ? 1600 : c.ms, kTo), kTo);
  }
}

TEST (Glide, FadesInFromTheFirstPicture)
{
  Way way;
  way.has_picture = false;
  EXPECT_EQ (way.at (0, box (kFrom)).opacity, 1);
  // Its place changes before that: there is nothing to glide.
  way.has_picture = true;
  Glided now = way.at (1000, box (kTo));
  EXPECT_EQ (now.opacity, 0);
  EXPECT_EQ (now.box.cell, kTo);
  EXPECT_EQ (way.at (1250, box (kTo)).opacity, 0.25);
  // Without a picture for a moment it does not begin anew.
  way.has_picture = false;
  way.at (1500, box (kTo));
  way.has_picture = true;
  EXPECT_EQ (way.at (1750, box (kTo)).opacity, 0.75);
  EXPECT_EQ (way.at (2000, box (kTo)).opacity, 1);
}

TEST (Glide, WhatIsThereInTheFirstFrameDoesNotFadeIn)
{
  Way way;
  way.is_first = true;
  EXPECT_EQ (way.at (0, box (kFrom)).opacity, 1);
  way.is_first = false;
  EXPECT_EQ (way.at (40, box (kFrom)).opacity, 1);
}

TEST (Glide, FadesOutWithoutAPlaceAndInWithOne)
{
  Way way = settled (kFrom);
  EXPECT_EQ (way.at (1000, {}).opacity, 1);
  Glided now = way.at (1250, {});
  EXPECT_EQ (now.opacity, 0.75);
  EXPECT_EQ (now.box.cell, kFrom);
  EXPECT_FALSE (now.is_over);
  // It gets a place again: from the opacity that it has, and from where it is.
  now = way.at (1500, box (kTo));
  EXPECT_EQ (now.opacity, 0.5);
  EXPECT_EQ (now.box.cell, kFrom);
  now = way.at (2000, box (kTo));
  EXPECT_EQ (now.opacity, 0.75);
  EXPECT_EQ (now.box.cell, (Rect{50, 25, 80, 40}));
  EXPECT_EQ (way.at (2500, box (kTo)).opacity, 1);
  way.at (3000, {});
  now = way.at (4000, {});
  EXPECT_TRUE (now.is_over);
  EXPECT_TRUE (now.box.cell.empty ());
  // From nothing it does not glide.
  now = way.at (5000, box (kFrom));
  EXPECT_EQ (now.opacity, 0);
  EXPECT_EQ (now.box.cell, kFrom);
}

}  // namespace
