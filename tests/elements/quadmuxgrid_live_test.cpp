// quadmux-grid with live inputs, on a clock that stands still unless it is told.
#include <gst/check/gsttestclock.h>

#include <condition_variable>
#include <mutex>

#include "grid_pipeline.h"

using namespace quad::test;
using quad::Owned;

namespace {

const Values kRed = {81, 90, 240, 0};
const Values kGreen = {145, 54, 34, 0};
const Values kBlack = {16, 128, 128, 0};

const std::string kInput = raw ("I420", 16, 16, "framerate=(fraction)10/1,colorimetry=bt601");
const std::string kOutput = raw ("I420", 32, 16, "framerate=(fraction)10/1,colorimetry=bt601");

// Counts the buffers of an input.
struct Passed {
  std::mutex lock;
  std::condition_variable changed;
  int buffers = 0;

  static GstPadProbeReturn count (GstPad *, GstPadProbeInfo *, gpointer data)
  {
    auto &self = *static_cast<Passed *> (data);
    const std::lock_guard guard (self.lock);
    self.buffers++;
    self.changed.notify_all ();
    return GST_PAD_PROBE_OK;
  }
};
struct Watched {
  Owned<GstPad> pad;
  gulong probe;
  std::unique_ptr<Passed> passed;
};

class Live : public GridPipeline {
 public:
  explicit Live (const std::string &properties = "", const std::string &output = kOutput)
      : GridPipeline ("rows=1 columns=2 " + properties, output), clock_{gst_test_clock_new ()}
  {
    gst_pipeline_use_clock (GST_PIPELINE (pipeline ()), clock_.get ());
  }
  ~Live ()
  {
    // Whoever waits on the clock is woken by the change of state.
    gst_element_set_state (pipeline (), GST_STATE_NULL);
  }

  // Plays, and comes back when each input that has frames has queued one: the clock, which
  // the test moves, does not wait for sources.
  void play ()
  {
    for (std::size_t i = 0; i < sent_.size (); i++) {
      if (sent_[i] < 2) continue;
      Watched w = {Owned<GstPad>{gst_element_get_static_pad (source (i), "src")}, 0,
                   std::make_unique<Passed> ()};
      w.probe = gst_pad_add_probe (w.pad.get (), GST_PAD_PROBE_TYPE_BUFFER, Passed::count,
                                   w.passed.get (), nullptr);
      watched_.push_back (std::move (w));
    }
    GridPipeline::play ();
    for (Watched &w : watched_) {
      // The second passes here when the first has been taken.
      std::unique_lock guard (w.passed->lock);
      EXPECT_TRUE (w.passed->changed.wait_for (guard, std::chrono::seconds (20),
                                               [&] { return w.passed->buffers >= 2; }));
      guard.unlock ();
      gst_pad_remove_probe (w.pad.get (), w.probe);
    }
  }

  void send (std::size_t i, const Values &v, std::uint64_t first, std::uint64_t last)
  {
    sent_.resize (std::max (sent_.size (), i + 1));
    sent_[i] += last - first + 1;
    for (std::uint64_t n = first; n <= last; n++)
      push (i, timed (solid (info (i), v), frame_time (n, 10), GST_SECOND / 10));
  }

  // The next frame: time goes on by itself where the grid waits for it, or stands still.
  std::unique_ptr<Picture8> next (bool stands = false)
  {
    const gint64 deadline = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;
    while (g_get_monotonic_time () < deadline) {
      Owned<GstSample> sample{
          gst_app_sink_try_pull_sample (GST_APP_SINK (out ()), 10 * GST_MSECOND)};
      if (sample) return std::make_unique<Picture8> (std::move (sample));
      auto *clock = GST_TEST_CLOCK (clock_.get ());
      if (stands) {
        if (GstClockID due = gst_test_clock_process_next_clock_id (clock)) gst_clock_id_unref (due);
      } else if (gst_test_clock_peek_id_count (clock) > 0) {
        gst_test_clock_crank (clock);
      }
    }
    ADD_FAILURE () << "no frame: " << error ();
    return nullptr;
  }

  GstClockTime now () { return gst_clock_get_time (clock_.get ()); }

 private:
  Owned<GstClock> clock_;
  std::vector<std::uint64_t> sent_;  // frames of each input
  std::vector<Watched> watched_;
};

TEST (GridLive, AnInputThatNeverStartsStopsNobody)
{
  Live p;
  p.add_input (kInput, true);
  p.add_input (kInput, true);
  p.send (0, kRed, 0, 30);
  p.play ();
  for (std::uint64_t i = 0; i < 10; i++) {
    const auto picture = p.next ();
    ASSERT_TRUE (picture);
    EXPECT_EQ (picture->pts (), frame_time (i, 10));
    EXPECT_EQ (picture->at (4, 4), kRed) << i;
    EXPECT_EQ (picture->at (20, 4), kBlack) << i;
  }
}

// Frames come as soon as the inputs that have started have theirs: nobody moves the clock.
TEST (GridLive, InactivePadsAreNotWaitedFor)
{
  Live p;
  p.add_input (kInput, true);
  p.add_input (kInput, true);
  p.send (0, kRed, 0, 30);
  p.play ();
  for (std::uint64_t i = 0; i < 10; i++) {
    const auto picture = p.next (true);
    ASSERT_TRUE (picture);
    EXPECT_EQ (picture->pts (), frame_time (i, 10));
    EXPECT_EQ (picture->at (4, 4), kRed) << i;
  }
  EXPECT_EQ (p.now (), 0u);
}

TEST (GridLive, InactivePadsAreWaitedForWhereTheyAreNotIgnored)
{
  Live p ("ignore-inactive-pads=false");
  p.add_input (kInput, true);
  p.add_input (kInput, true);
  p.send (0, kRed, 0, 30);
  p.play ();
  for (std::uint64_t i = 0; i < 10; i++) {
    const auto picture = p.next ();
    ASSERT_TRUE (picture);
    EXPECT_EQ (picture->pts (), frame_time (i, 10));
    EXPECT_EQ (picture->at (4, 4), kRed) << i;
    EXPECT_EQ (picture->at (20, 4), kBlack) << i;
    // Its time and the latency, known from the first frame on, have to be over.
    if (i > 0) {
      EXPECT_GE (p.now (), frame_time (i + 1, 10)) << i;
    }
  }
}

// All inputs are inactive then, which is not the end.
TEST (GridLive, NobodyHasStartedAndTheOutputGoesOn)
{
  Live p;
  p.add_input (kInput, true);
  p.add_input (kInput, true);
  p.play ();
  for (std::uint64_t i = 0; i < 5; i++) {
    const auto picture = p.next ();
    ASSERT_TRUE (picture);
    EXPECT_EQ (picture->pts (), frame_time (i, 10));
    EXPECT_EQ (picture->at (4, 4), kBlack) << i;
  }
  // And who starts late is shown.
  p.send (0, kRed, 5, 30);
  p.send (1, kGreen, 5, 30);
  std::unique_ptr<Picture8> picture;
  for (int i = 0; i < 10 && (!picture || picture->at (4, 4) != kRed); i++) {
    picture = p.next ();
    ASSERT_TRUE (picture);
  }
  EXPECT_EQ (picture->at (4, 4), kRed);
}

TEST (GridLive, AnInputThatStallsStopsNobody)
{
  Live p;
  p.add_input (kInput, true);
  p.add_input (kInput, true);
  p.set_pad (1, "max-last-buffer-repeat", 150 * GST_MSECOND);
  p.send (0, kRed, 0, 30);
  p.send (1, kGreen, 0, 2);
  p.play ();
  for (std::uint64_t i = 0; i < 10; i++) {
    const auto picture = p.next ();
    ASSERT_TRUE (picture);
    EXPECT_EQ (picture->pts (), frame_time (i, 10));
    EXPECT_EQ (picture->at (4, 4), kRed) << i;
    // Its last frame ends at 0.3 s and is kept for 0.15 s more.
    EXPECT_EQ (picture->at (20, 4), i <= 4 ? kGreen : kBlack) << i;
  }
}

TEST (GridLive, AllStallAndTheOutputGoesOn)
{
  Live p;
  p.add_input (kInput, true);
  p.send (0, kRed, 0, 1);
  p.play ();
  for (std::uint64_t i = 0; i < 8; i++) {
    const auto picture = p.next ();
    ASSERT_TRUE (picture);
    EXPECT_EQ (picture->pts (), frame_time (i, 10));
  }
  // The frame of 0.7 s is not made before its time and the latency, 0.1 s, are over.
  EXPECT_GE (p.now (), 800 * GST_MSECOND);
}

TEST (GridLive, ForcedWithoutAnyInput)
{
  Live p ("force-live=true");
  p.add_input (kInput);
  p.play ();
  for (std::uint64_t i = 0; i < 4; i++) {
    const auto picture = p.next ();
    ASSERT_TRUE (picture);
    EXPECT_EQ (picture->at (4, 4), kBlack);
  }
}

TEST (GridLive, ForcedWithoutASizeWaitsForAnInputsCaps)
{
  Live p ("force-live=true", "video/x-raw,framerate=10/1");
  p.add_input (kInput);
  p.send (0, kRed, 0, 50);
  p.play ();
  const auto picture = p.next ();
  ASSERT_TRUE (picture);
  EXPECT_EQ (picture->size (), "32x16");
}

TEST (GridLive, ShortestEndsLiveToo)
{
  Live p ("eos-policy=shortest");
  p.add_input (kInput, true);
  p.add_input (kInput, true);
  p.send (0, kRed, 0, 4);
  p.end (0);
  p.send (1, kGreen, 0, 20);
  p.play ();
  for (std::uint64_t i = 0; i < 5; i++) ASSERT_TRUE (p.next ()) << i;
  EXPECT_FALSE (p.pull ());
  EXPECT_TRUE (p.eos ());
}

TEST (GridLive, LatencyIsTheInputsPlusAFramePlusWhatIsSet)
{
  const struct {
    const char *properties;
    GstClockTime expected;  // in milliseconds
  } cases[] = {{"", 20 + 100},
               {"latency=30000000", 20 + 100 + 30},
               {"min-upstream-latency=50000000", 50 + 100}};
  for (const auto &c : cases) {
    SCOPED_TRACE (c.properties);
    Live p (c.properties);
    g_object_set (p.add_input (kInput, true), "min-latency", gint64{20 * GST_MSECOND}, nullptr);
    p.send (0, kRed, 0, 10);
    p.play ();
    ASSERT_TRUE (p.next ());
    const Owned<GstQuery> query{gst_query_new_latency ()};
    const Owned<GstPad> src{gst_element_get_static_pad (p.grid (), "src")};
    ASSERT_TRUE (gst_pad_query (src.get (), query.get ()));
    gboolean live = FALSE;
    GstClockTime min = 0, max = 0;
    gst_query_parse_latency (query.get (), &live, &min, &max);
    EXPECT_TRUE (live);
    EXPECT_EQ (min, c.expected * GST_MSECOND);
  }
}

}  // namespace
