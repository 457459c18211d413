#include "core/geometry.h"

#include <gtest/gtest.h>

#include <cmath>

namespace quad {
namespace {

TEST (Rect, Intersect)
{
  EXPECT_EQ (intersect ({0, 0, 10, 10}, {5, 6, 10, 10}), (Rect{5, 6, 5, 4}));
  EXPECT_EQ (intersect ({0, 0, 10, 10}, {2, 3, 4, 5}), (Rect{2, 3, 4, 5}));
  EXPECT_TRUE (intersect ({0, 0, 10, 10}, {10, 0, 5, 5}).empty ());
  EXPECT_TRUE (intersect ({0, 0, 10, 10}, {-20, -20, 5, 5}).empty ());
}

TEST (FineRect, Overlap)
{
  EXPECT_EQ (overlap (FineRect{0, 0, 10, 10}, {5.25, 6.5, 10, 10}),
             (FineRect{5.25, 6.5, 4.75, 3.5}));
  EXPECT_TRUE (overlap (FineRect{0, 0, 10, 10}, {10.5, 0, 5, 5}).empty ());
}

TEST (Rect, Contains)
{
  const Rect r = {2, 3, 10, 5};
  EXPECT_TRUE (r.contains (r));
  EXPECT_TRUE (r.contains ({3, 4, 2, 2}));
  EXPECT_FALSE (r.contains ({1, 3, 10, 5}));
  EXPECT_FALSE (r.contains ({2, 3, 11, 5}));
  EXPECT_FALSE (r.contains ({2, 3, 10, 6}));
}

TEST (Rect, Grown) {}

TEST (FineRect, LiesBetweenSamples)
{
  const FineRect r = {2.25, 3.5, 9.75, 5};
  EXPECT_EQ (r.right (), 12);
  EXPECT_EQ (r.bottom (), 8.5);
  EXPECT_EQ (touched_by (r), (Rect{2, 3, 10, 6}));
  EXPECT_EQ (touched_by (Rect{2, 3, 10, 5}), (Rect{2, 3, 10, 5}));
  EXPECT_TRUE (r.contains (r));
  EXPECT_TRUE (r.contains (Rect{3, 4, 9, 4}));
  EXPECT_FALSE (r.contains (Rect{2, 4, 1, 1}));
  EXPECT_FALSE (r.contains (Rect{3, 4, 1, 5}));
  EXPECT_FALSE (r.contains (FineRect{2.25, 3.5, 9.75001, 5}));
  const double nan = std::nan ("");
  for (const FineRect &bad : {FineRect{nan, 4, 1, 1}, FineRect{3, nan, 1, 1},
                              FineRect{3, 4, nan, 1}, FineRect{3, 4, 1, nan}})
    EXPECT_FALSE (r.contains (bad));
  EXPECT_FALSE (r.empty ());
  EXPECT_TRUE ((FineRect{1, 1, 0, 5}).empty ());
  EXPECT_TRUE ((FineRect{1, 1, 5, -0.5}).empty ());
  EXPECT_TRUE ((FineRect{1, 1, nan, 5}).empty ());
}

TEST (FineRect, TheGridHasEverySampleAndAddsExactly)
{
  EXPECT_EQ (on_fine_grid (0.29 * 100), 29);
  EXPECT_EQ (on_fine_grid (16383.9999999), 16384);
  EXPECT_EQ (on_fine_grid (-0.5), -0.5);
  EXPECT_NEAR (on_fine_grid (1 / 3.0), 1 / 3.0, 0.5 / 65536);
  const double third = on_fine_grid (16384 / 3.0);
  EXPECT_EQ (third + (16384 - third), 16384);
}

TEST (RoundDiv, HalvesUp)
{
  EXPECT_EQ (round_div (0, 7), 0);
  EXPECT_EQ (round_div (3, 2), 2);
  EXPECT_EQ (round_div (5, 4), 1);
  EXPECT_EQ (round_div (6, 4), 2);
  EXPECT_EQ (round_div (4, 3), 1);
  EXPECT_EQ (round_div (5, 3), 2);
}

constexpr std::int64_t kLargest = 2147483647;

TEST (Ratio, LowestTerms)
{
  EXPECT_EQ (reduced (1920, 1080), (Ratio{16, 9}));
  EXPECT_EQ (reduced (7, 7), (Ratio{1, 1}));
  EXPECT_EQ (reduced (kLargest * 6, kLargest * 4), (Ratio{3, 2}));
  EXPECT_EQ (inverse ({16, 9}), (Ratio{9, 16}));
  EXPECT_EQ ((Ratio{4, 3} * Ratio{3, 4}), (Ratio{1, 1}));
  EXPECT_EQ ((Ratio{16, 9} / Ratio{5, 4}), (Ratio{64, 45}));
}

TEST (Ratio, LargeTermsAreRounded)
{
  // Both are halved until they fit, and reduced again.
  EXPECT_EQ (reduced (kLargest + 1, 1431655765), (Ratio{536870912, 357913941}));
  EXPECT_EQ (reduced (4 * (kLargest + 1) + 1, 8 * (kLargest + 1) + 2), (Ratio{1, 2}));
  EXPECT_EQ (reduced (8 * (kLargest + 1) + 1, 4 * (kLargest + 1)), (Ratio{2, 1}));
  // Until one of them is 1.
  EXPECT_EQ (reduced (kLargest * kLargest, 2), (Ratio{kLargest, 1}));
  EXPECT_EQ (reduced (2, kLargest * kLargest), (Ratio{1, kLargest}));
  // What has no fraction, even a rounded one.
  EXPECT_EQ (reduced (kLargest + 1, 1), (Ratio{kLargest, 1}));
  EXPECT_EQ (reduced (1, kLargest + 1), (Ratio{1, kLargest}));
  EXPECT_EQ ((Ratio{kLargest, 1} * Ratio{kLargest, 1}), (Ratio{kLargest, 1}));
  EXPECT_EQ ((Ratio{kLargest, 1} / Ratio{1, kLargest}), (Ratio{kLargest, 1}));
  EXPECT_EQ ((Ratio{1, kLargest} / Ratio{kLargest, 1}), (Ratio{1, kLargest}));
}

TEST (Ratio, NothingCountsAsOne)
{
  EXPECT_EQ (reduced (0, 5), (Ratio{1, 5}));
  EXPECT_EQ (reduced (5, 0), (Ratio{5, 1}));
  EXPECT_EQ (reduced (-3, 6), (Ratio{1, 6}));
}

TEST (FitInside, ByHand)
{
  struct {
    Ratio dar;
    Size box, fitted;
  } const cases[] = {
      {{16, 9}, {1280, 720}, {1280, 720}},
      {{4, 3}, {1280, 720}, {960, 720}},
      {{16, 9}, {640, 480}, {640, 360}},
      {{9, 16}, {640, 360}, {203, 360}},
      {{64, 27}, {640, 360}, {640, 270}},
      {{1, 1}, {7, 5}, {5, 5}},
      {{16384, 1}, {100, 50}, {100, 1}},
      {{1, 16384}, {100, 50}, {1, 50}},
      {{3, 2}, {1, 1}, {1, 1}},
      {{16384 * 4096LL, 16383LL}, {16384, 16384}, {16384, 4}},
  };
  for (const auto &c : cases)
    EXPECT_EQ (fit_inside (c.dar, c.box), c.fitted)
        << c.dar.num << "/" << c.dar.den << " in " << c.box.width << "x" << c.box.height;
}

// One side is the box's, and the other is nearest to the shape.
TEST (FitInside, IsTheLargest)
{
  for (int num = 1; num < 40; num += 3)
    for (int den = 1; den < 40; den += 4)
      for (const Size box : {Size{37, 53}, Size{100, 20}, Size{1, 9}, Size{64, 64}}) {
        const Size s = fit_inside ({num, den}, box);
        ASSERT_TRUE (s.width == box.width || s.height == box.height);
        ASSERT_GE (s.width, 1);
        ASSERT_GE (s.height, 1);
        ASSERT_LE (s.width, box.width);
        ASSERT_LE (s.height, box.height);
        const double exact_width = double (s.height) * num / den;
        const double exact_height = double (s.width) * den / num;
        ASSERT_TRUE (std::abs (s.width - exact_width) <= 0.5 ||
                     std::abs (s.height - exact_height) <= 0.5 || s.width == 1 || s.height == 1)
            << num << "/" << den << " in " << box.width << "x" << box.height;
      }
}

TEST (LargestPart, Covers)
{
  EXPECT_EQ (largest_part ({1, 1}, {1920, 1080}), (Size{1080, 1080}));
  EXPECT_EQ (largest_part ({16, 9}, {1080, 1920}), (Size{1080, 608}));
}

TEST (Aligned, FromLeftToRight)
{
  const Rect outer = {10, 20, 100, 50};
  EXPECT_EQ (aligned ({60, 50}, outer, 0, 0), (Rect{10, 20, 60, 50}));
  EXPECT_EQ (aligned ({60, 50}, outer, 0.5, 0.5), (Rect{30, 20, 60, 50}));
  EXPECT_EQ (aligned ({60, 30}, outer, 1, 1), (Rect{50, 40, 60, 30}));
  EXPECT_EQ (aligned ({99, 49}, outer, 0.5, 0.5), (Rect{11, 21, 99, 49}));
  EXPECT_EQ (aligned ({99, 49}, outer, 0.25, 0.25), (Rect{10, 20, 99, 49}));
  EXPECT_EQ (aligned ({100, 50}, outer, 0.7, 0.3), outer);
}

TEST (Snapped, OnWholeChromaSamples)
{
  const Size unit = {2, 2}, canvas = {101, 51};
  EXPECT_EQ (snapped ({0, 0, 101, 51}, unit, canvas), (Rect{0, 0, 101, 51}));
  EXPECT_EQ (snapped ({1, 1, 4, 4}, unit, canvas), (Rect{2, 2, 4, 4}));
  EXPECT_EQ (snapped ({3, 5, 20, 21}, unit, canvas), (Rect{4, 6, 20, 20}));
  EXPECT_EQ (snapped ({-5, -7, 20, 20}, unit, canvas), (Rect{0, 0, 16, 14}));
  EXPECT_EQ (snapped ({90, 40, 30, 30}, unit, canvas), (Rect{90, 40, 11, 11}));
  EXPECT_EQ (snapped ({3, 5, 20, 21}, {1, 1}, canvas), (Rect{3, 5, 20, 21}));
  EXPECT_EQ (snapped ({3, 5, 20, 21}, {2, 1}, canvas), (Rect{4, 5, 20, 21}));
}

TEST (Snapped, NeighboursStayNeighbours)
{
  for (const Size canvas : {Size{100, 10}, Size{101, 11}})
    for (int edge = 1; edge < canvas.width; edge++) {
      const Rect left = snapped ({0, 0, edge, canvas.height}, {2, 2}, canvas);
      const Rect right = snapped ({edge, 0, canvas.width - edge, canvas.height}, {2, 2}, canvas);
      ASSERT_EQ (left.right (), right.x) << edge;
      ASSERT_EQ (right.right (), canvas.width);
      ASSERT_LE (std::abs (left.right () - edge), 1);
      ASSERT_TRUE (right.x % 2 == 0 || right.x == canvas.width);
    }
}

TEST (Ratio, IsNearAValue)
{
  const struct {
    double value;
    Ratio ratio;
  } cases[] = {{1, {1, 1}},
               {0.5 / 0.3, {5, 3}},
               {1 / 3.0, {1, 3}},
               {16.0 / 9, {16, 9}},
               {4000, {4000, 1}},
               {1 / 16384.0, {1, 16384}},
               {0.7071, {7071, 10000}},
               {0, {1, 2147483647}},
               {1e300, {2147483647, 1}}};
  for (const auto &c : cases) EXPECT_EQ (ratio_near (c.value), c.ratio) << c.value;
  for (const double value : {3.14159265358979, 0.000123456789, 1.41421356237, 12345.6789012}) {
    const Ratio r = ratio_near (value);
    EXPECT_NEAR (double (r.num) / double (r.den), value, value * 1e-9);
    EXPECT_LE (r.num, 2147483647);
  }
}

// Does the three steps on a picture of 2 by 3 named samples.
TEST (Orientation, StepsTurnThePicture)
{
  struct {
    Orientation orientation;
    const char *rows;
  } const cases[] = {
      {Orientation::identity, "ab/cd/ef"},        {Orientation::rotate_90, "eca/fdb"},
      {Orientation::rotate_180, "fe/dc/ba"},      {Orientation::rotate_270, "bdf/ace"},
      {Orientation::flip_horizontal, "ba/dc/fe"}, {Orientation::flip_vertical, "ef/cd/ab"},
      {Orientation::transpose, "ace/bdf"},        {Orientation::anti_transpose, "fdb/eca"},
  };
  constexpr int kWidth = 2, kHeight = 3;
  constexpr char kPicture[kHeight][kWidth + 1] = {"ab", "cd", "ef"};
  for (const auto &c : cases) {
    const OrientationSteps steps = steps_of (c.orientation);
    auto sample = [&] (int x, int y) {
      return kPicture[steps.mirror_y ? kHeight - 1 - y : y][steps.mirror_x ? kWidth - 1 - x : x];
    };
    std::string rows;
    const Size size = steps.swap_axes ? Size{kHeight, kWidth} : Size{kWidth, kHeight};
    for (int y = 0; y < size.height; y++) {
      if (y > 0) rows += '/';
      for (int x = 0; x < size.width; x++) rows += steps.swap_axes ? sample (y, x) : sample (x, y);
    }
    EXPECT_EQ (rows, c.rows) << static_cast<int> (c.orientation);
  }
}

}  // namespace
}  // namespace quad
