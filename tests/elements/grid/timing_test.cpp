// When quadmux-grid's frames come, and when they end.
#include "elements/grid/colors.h"

using namespace quad::test;
using quad::Owned;

namespace {

std::string input (int num, int den = 1, const std::string &rest = ",colorimetry=bt601")
{
  return raw ("I420", 16, 16,
              "framerate=(fraction)" + std::to_string (num) + "/" + std::to_string (den) + rest);
}

std::string output (int num, int den = 1)
{
  return raw ("I420", 32, 32,
              "framerate=(fraction)" + std::to_string (num) + "/" + std::to_string (den) +
                  ",colorimetry=bt601");
}

// Frames have no gaps, from `start` on, at num/den.
void expect_gapless (const Pictures &all, std::size_t count, int num, int den = 1)
{
  ASSERT_EQ (all.size (), count);
  for (std::size_t i = 0; i < all.size (); i++) {
    EXPECT_EQ (all[i]->pts (), frame_time (i, num, den)) << i;
    EXPECT_EQ (all[i]->duration (), frame_time (i + 1, num, den) - frame_time (i, num, den)) << i;
  }
}

TEST (GridTiming, ShortestEndsWithTheShortestInput)
{
  GridPipeline p ("eos-policy=shortest", output (24));
  for (int frames : {48, 72, 60, 96}) p.add_solid (input (24), kRed, frames);
  const Pictures all = p.run ();
  expect_gapless (all, 48, 24);
  EXPECT_EQ (all.back ()->pts (), frame_time (47, 24));
  EXPECT_TRUE (p.eos ());
  EXPECT_EQ (p.error (), "");
}

TEST (GridTiming, LongestEndsWithTheLongestInput)
{
  GridPipeline p ("", output (24));
  for (int frames : {48, 72, 60, 96}) p.add_solid (input (24), kRed, frames);
  const Pictures all = p.run ();
  expect_gapless (all, 96, 24);
  // Each cell shows its picture until its input ends, then the background.
  const struct {
    int x, y, last;
  } cells[] = {{4, 4, 47}, {20, 4, 71}, {4, 20, 59}, {20, 20, 95}};
  for (const auto &c : cells)
    for (int i = 0; i < 96; i++)
      EXPECT_EQ (all[std::size_t (i)]->at (c.x, c.y), i <= c.last ? kRed : kBlack)
          << c.x << "," << c.y << " of " << i;
}

struct Length {
  const char *name;
  int num, den, frames;
  std::size_t expected;  // at 24/1
};

class Shortest : public testing::TestWithParam<Length> {};

// With and without durations: a last buffer without a duration lasts one frame of its caps.
TEST_P (Shortest, TheLastFrameBeginsBeforeTheEnd)
{
  for (bool durations : {true, false}) {
    SCOPED_TRACE (durations);
    GridPipeline p ("eos-policy=shortest", output (24));
    p.add_solid (input (GetParam ().num, GetParam ().den), kRed, GetParam ().frames, durations);
    p.add_solid (input (24), kGreen, 100);
    const Pictures all = p.run ();
    expect_gapless (all, GetParam ().expected, 24);
    // The picture is in every frame to the last one.
    for (const auto &picture : all) ASSERT_EQ (picture->at (4, 4), kRed);
  }
}

INSTANTIATE_TEST_SUITE_P (Rates, Shortest,
                          testing::Values (Length{"24", 24, 1, 48, 48}, Length{"10", 10, 1, 20, 48},
                                           Length{"10odd", 10, 1, 19, 46},  // 1.9 s: 45.6 frames
                                           Length{"ntsc", 30000, 1001, 60,
                                                  49},  // 2.002 s: 48.05 frames
                                           Length{"ntsc2", 30000, 1001, 59, 48},  // 1.969 s: 47.2
                                           Length{"film", 24000, 1001, 48, 49},   // 2.002 s
                                           Length{"sixty", 60, 1, 120, 48},       //
                                           Length{"sixtyodd", 60, 1, 121, 49},    // 2.017 s
                                           Length{"slow", 1, 1, 2, 48}, Length{"one", 24, 1, 1, 1}),
                          [] (const auto &info) { return std::string (info.param.name); });

TEST (GridTiming, VariableFrameRate)
{
  GridPipeline p ("eos-policy=shortest rows=1 columns=1", output (10));
  p.add_input (input (0));
  const int brightness[] = {50, 100, 150};
  const GstClockTime times[] = {0, 250 * GST_MSECOND, 300 * GST_MSECOND};
  for (int i = 0; i < 3; i++)
    p.push (0, timed (solid (p.info (0), {brightness[i], 128, 128, 0}), times[i],
                      i == 2 ? 400 * GST_MSECOND : kNone));
  p.end (0);
  const Pictures all = p.run ();
  // 0.7 s. At 0.2 s the second picture, of 0.25 s, is already inside the frame.
  expect_gapless (all, 7, 10);
  const int expected[] = {50, 50, 100, 150, 150, 150, 150};
  for (std::size_t i = 0; i < all.size (); i++) EXPECT_EQ (all[i]->at (4, 4)[0], expected[i]) << i;
}

TEST (GridTiming, AnInputThatStartsLater)
{
  GridPipeline p ("rows=1 columns=2", output (10));
  p.add_solid (input (10), kRed, 10);
  p.add_input (input (10));
  for (std::uint64_t i = 5; i < 8; i++)
    p.push (1, timed (solid (p.info (1), kGreen), frame_time (i, 10), GST_SECOND / 10));
  p.end (1);
  const Pictures all = p.run ();
  expect_gapless (all, 10, 10);
  for (std::size_t i = 0; i < 10; i++)
    EXPECT_EQ (all[i]->at (24, 16), i >= 5 && i < 8 ? kGreen : kBlack) << i;
}

TEST (GridTiming, PadOffsets)
{
  // One second later, and half a second earlier.
  GridPipeline p ("rows=1 columns=2", output (10));
  p.add_solid (input (10), kRed, 10);
  p.add_solid (input (10), kGreen, 10);
  gst_pad_set_offset (p.pad (0).get (), GST_SECOND);
  gst_pad_set_offset (p.pad (1).get (), -GST_SECOND / 2);
  const Pictures all = p.run ();
  expect_gapless (all, 20, 10);
  for (std::size_t i = 0; i < 20; i++) {
    EXPECT_EQ (all[i]->at (4, 16), i >= 10 ? kRed : kBlack) << i;
    EXPECT_EQ (all[i]->at (20, 16), i < 5 ? kGreen : kBlack) << i;
  }
}

TEST (GridTiming, NegativeOffsetCountsInTheLength)
{
  GridPipeline p ("eos-policy=shortest rows=1 columns=2", output (10));
  p.add_solid (input (10), kRed, 10);
  p.add_solid (input (10), kGreen, 10);
  gst_pad_set_offset (p.pad (1).get (), -GST_SECOND / 2);
  expect_gapless (p.run (), 5, 10);
}

TEST (GridTiming, StartTimeSelectionFirst)
{
  GridPipeline p ("rows=1 columns=1 start-time-selection=first", output (10));
  p.add_input (input (10));
  for (std::uint64_t i = 20; i < 23; i++)
    p.push (0, timed (solid (p.info (0), kRed), frame_time (i, 10), GST_SECOND / 10));
  p.end (0);
  const Pictures all = p.run ();
  ASSERT_EQ (all.size (), 3u);
  EXPECT_EQ (all[0]->pts (), 2 * GST_SECOND);
}

TEST (GridTiming, RepeatAfterEos)
{
  GridPipeline p ("rows=1 columns=2", output (10));
  p.add_solid (input (10), kRed, 3);
  p.add_solid (input (10), kGreen, 8);
  p.set_pad (0, "repeat-after-eos", TRUE);
  const Pictures all = p.run ();
  expect_gapless (all, 8, 10);
  for (const auto &picture : all) EXPECT_EQ (picture->at (4, 16), kRed);
}

TEST (GridTiming, AllRepeatAfterEosEndsWithTheLastInput)
{
  for (const char *policy : {"longest", "shortest"}) {
    SCOPED_TRACE (policy);
    GridPipeline p ("rows=1 columns=2 eos-policy=" + std::string (policy), output (10));
    p.add_solid (input (10), kRed, 3);
    p.add_solid (input (10), kGreen, 8);
    p.set_pad (0, "repeat-after-eos", TRUE);
    p.set_pad (1, "repeat-after-eos", TRUE);
    expect_gapless (p.run (), 8, 10);
    EXPECT_TRUE (p.eos ());
  }
}

TEST (GridTiming, AStillThatRepeatsDoesNotEndShortest)
{
  GridPipeline p ("rows=1 columns=2 eos-policy=shortest", output (10));
  p.add_solid (input (10), kRed, 1);
  p.add_solid (input (10), kGreen, 8);
  p.set_pad (0, "repeat-after-eos", TRUE);
  const Pictures all = p.run ();
  expect_gapless (all, 8, 10);
  EXPECT_EQ (all.back ()->at (4, 16), kRed);
}

TEST (GridTiming, EosBeforeTheFirstFrame)
{
  for (const char *policy : {"longest", "shortest"}) {
    SCOPED_TRACE (policy);
    GridPipeline p ("rows=1 columns=2 eos-policy=" + std::string (policy), output (10));
    p.add_solid (input (10), kRed, 0);
    p.add_solid (input (10), kGreen, 4);
    const Pictures all = p.run ();
    expect_gapless (all, 4, 10);
    EXPECT_EQ (all[0]->at (4, 16), kBlack);
    ASSERT_EQ (p.warnings ().size (), 1u);
    EXPECT_NE (p.warnings ()[0].find ("sink_0 ended before its first frame"), std::string::npos)
        << p.warnings ()[0];
  }
}

TEST (GridTiming, NoFrameAtAll)
{
  GridPipeline p ("", "");
  p.add_solid (input (10), kRed, 0);
  p.add_solid (input (10), kRed, 0);
  EXPECT_EQ (p.run ().size (), 0u);
  EXPECT_TRUE (p.eos ());
  EXPECT_EQ (p.warnings ().size (), 2u);
}

TEST (GridTiming, GapsShowTheBackground)
{
  GridPipeline p ("rows=1 columns=1", output (10));
  p.add_input (input (10));
  p.push (0, timed (solid (p.info (0), kRed), 0, GST_SECOND / 10));
  // An empty buffer with the flag is what a gap event becomes.
  Owned<GstBuffer> gap =
      timed (Owned<GstBuffer>{gst_buffer_new ()}, GST_SECOND / 10, GST_SECOND / 5);
  GST_BUFFER_FLAG_SET (gap.get (), GST_BUFFER_FLAG_GAP);
  p.push (0, std::move (gap));
  p.push (0, timed (solid (p.info (0), kGreen), 3 * GST_SECOND / 10, GST_SECOND / 10));
  p.end (0);
  const Pictures all = p.run ();
  expect_gapless (all, 4, 10);
  EXPECT_EQ (all[0]->at (4, 4), kRed);
  EXPECT_EQ (all[1]->at (4, 4), kBlack);
  EXPECT_EQ (all[2]->at (4, 4), kBlack);
  EXPECT_EQ (all[3]->at (4, 4), kGreen);
}

// In the source's thread: a flagged buffer becomes a gap event of its time.
GstPadProbeReturn to_gap (GstPad *pad, GstPadProbeInfo *info, gpointer)
{
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  if (!GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_GAP)) return GST_PAD_PROBE_OK;
  EXPECT_TRUE (gst_pad_push_event (
      pad, gst_event_new_gap (GST_BUFFER_PTS (buffer), GST_BUFFER_DURATION (buffer))));
  return GST_PAD_PROBE_DROP;
}

TEST (GridTiming, GapEventsShowTheBackgroundAndStopNobody)
{
  GridPipeline p ("rows=1 columns=2", output (10));
  p.add_input (input (10));
  p.add_solid (input (10), kGreen, 9);
  const Owned<GstPad> src{gst_element_get_static_pad (p.source (0), "src")};
  gst_pad_add_probe (src.get (), GST_PAD_PROBE_TYPE_BUFFER, to_gap, nullptr, nullptr);
  auto send = [&] (std::uint64_t first, std::uint64_t count, bool gap) {
    Owned<GstBuffer> buffer =
        timed (solid (p.info (0), kRed), frame_time (first, 10), frame_time (count, 10));
    if (gap) GST_BUFFER_FLAG_SET (buffer.get (), GST_BUFFER_FLAG_GAP);
    p.push (0, std::move (buffer));
  };
  // Frames, a gap in one piece, a frame, and a gap in two up to the end.
  send (0, 1, false);
  send (1, 1, false);
  send (2, 3, true);
  send (5, 1, false);
  send (6, 1, true);
  send (7, 1, true);
  p.end (0);
  const Pictures all = p.run ();
  expect_gapless (all, 9, 10);
  for (std::size_t i = 0; i < 9; i++) {
    EXPECT_EQ (all[i]->at (4, 16), i < 2 || i == 5 ? kRed : kBlack) << i;
    EXPECT_EQ (all[i]->at (20, 16), kGreen) << i;
  }
  EXPECT_EQ (p.error (), "");
}

TEST (GridTiming, AGapAtTheEndCountsInTheLength)
{
  GridPipeline p ("rows=1 columns=2 eos-policy=shortest", output (10));
  p.add_input (input (10));
  p.add_solid (input (10), kGreen, 9);
  const Owned<GstPad> src{gst_element_get_static_pad (p.source (0), "src")};
  gst_pad_add_probe (src.get (), GST_PAD_PROBE_TYPE_BUFFER, to_gap, nullptr, nullptr);
  p.push (0, timed (solid (p.info (0), kRed), 0, frame_time (2, 10)));
  Owned<GstBuffer> gap = timed (solid (p.info (0), kRed), frame_time (2, 10), frame_time (3, 10));
  GST_BUFFER_FLAG_SET (gap.get (), GST_BUFFER_FLAG_GAP);
  p.push (0, std::move (gap));
  p.end (0);
  expect_gapless (p.run (), 5, 10);
}

TEST (GridTiming, OutputRateIsTheHighestInputs)
{
  GridPipeline p;
  p.add_solid (input (10), kRed, 5);
  p.add_solid (input (30000, 1001), kRed, 15);
  p.add_solid (input (0), kRed, 0);
  const Pictures all = p.run ();
  ASSERT_GE (all.size (), 15u);
  EXPECT_EQ (all[0]->info ().fps_n, 30000);
  EXPECT_EQ (all[0]->info ().fps_d, 1001);
}

TEST (GridTiming, UnknownRatesGiveTwentyFive)
{
  for (const std::string &caps : {input (0), raw ("I420", 16, 16, "colorimetry=bt601")}) {
    SCOPED_TRACE (caps);
    GridPipeline p;
    p.add_input (caps);
    p.push (0, timed (solid (p.info (0), kRed), 0, GST_SECOND));
    p.end (0);
    const Pictures all = p.run ();
    expect_gapless (all, 25, 25);
    EXPECT_TRUE (p.warnings ().empty ());
  }
}

// Upstream learns of the end at once, from the flow result and not from its own end.
TEST (GridTiming, UpstreamIsLetGoAtTheEnd)
{
  GridPipeline p ("eos-policy=shortest", output (10));
  p.add_solid (input (10), kRed, 3);
  GstElement *endless = p.add_input (input (10));
  p.play ();
  std::uint64_t n = 0;
  // One frame of the endless input for each of the output's, and some more.
  for (; n < 6; n++)
    p.push (1, timed (solid (p.info (1), kGreen), frame_time (n, 10), GST_SECOND / 10));
  std::size_t frames = 0;
  while (auto picture = p.pull ()) frames++;
  EXPECT_EQ (frames, 3u);
  EXPECT_TRUE (p.eos ());
  // Room for the frames on their way, then the end reaches the source.
  GstFlowReturn flow = GST_FLOW_OK;
  const Owned<GstPad> pad{gst_element_get_static_pad (endless, "src")};
  const gint64 deadline = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;
  while ((flow = gst_pad_get_last_flow_return (pad.get ())) == GST_FLOW_OK &&
         g_get_monotonic_time () < deadline) {
    p.push (1, timed (solid (p.info (1), kGreen), frame_time (n++, 10), GST_SECOND / 10));
    g_thread_yield ();
  }
  EXPECT_EQ (flow, GST_FLOW_EOS);
}

TEST (GridTiming, ShortestReportsTheShortestDuration)
{
  for (const bool shortest : {false, true}) {
    GridPipeline p (shortest ? "eos-policy=shortest" : "");
    for (int seconds : {3, 2, 5})
      g_object_set (p.add_input (input (10)), "duration", seconds * GST_SECOND, nullptr);
    gint64 duration = -1;
    const Owned<GstPad> src{gst_element_get_static_pad (p.grid (), "src")};
    ASSERT_TRUE (gst_pad_query_duration (src.get (), GST_FORMAT_TIME, &duration));
    EXPECT_EQ (duration, static_cast<gint64> ((shortest ? 2 : 5) * GST_SECOND));
  }
}

// Frame n of an input whose times are rounded to milliseconds, as Matroska's are.
void add_rounded (GridPipeline &p, int rate, std::uint64_t count)
{
  const auto rounded = [&] (std::uint64_t n) {
    return (frame_time (n, rate) + GST_MSECOND / 2) / GST_MSECOND * GST_MSECOND;
  };
  p.add_input (input (rate));
  const std::size_t i = p.inputs () - 1;
  for (std::uint64_t n = 0; n < count; n++)
    p.push (i, timed (solid (p.info (i), {50 + static_cast<int> (n), 128, 128}), rounded (n),
                      rounded (n + 1) - rounded (n)));
  p.end (i);
}

// Also if the base class begins a frame of the output more than once, as another input has frames
// that end before.
TEST (GridTiming, EveryFrameOnceBesideFasterInputs)
{
  constexpr int kCount = 60;
  for (const int rate : {24, 30, 60})
    for (const int other : {25, 50, 100, 240}) {
      SCOPED_TRACE (testing::Message () << rate << " beside " << other);
      GridPipeline p ("rows=1 columns=2", output (rate));
      p.add_solid (input (other), kRed, kCount * other / rate);
      add_rounded (p, rate, kCount);
      const Pictures all = p.run ();
      EXPECT_EQ (p.error (), "");
      ASSERT_GE (all.size (), std::size_t{kCount});
      for (std::size_t n = 0; n < kCount; n++)
        EXPECT_EQ (all[n]->at (24, 16)[0], 50 + static_cast<int> (n)) << n;
      const Owned<GstStructure> stats = stats_of (p.pad (1).get ());
      EXPECT_EQ (number (stats.get (), "frames-shown"), guint64{kCount});
      EXPECT_EQ (number (stats.get (), "frames-dropped"), 0u);
      EXPECT_NE (number (stats.get (), "latency"), GST_CLOCK_TIME_NONE);
    }
}

}  // namespace
