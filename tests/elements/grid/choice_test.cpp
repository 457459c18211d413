// Which frame of an input quadmux-grid shows when: for faster, equal and slower inputs, in and out
// of phase with the output.
#include "elements/grid/pipeline.h"

using namespace quad::test;

namespace {

constexpr int kOutputRate = 25;
constexpr int kNothing = -1;

struct Rate {
  int num, den;
};
struct Case {
  Rate rate;
  GstClockTime shift;  // of all the input's frames
  int frames;
};

GstClockTime begin_of (const Case &c, int n)
{
  return c.shift + frame_time (static_cast<std::uint64_t> (n), c.rate.num, c.rate.den);
}

// The number of the frame that each output frame shows.
std::vector<int> shown (const Case &c)
{
  const std::string rate = std::to_string (c.rate.num) + "/" + std::to_string (c.rate.den);
  GridPipeline p ("rows=1 columns=1 background-color=0xff000000",
                  raw ("GRAY8", 16, 16, "framerate=(fraction)25/1"));
  p.add_input (raw ("GRAY8", 16, 16, "framerate=(fraction)" + rate));
  for (int n = 0; n < c.frames; n++)
    p.push (0, timed (solid (p.info (0), {100 + n, 0, 0, 0}), begin_of (c, n),
                      begin_of (c, n + 1) - begin_of (c, n)));
  p.end (0);
  std::vector<int> numbers;
  for (const auto &picture : p.run ()) {
    const int value = picture->at (8, 8)[0];
    numbers.push_back (value < 100 ? kNothing : value - 100);
  }
  return numbers;
}

std::vector<int> steps (int count, int first, int step)
{
  std::vector<int> all;
  for (int i = 0; i < count; i++) all.push_back (first + i * step);
  return all;
}

TEST (GridChoice, OfTwiceTheRateEverySecondFrame)
{
  EXPECT_EQ (shown ({{50, 1}, 0, 40}), steps (20, 0, 2));
}

// Frames are shown in order, so none is lost or shown twice if a container rounds times.
TEST (GridChoice, OfTheSameRateEveryFrameInAnyPhase)
{
  for (const int shift : {0, 1, 20, 39}) {
    SCOPED_TRACE (shift);
    const std::vector<int> all = shown ({{25, 1}, static_cast<guint64> (shift) * GST_MSECOND, 20});
    for (int i = 0; i < 20; i++) EXPECT_EQ (all.at (std::size_t (i)), i);
  }
}

TEST (GridChoice, OfASlowerRateEachFrameFromTheOneInWhichItBegins)
{
  // Frames of 100 ms: from 0, 100, 200 ms on; the second begins within the third output frame.
  const std::vector<int> all = shown ({{10, 1}, 0, 4});
  EXPECT_EQ (all, (std::vector<int>{0, 0, 1, 1, 1, 2, 2, 3, 3, 3}));
}

TEST (GridChoice, TheBackgroundBeforeTheFirst)
{
  const std::vector<int> all = shown ({{25, 1}, 90 * GST_MSECOND, 2});
  ASSERT_GE (all.size (), 4u);
  EXPECT_EQ (all[0], kNothing);
  EXPECT_EQ (all[1], kNothing);
  EXPECT_EQ (all[2], 0);
  EXPECT_EQ (all[3], 1);
}

// The rule: the first frame that has not been shown and is on screen during the output frame; else
// the previous one stays.
std::vector<int> by_the_rule (const Case &c, std::size_t count)
{
  std::vector<int> all;
  int last = kNothing;
  for (std::uint64_t k = 0; k < count; k++) {
    while (last + 1 < c.frames && begin_of (c, last + 2) <= frame_time (k, kOutputRate)) last++;
    if (last + 1 < c.frames && begin_of (c, last + 1) < frame_time (k + 1, kOutputRate)) last++;
    all.push_back (last);
  }
  return all;
}

class AllRates : public testing::TestWithParam<std::tuple<Rate, int>> {};

TEST_P (AllRates, FollowTheRule)
{
  const auto &[rate, sevenths] = GetParam ();
  const GstClockTime output_frame = GST_SECOND / kOutputRate;
  const Case c = {rate, output_frame * static_cast<guint64> (sevenths) / 7, 60};
  const std::vector<int> all = shown (c);
  // 60 frames, to the last of them.
  EXPECT_GE (all.size () * output_frame + output_frame, begin_of (c, c.frames));
  EXPECT_EQ (all, by_the_rule (c, all.size ()));
}

INSTANTIATE_TEST_SUITE_P (
    Shifted, AllRates,
    testing::Combine (testing::Values (Rate{10, 1}, Rate{24000, 1001}, Rate{24, 1}, Rate{25, 1},
                                       Rate{30000, 1001}, Rate{30, 1}, Rate{48, 1}, Rate{50, 1},
                                       Rate{60, 1}, Rate{120, 1}),
                      testing::Values (0, 1, 3, 6)),
    [] (const auto &info) {
      const Rate &r = std::get<0> (info.param);
      return std::to_string (r.num) + "_" + std::to_string (r.den) + "_" +
             std::to_string (std::get<1> (info.param));
    });

}  // namespace
