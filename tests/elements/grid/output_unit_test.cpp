// Where the output's next frame begins, whatever the base class does to the segment's position.
#include "elements/grid/output.h"

#include <gtest/gtest.h>

namespace quad {
namespace {

constexpr GstClockTime kFrame = GST_SECOND / 10;

GstSegment segment_at (GstClockTime position, double rate = 1)
{
  GstSegment s;
  gst_segment_init (&s, GST_FORMAT_TIME);
  s.rate = rate;
  s.position = position;
  return s;
}

TEST (OutputPosition, GoesWhereTheBaseClassSaysBeforeTheFirstFrame)
{
  OutputPosition t;
  GstSegment s = segment_at (2 * GST_SECOND);
  t.hold (s);
  EXPECT_EQ (s.position, 2 * GST_SECOND);
  EXPECT_TRUE (t.holds (s));
}

// Positions that the base class may set while a frame is made, and after it.
class Lost : public testing::TestWithParam<GstClockTime> {};

TEST_P (Lost, FramesFollowEachOther)
{
  OutputPosition t;
  GstSegment s = segment_at (GST_SECOND);
  for (GstClockTime next = GST_SECOND; next < 3 * GST_SECOND; next += kFrame) {
    t.hold (s);
    EXPECT_EQ (s.position, next);
    t.drawn (s.position, kFrame);
    s.position = GetParam ();
    // The base class decides the first frame's position.
    EXPECT_EQ (t.holds (s), next == GST_SECOND || GetParam () == next);
    t.go_on (s);
  }
}
INSTANTIATE_TEST_SUITE_P (Places, Lost,
                          testing::Values (GST_CLOCK_TIME_NONE, 0, GST_SECOND / 2,
                                           10 * GST_SECOND));

// No caps are known yet, or QoS leaves frames out.
TEST (OutputPosition, TimeThatIsLeftOutIsOver)
{
  OutputPosition t;
  GstSegment s = segment_at (0);
  for (int i = 0; i < 29; i++) {
    t.hold (s);
    s.position += GST_SECOND / 25;
    t.go_on (s);
  }
  s.position = 0;  // the first buffer has come
  t.hold (s);
  EXPECT_EQ (s.position, 29 * (GST_SECOND / 25));
}

TEST (OutputPosition, AFrameThatWasNotHandedOnIsMadeAgain)
{
  OutputPosition t;
  GstSegment s = segment_at (GST_SECOND);
  t.hold (s);
  t.go_on (s);
  t.drawn (GST_SECOND, kFrame);
  s.position += kFrame;
  t.hold (s);
  EXPECT_EQ (s.position, GST_SECOND);
}

TEST (OutputPosition, Backwards)
{
  OutputPosition t;
  GstSegment s = segment_at (GST_SECOND, -1);
  for (GstClockTime next = GST_SECOND; next > 0; next -= kFrame) {
    t.hold (s);
    EXPECT_EQ (s.position, next);
    t.drawn (next - kFrame, kFrame);
    t.go_on (s);
  }
}

TEST (OutputPosition, BeginsAnewAfterAReset)
{
  OutputPosition t;
  GstSegment s = segment_at (GST_SECOND);
  t.hold (s);
  t.drawn (GST_SECOND, kFrame);
  t.go_on (s);
  t.reset ();
  s.position = 0;
  t.hold (s);
  EXPECT_EQ (s.position, 0u);
}

}  // namespace
}  // namespace quad
