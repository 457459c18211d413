// A grid on a test clock, which the test moves, for tests of live output.
#pragma once

#include <gst/check/gsttestclock.h>

#include <condition_variable>
#include <mutex>

#include "elements/grid/colors.h"

namespace quad::test {

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
  std::size_t input;
  Owned<GstPad> pad;
  std::unique_ptr<Passed> passed;
  bool keeps_pace = true;  // a frame for each of the output
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
    // Threads that wait on the clock are woken by the change of state.
    gst_element_set_state (pipeline (), GST_STATE_NULL);
  }

  // Plays, and returns when each input that has frames has queued one. The clock, which the test
  // moves, does not wait for sources.
  void play ()
  {
    for (std::size_t i = 0; i < sent_.size (); i++) {
      if (sent_[i] < 2) continue;
      Watched w = {i, Owned<GstPad>{gst_element_get_static_pad (source (i), "src")},
                   std::make_unique<Passed> ()};
      gst_pad_add_probe (w.pad.get (), GST_PAD_PROBE_TYPE_BUFFER, Passed::count, w.passed.get (),
                         nullptr);
      watched_.push_back (std::move (w));
    }
    GridPipeline::play ();
    for (Watched &w : watched_) {
      // The second buffer passes here when the first has been taken.
      std::unique_lock guard (w.passed->lock);
      EXPECT_TRUE (w.passed->changed.wait_for (guard, std::chrono::seconds (20),
                                               [&] { return w.passed->buffers >= 2; }));
    }
  }

  void send (std::size_t i, const Values &v, std::uint64_t first, std::uint64_t last)
  {
    sent_.resize (std::max (sent_.size (), i + 1));
    sent_[i] += last - first + 1;
    for (std::uint64_t n = first; n <= last; n++)
      push (i, timed (solid (info (i), v), frame_time (n, 10), GST_SECOND / 10));
  }

  // The next frame. Time goes on by itself when the grid waits for it, or stands still.
  std::unique_ptr<Picture8> next (bool stands = false)
  {
    const gint64 deadline = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;
    while (g_get_monotonic_time () < deadline) {
      if (auto picture = at_once (2 * GST_MSECOND)) return picture;
      auto *clock = GST_TEST_CLOCK (clock_.get ());
      if (stands) {
        if (GstClockID due = gst_test_clock_process_next_clock_id (clock)) gst_clock_id_unref (due);
      } else if (gst_test_clock_peek_id_count (clock) > 0) {
        wait_for_inputs ();
        gst_test_clock_crank (clock);
      }
    }
    ADD_FAILURE () << "no frame: " << error ();
    return nullptr;
  }

  // One more frame if it comes without moving the clock; null if none comes for a while.
  std::unique_ptr<Picture8> at_once (GstClockTime wait = 100 * GST_MSECOND)
  {
    Owned<GstSample> sample{gst_app_sink_try_pull_sample (GST_APP_SINK (out ()), wait)};
    if (!sample) return nullptr;
    shown_++;
    return std::make_unique<Picture8> (std::move (sample));
  }

  void sleep (GstClockTime time)
  {
    gst_test_clock_advance_time (GST_TEST_CLOCK (clock_.get ()),
                                 static_cast<GstClockTimeDiff> (time));
  }
  GstClockTime now () { return gst_clock_get_time (clock_.get ()); }

  // Moves time on to the next time that someone waits for, if any.
  void crank ()
  {
    auto *clock = GST_TEST_CLOCK (clock_.get ());
    if (gst_test_clock_peek_id_count (clock) > 0) gst_test_clock_crank (clock);
  }

 private:
  // The clock would go on past a frame whose source's thread has had no processor yet. An input
  // that does not send a frame for each of the output is waited for once.
  void wait_for_inputs ()
  {
    for (Watched &w : watched_) {
      std::unique_lock guard (w.passed->lock);
      const auto wanted = std::min (sent_[w.input], shown_ + 1);
      w.keeps_pace =
          w.keeps_pace && w.passed->changed.wait_for (guard, std::chrono::milliseconds (200), [&] {
            return static_cast<std::uint64_t> (w.passed->buffers) >= wanted;
          });
    }
  }

  Owned<GstClock> clock_;
  std::uint64_t shown_ = 0;          // frames of the output
  std::vector<std::uint64_t> sent_;  // frames of each input
  std::vector<Watched> watched_;
};

}  // namespace quad::test
