// Which of its sizes a JPEG is decoded at.
#include <gtest/gtest.h>

#include "jpeg/scale.h"

namespace quad::jpeg {
namespace {

bool any (Size) { return true; }

TEST (JpegScale, SizesCountPartialSamples)
{
  EXPECT_EQ (scaled ({641, 480}, 4), (Size{321, 240}));
  EXPECT_EQ (scaled ({641, 480}, 1), (Size{81, 60}));
  EXPECT_EQ (scaled ({1, 1}, 1), (Size{1, 1}));
  EXPECT_EQ (scaled ({65500, 65500}, 8), (Size{65500, 65500}));
}

struct Need {
  Size full, target;
  double headroom;
  int scale;
};

TEST (JpegScale, TheSmallestWithEnoughPixels)
{
  const Need needs[] = {
      {{4000, 3000}, {4000, 3000}, 1, 8},
      {{4000, 3000}, {2000, 1500}, 1, 4},
      {{4000, 3000}, {2001, 1500}, 1, 8},
      {{4000, 3000}, {2000, 1501}, 1, 8},
      {{4000, 3000}, {1000, 750}, 1, 2},
      {{4000, 3000}, {1000, 750}, 2, 4},
      {{4000, 3000}, {1000, 750}, 2.1, 8},
      {{4000, 3000}, {250, 187}, 2, 1},
      {{4000, 3000}, {251, 187}, 2, 2},
      {{4000, 3000}, {1, 1}, 8, 1},
      {{4000, 3000}, {5000, 100}, 1, 8},
      {{4001, 3001}, {2001, 1501}, 1, 4},
      {{7, 7}, {1, 1}, 1, 1},
      {{9, 9}, {2, 2}, 1, 1},
      {{9, 9}, {2, 3}, 1, 2},
  };
  for (const Need &n : needs)
    EXPECT_EQ (scale_for_target (n.full, n.target, n.headroom, any), n.scale)
        << n.full.width << "x" << n.full.height << " for " << n.target.width << "x"
        << n.target.height << " with " << n.headroom;
}

TEST (JpegScale, SizesThatAreNotTakenAreSkipped)
{
  const Size full{800, 600};
  EXPECT_EQ (scale_for_target (full, {50, 30}, 1, [] (Size s) { return s.width != 100; }), 2);
  EXPECT_EQ (scale_for_target (full, {50, 30}, 1, [] (Size s) { return s.width == 400; }), 4);
  EXPECT_EQ (scale_for_target (full, {50, 30}, 1, [] (Size) { return false; }), 8);
}

TEST (JpegScale, TheLargestThatIsTaken)
{
  const Size full{801, 600};
  const auto up_to = [&] (int most, int width) {
    return largest_accepted (full, most, [&] (Size s) { return s.width <= width; });
  };
  EXPECT_EQ (up_to (8, 801), 8);
  EXPECT_EQ (up_to (8, 800), 4);
  EXPECT_EQ (up_to (8, 401), 4);
  EXPECT_EQ (up_to (8, 400), 2);
  EXPECT_EQ (up_to (8, 101), 1);
  EXPECT_EQ (up_to (2, 801), 2);
  EXPECT_EQ (up_to (2, 200), 1);
  for (const int most : kScales) EXPECT_EQ (up_to (most, 100), most);
}

TEST (JpegScale, TheLargestWithinALimit)
{
  const Size full{801, 600};
  EXPECT_EQ (scale_within (full, {0, 0}), 8);
  EXPECT_EQ (scale_within (full, {801, 600}), 8);
  EXPECT_EQ (scale_within (full, {800, 0}), 4);
  EXPECT_EQ (scale_within (full, {401, 0}), 4);
  EXPECT_EQ (scale_within (full, {400, 0}), 2);
  EXPECT_EQ (scale_within (full, {0, 299}), 2);
  EXPECT_EQ (scale_within (full, {401, 100}), 1);
  EXPECT_EQ (scale_within (full, {1, 1}), 1);
}

TEST (JpegScale, MoreAtOnceLessAfterAWhile)
{
  SteadyScale steady;
  EXPECT_EQ (steady.next (1), 1);  // the first one
  EXPECT_EQ (steady.next (4), 4);
  EXPECT_EQ (steady.next (8), 8);
  for (int i = 1; i < SteadyScale::kPatience; i++) EXPECT_EQ (steady.next (2), 8) << i;
  EXPECT_EQ (steady.next (2), 2);
  EXPECT_EQ (steady.next (2), 2);
}

TEST (JpegScale, AFrameThatNeedsMoreBeginsTheWaitAnew)
{
  SteadyScale steady;
  steady.next (8);
  for (int i = 1; i < SteadyScale::kPatience; i++) steady.next (1);
  EXPECT_EQ (steady.next (8), 8);
  for (int i = 1; i < SteadyScale::kPatience; i++) EXPECT_EQ (steady.next (1), 8) << i;
  EXPECT_EQ (steady.next (1), 1);
}

TEST (JpegScale, TheLargestNeedOfTheWaitIsServed)
{
  SteadyScale steady;
  steady.next (8);
  for (int i = 1; i < SteadyScale::kPatience; i++) steady.next (i == 3 ? 4 : 1);
  EXPECT_EQ (steady.next (1), 4);
  for (int i = 1; i < SteadyScale::kPatience; i++) EXPECT_EQ (steady.next (1), 4) << i;
  EXPECT_EQ (steady.next (1), 1);
}

TEST (JpegScale, AResetIsABeginning)
{
  SteadyScale steady;
  steady.next (8);
  steady.reset ();
  EXPECT_EQ (steady.next (1), 1);
}

}  // namespace
}  // namespace quad::jpeg
