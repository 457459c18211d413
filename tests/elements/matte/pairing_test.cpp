// quadmatterefine: which mask belongs to which picture.
#include "elements/matte/two_inputs.h"

namespace quad::test {
namespace {

using Levels = std::vector<int>;

TEST (RefinePairing, EqualRates)
{
  TwoInputs t;
  for (unsigned n = 0; n < 20; n++) t.video (n * kFrame), t.mask (n * kFrame, int (n) + 1);
  const auto all = t.run ();
  ASSERT_EQ (all.size (), 20u);
  for (unsigned n = 0; n < 20; n++) {
    EXPECT_EQ (all[n].pts, n * kFrame);
    EXPECT_EQ (all[n].level, int (n) + 1);
  }
  EXPECT_TRUE (t.messages ().warnings ().empty ());
}

TEST (RefinePairing, HalfTheRate)
{
  TwoInputs t;
  for (unsigned n = 0; n < 12; n++) t.video (n * kFrame);
  for (unsigned n = 0; n < 6; n++) t.mask (2 * n * kFrame, int (n) + 1);
  EXPECT_EQ (levels_of (t.run ()), (Levels{1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6}));
}

TEST (RefinePairing, DoubleTheRate)
{
  TwoInputs t;
  for (unsigned n = 0; n < 8; n++) t.video (n * kFrame);
  for (unsigned n = 0; n < 16; n++) t.mask (n * kFrame / 2, int (n) + 1);
  EXPECT_EQ (levels_of (t.run ()), (Levels{1, 3, 5, 7, 9, 11, 13, 15}));
}

// A picture waits for the mask of its own time, even if there is a newer one than the last.
TEST (RefinePairing, WaitsForTheMaskOfItsTime)
{
  TwoInputs t;
  t.play ();
  t.video (0), t.mask (0, 1);
  const auto first = t.next ();
  ASSERT_TRUE (first);
  EXPECT_EQ (first->alpha ().front (), 1);
  t.video (kFrame), t.mask (kFrame / 2, 2);
  EXPECT_FALSE (t.next (100 * GST_MSECOND));
  t.mask (kFrame, 3);
  const auto second = t.next ();
  ASSERT_TRUE (second);
  EXPECT_EQ (second->alpha ().front (), 3);
  // The end of the masks counts, too.
  t.video (2 * kFrame), t.mask (3 * kFrame / 2, 4);
  t.end ("m");
  const auto third = t.next ();
  ASSERT_TRUE (third);
  EXPECT_EQ (third->alpha ().front (), 4);
}

// Containers round times to milliseconds, up or down.
TEST (RefinePairing, RoundedTimes)
{
  for (const int round : {-1, 0, 1}) {
    TwoInputs t;
    for (unsigned n = 0; n < 240; n++) {
      const GstClockTime time = gst_util_uint64_scale (n * GST_SECOND, 1001, 30000);
      const GstClockTime rounded = (time + (round < 0    ? 0
                                            : round == 0 ? GST_MSECOND / 2
                                                         : GST_MSECOND - 1)) /
                                   GST_MSECOND * GST_MSECOND;
      const std::string caps = raw ("I420", 16, 12, "framerate=30000/1001");
      t.send ("v", timed (plain (info_of_caps (caps), 99), time, GST_CLOCK_TIME_NONE), caps);
      t.mask (rounded, int (n) + 1);
    }
    const auto all = t.run ();
    ASSERT_EQ (all.size (), 240u);
    for (unsigned n = 0; n < 240; n++) EXPECT_EQ (all[n].level, int (n) + 1) << round;
  }
}

TEST (RefinePairing, VideoWithoutARate)
{
  TwoInputs t;
  const std::string caps = raw ("I420", 16, 12, "framerate=0/1");
  for (unsigned n = 0; n < 5; n++) {
    t.send ("v", timed (plain (info_of_caps (caps), 99), n * kFrame, GST_CLOCK_TIME_NONE), caps);
    t.mask (n * kFrame, int (n) + 1);
  }
  EXPECT_EQ (levels_of (t.run ()), (Levels{1, 2, 3, 4, 5}));
}

TEST (RefinePairing, ByRunningTime)
{
  TwoInputs t;
  t.video_segment ().start = t.video_segment ().time = 10 * GST_SECOND;
  t.mask_segment ().base = 2 * kFrame;
  for (unsigned n = 0; n < 6; n++) {
    t.video (10 * GST_SECOND + n * kFrame);
    t.mask (n * kFrame, int (n) + 1);
  }
  const auto all = t.run ();
  EXPECT_EQ (levels_of (all), (Levels{0, 0, 1, 2, 3, 4}));
  ASSERT_EQ (all.size (), 6u);
  EXPECT_EQ (all[5].pts, 10 * GST_SECOND + 5 * kFrame);
}

TEST (RefinePairing, LateEarlyAndEndedMasks)
{
  {
    TwoInputs t;
    for (unsigned n = 0; n < 6; n++) t.video (n * kFrame);
    for (unsigned n = 3; n < 6; n++) t.mask (n * kFrame, int (n) + 1);
    EXPECT_EQ (levels_of (t.run ()), (Levels{0, 0, 0, 4, 5, 6}));
    EXPECT_EQ (t.messages ().warnings ().size (), 1u);
  }
  {
    TwoInputs t;
    for (unsigned n = 4; n < 8; n++) t.video (n * kFrame);
    for (unsigned n = 0; n < 8; n++) t.mask (n * kFrame, int (n) + 1);
    EXPECT_EQ (levels_of (t.run ()), (Levels{5, 6, 7, 8}));
    EXPECT_TRUE (t.messages ().warnings ().empty ());
  }
  {
    TwoInputs t;
    for (unsigned n = 0; n < 6; n++) t.video (n * kFrame);
    for (unsigned n = 0; n < 3; n++) t.mask (n * kFrame, int (n) + 1);
    EXPECT_EQ (levels_of (t.run ()), (Levels{1, 2, 3, 3, 3, 3}));
  }
}

TEST (RefinePairing, OneMaskForAWholeVideo)
{
  TwoInputs t;
  t.send ("m", plain (info_of_caps (kMaskCaps), 77), kMaskCaps);
  for (unsigned n = 0; n < 30; n++) t.video (n * kFrame);
  EXPECT_EQ (levels_of (t.run ()), Levels (30, 77));
}

TEST (RefinePairing, NoMaskIsTransparentWithOneWarning)
{
  for (const bool linked : {false, true})
    for (const char *downstream :
         {"video/x-raw,format=GRAY8", "video/x-raw,format=A420", "video/x-raw,format=RGBA"}) {
      TwoInputs t ("invert=true", downstream, linked);
      for (unsigned n = 0; n < 5; n++) t.video (n * kFrame);
      EXPECT_EQ (levels_of (t.run ()), Levels (5, 0)) << linked << downstream;
      ASSERT_EQ (t.messages ().warnings ().size (), 1u);
      EXPECT_TRUE (contains (t.messages ().warnings ()[0], "to the pad mask of quadmatterefine"));
    }
}

TEST (RefinePairing, TheVideosEndIsTheEnd)
{
  TwoInputs t;
  for (unsigned n = 0; n < 3; n++) t.video (n * kFrame);
  for (unsigned n = 0; n < 20; n++) t.mask (n * kFrame, int (n) + 1);
  t.end ("v");
  EXPECT_EQ (levels_of (t.rest ()), (Levels{1, 2, 3}));
}

TEST (RefinePairing, NoVideoAtAll)
{
  TwoInputs t;
  for (unsigned n = 0; n < 3; n++) t.mask (n * kFrame, 9);
  EXPECT_EQ (levels_of (t.run ()), Levels{});
}

// Gap events say that nothing comes: the last mask stays, and a missing picture is none.
TEST (RefinePairing, Gaps)
{
  const Harness h = harness_of ("quadmatterefine refine=none smoothing=0");
  const Harness m{gst_harness_new_with_element (h->element, "mask", nullptr)};
  Bus bus (h->element);
  gst_harness_set_sink_caps (h.get (), caps_of (kAlone).release ());
  gst_harness_set_src_caps (h.get (), caps_of (kVideoCaps).release ());
  gst_harness_set_src_caps (m.get (), caps_of (kMaskCaps).release ());
  const GstVideoInfo video = info_of_caps (kVideoCaps), mask = info_of_caps (kMaskCaps);
  const auto send = [&] (unsigned n, int level) {
    if (level > 0)
      gst_harness_push (m.get (), timed (plain (mask, level), n * kFrame, kFrame).release ());
    else
      gst_harness_push_event (m.get (), gst_event_new_gap (n * kFrame, kFrame));
    gst_harness_push (h.get (), timed (plain (video, 99), n * kFrame, kFrame).release ());
    const Owned<GstBuffer> out{gst_harness_pull (h.get ())};
    EXPECT_TRUE (out) << bus.error ();
    if (!out) return -1;
    EXPECT_EQ (GST_BUFFER_PTS (out.get ()), n * kFrame);
    return alpha_of (info_of_caps (raw ("GRAY8", 16, 12)), out.get ()).front ();
  };
  EXPECT_EQ (send (0, 0), 0);
  EXPECT_EQ (send (1, 5), 5);
  EXPECT_EQ (send (2, 0), 5);
  EXPECT_EQ (send (3, 6), 6);
  gst_harness_push_event (h.get (), gst_event_new_gap (4 * kFrame, kFrame));
  EXPECT_EQ (send (5, 7), 7);
  EXPECT_EQ (bus.error (), "");
}

}  // namespace
}  // namespace quad::test
