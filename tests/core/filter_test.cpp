#include "core/filter.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <stdexcept>
#include <string_view>

#include "core/pixel_math.h"
#include "support/oracle.h"

namespace quad::test {
namespace {

const std::vector<Filter> kAll = every_filter ();

double weight (std::string_view kernel, double x)
{
  for (const filter::Kernel &k : filter::kernels ())
    if (k.name == kernel) return k.at (x);
  ADD_FAILURE () << "no kernel is called " << kernel;
  return 0;
}

Axis whole (int from, int to)
{
  const double step = double (from) / to;
  return {step / 2, step, to, 0, from};
}

// Axes of every kind: ratios, phases, mirrored, cropped, with centres off the ends.
std::vector<Axis> many_axes ()
{
  std::vector<Axis> axes;
  for (const auto &[from, to] : {std::pair{1, 1},
                                 {1, 2},
                                 {2, 1},
                                 {3, 2},
                                 {2, 3},
                                 {16, 3},
                                 {7, 7},
                                 {64, 32},
                                 {90, 30},
                                 {31, 13},
                                 {13, 31},
                                 {1000, 999},
                                 {999, 1000},
                                 {1920, 427},
                                 {3, 500},
                                 {16384, 1},
                                 {1, 16384},
                                 {16384, 5},
                                 {5, 16384}})
    axes.push_back (whole (from, to));
  Random random (5);
  for (int i = 0; i < 200; i++) {
    const int from = random.between (1, 200), to = random.between (1, 120);
    Axis a = whole (from, to);
    a.first += random.between (-8, 8) * 0.25;
    a.lo = random.below (from);
    a.hi = random.between (a.lo + 1, from);
    if (random.one_in (2)) {
      a.step = -a.step;
      a.first = from - a.first;
    }
    axes.push_back (a);
  }
  return axes;
}

std::string text (const Axis &a, Filter f)
{
  return "filter " + std::to_string (static_cast<int> (f)) + ", first " + std::to_string (a.first) +
         ", step " + std::to_string (a.step) + ", " + std::to_string (a.count) + " of [" +
         std::to_string (a.lo) + ", " + std::to_string (a.hi) + ")";
}

TEST (Taps, SumToOneAndStayInside)
{
  for (const Axis &axis : many_axes ())
    for (const Filter f : kAll) {
      const FilterPlan plan = plan_axis (f, axis);
      ASSERT_EQ (plan.count (), axis.count);
      ASSERT_GE (plan.taps, 1);
      ASSERT_EQ (plan.weight.size (), std::size_t (axis.count) * std::size_t (plan.taps));
      for (int o = 0; o < axis.count; o++) {
        const std::int16_t *tap = plan.tap (o);
        ASSERT_EQ (std::accumulate (tap, tap + plan.taps, 0), kTapOne) << text (axis, f);
        ASSERT_GE (plan.left[std::size_t (o)], axis.lo) << text (axis, f);
        ASSERT_LE (plan.left[std::size_t (o)] + plan.taps, axis.hi) << text (axis, f);
      }
    }
}

// The running total of the taps is the rounded running total of the real weights, so errors do not
// add up on one sample. Ends of long kernels that round to nothing may be left out.
TEST (Taps, FollowTheRealWeights)
{
  for (const Axis &axis : many_axes ())
    for (const Filter f : kAll) {
      const FilterPlan plan = plan_axis (f, axis);
      for (int o = 0; o < axis.count; o += 1 + axis.count / 50) {
        std::vector<double> real (std::size_t (axis.hi), 0.0);
        for (const Share &s :
             shares_at (f, axis.first + o * axis.step, axis.step, axis.lo, axis.hi))
          real[std::size_t (s.index)] = s.weight;
        double total = 0;
        int given = 0;
        for (int i = axis.lo; i < axis.hi; i++) {
          total += real[std::size_t (i)] * kTapOne;
          const int k = i - plan.left[std::size_t (o)];
          if (k >= 0 && k < plan.taps) given += plan.tap (o)[k];
          ASSERT_NEAR (given, total, 0.55) << text (axis, f) << " output " << o << " at " << i;
        }
      }
    }
}

// The limits of the 16-bit intermediate and the 32-bit sums.
TEST (Taps, LeaveRoomInTheIntermediate)
{
  for (const int depth : {8, 10}) {
    const std::int64_t max = (1 << depth) - 1;
    for (const Axis &axis : many_axes ())
      for (const Filter f : kAll) {
        const FilterPlan plan = plan_axis (f, axis);
        for (int o = 0; o < axis.count; o++) {
          std::int64_t above = 0, below = 0;
          for (int k = 0; k < plan.taps; k++)
            (plan.tap (o)[k] > 0 ? above : below) += plan.tap (o)[k];
          const std::int64_t high = vertical_round (above * max, depth);
          const std::int64_t low = vertical_round (below * max, depth);
          ASSERT_LE (high, INT16_MAX) << text (axis, f);
          ASSERT_GE (low, INT16_MIN) << text (axis, f);
          ASSERT_LT (above * high + below * low, std::int64_t{1} << 30) << text (axis, f);
          ASSERT_LT (above * 255 * 255, std::int64_t{1} << 31) << text (axis, f);
        }
      }
  }
}

TEST (Taps, OneToOneIsACopy)
{
  for (const Filter f : kAll)
    for (const bool mirrored : {false, true}) {
      Axis axis = {7.5, 1, 20, 5, 30};
      if (mirrored) axis = {26.5, -1, 20, 5, 30};
      const FilterPlan plan = plan_axis (f, axis);
      ASSERT_TRUE (plan.copy);
      ASSERT_EQ (plan.taps, 1);
      for (int o = 0; o < 20; o++)
        ASSERT_EQ (plan.left[std::size_t (o)], mirrored ? 26 - o : 7 + o);
    }
}

TEST (Taps, NothingElseIsACopy)
{
  for (const Filter f : kAll) {
    EXPECT_FALSE (plan_axis (f, whole (20, 10)).copy);
    EXPECT_FALSE (plan_axis (f, whole (10, 20)).copy);
    EXPECT_FALSE (plan_axis (f, {0.75, 1, 10, 0, 10}).copy);
  }
}

TEST (Taps, OfOneSampleAreACopyOfIt)
{
  for (const Filter f : kAll)
    for (const int count : {1, 2, 16384}) {
      const FilterPlan plan = plan_axis (f, whole (1, count));
      EXPECT_TRUE (plan.copy);
      EXPECT_EQ (plan.taps, 1);
    }
}

TEST (Taps, MirroredAxesAreMirrored)
{
  for (const Filter f : kAll)
    for (const auto &[from, to] : {std::pair{31, 13}, {13, 31}, {64, 24}, {30, 30}}) {
      const Axis axis = whole (from, to);
      Axis mirror = axis;
      mirror.first = from - axis.first;
      mirror.step = -axis.step;
      const FilterPlan a = plan_axis (f, axis), b = plan_axis (f, mirror);
      ASSERT_EQ (a.taps, b.taps);
      for (int o = 0; o < to; o++)
        for (int i = 0; i < from; i++) {
          // The same output, counted from the other end.
          auto weight = [&] (const FilterPlan &p, int out) {
            const int k = i - p.left[std::size_t (out)];
            return k >= 0 && k < p.taps ? int{p.tap (out)[k]} : 0;
          };
          ASSERT_NEAR (weight (a, o), weight (b, to - 1 - o), 1) << text (axis, f);
        }
    }
}

TEST (Taps, AreaOfWholeRatiosIsTheMean)
{
  for (const int ratio : {2, 4, 8, 64, 1024}) {
    const FilterPlan plan = plan_axis (Filter::area, whole (3 * ratio, 3));
    ASSERT_EQ (plan.taps, ratio);
    for (const std::int16_t w : plan.weight) ASSERT_EQ (w, kTapOne / ratio);
  }
}

TEST (Taps, AreaIsBilinearWhereItGrows)
{
  for (const auto &[from, to] : {std::pair{3, 7}, {10, 20}, {99, 100}}) {
    const FilterPlan a = plan_axis (Filter::area, whole (from, to));
    const FilterPlan b = plan_axis (Filter::bilinear, whole (from, to));
    EXPECT_EQ (a.left, b.left);
    EXPECT_EQ (a.weight, b.weight);
  }
}

TEST (Kernels, NamesAreThoseOfTheirRows)
{
  EXPECT_STREQ (filter::kernel_of (Filter::area).name, "area");
  EXPECT_STREQ (filter::kernel_of (Filter::bilinear).name, "bilinear");
  EXPECT_STREQ (filter::kernel_of (Filter::bicubic).name, "bicubic");
  EXPECT_STREQ (filter::kernel_of (Filter::lanczos).name, "lanczos");
}

TEST (Kernels, AreEvenAndEnd)
{
  for (const filter::Kernel &k : filter::kernels ()) {
    SCOPED_TRACE (k.name);
    for (double x = 0; x < 4; x += 0.03125) EXPECT_DOUBLE_EQ (k.at (x), k.at (-x));
    EXPECT_EQ (k.at (k.support + 0.001), 0);
    EXPECT_NE (k.at (k.support - 0.001), 0);
  }
}

TEST (Kernels, InterpolateButMitchell)
{
  for (const filter::Kernel &k : filter::kernels ()) {
    SCOPED_TRACE (k.name);
    const bool interpolates = std::string_view (k.name) != "mitchell";
    EXPECT_DOUBLE_EQ (k.at (0), interpolates ? 1 : 8 / 9.0);
    EXPECT_NEAR (k.at (1), interpolates ? 0 : 1 / 18.0, 1e-12);
    for (int i = 2; i < 5; i++) EXPECT_NEAR (k.at (i), 0, 1e-12);
  }
}

// Compared with the oracle, which shares no formula with the engine.
TEST (Kernels, AreTheOracles)
{
  for (const filter::Kernel &k : filter::kernels ())
    for (double x = -4; x < 4; x += 0.0078125)
      EXPECT_NEAR (k.at (x), real_weight (k.name, x), 1e-12) << k.name << " at " << x;
}

TEST (Kernels, TheOracleRefusesOneItDoesNotKnow)
{
  EXPECT_THROW (real_weight ("gauss", 0.5), std::invalid_argument);
}

TEST (Kernels, ByHand)
{
  EXPECT_DOUBLE_EQ (weight ("bicubic", 0.5), 0.5625);
  EXPECT_DOUBLE_EQ (weight ("bicubic", 1.5), -0.0625);
  EXPECT_DOUBLE_EQ (weight ("bilinear", 0.25), 0.75);
  EXPECT_NEAR (weight ("lanczos", 0.5), 6 / (M_PI * M_PI), 1e-12);
  EXPECT_NEAR (weight ("mitchell", 0.5), 77 / 144.0, 1e-12);
  EXPECT_NEAR (weight ("mitchell", 1.5), -5 / 144.0, 1e-12);
}

}  // namespace
}  // namespace quad::test
