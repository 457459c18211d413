// A grid whose inputs are always some frames ahead of the output, in one line of time.
#pragma once

#include <atomic>
#include <memory>

#include "elements/grid/live.h"

namespace quad::test {

enum class Mode { live, forced, file };

inline std::string input_caps (int side, int rate)
{
  return raw ("I420", side, side,
              "framerate=(fraction)" + std::to_string (rate) + "/1,colorimetry=bt601");
}

// Each frame is checked: it begins where the one before ended, and a live one keeps to the clock.
class Wall : public Live {
 public:
  // `output`: caps. Downstream may leave size and rate to the inputs.
  Wall (Mode mode, const std::string &output, const std::string &properties = "")
      : Live (properties + (mode == Mode::forced ? " force-live=true" : ""), output), mode_ (mode)
  {
  }

  // An input that begins at the output's next frame, or `later` than that.
  std::size_t add (const Values &v, GstClockTime later = 0)
  {
    const std::size_t i = link (v, later);
    start (i);
    return i;
  }
  // The same in two steps.
  std::size_t link (const Values &v, GstClockTime later = 0)
  {
    GstElement *src = add_input (input_caps (16, 10), mode_ == Mode::live);
    g_object_set (src, "handle-segment-change", TRUE, nullptr);
    feeds_.push_back ({v, next_ + later});
    feeds_.back ().started = false;
    return feeds_.size () - 1;
  }
  void start (std::size_t i)
  {
    feeds_[i].next = std::max (feeds_[i].next, next_);
    feeds_[i].started = true;
    if (GST_STATE (pipeline ()) > GST_STATE_READY) gst_element_sync_state_with_parent (source (i));
  }
  // From now on the brightness tells each frame's time. Time waits for them: none misses its output
  // frame for want of processors.
  void number (std::size_t i)
  {
    using Time = std::atomic<GstClockTime>;
    feeds_[i].passed = std::make_shared<Time> (0);
    const auto pass = [] (GstPad *, GstPadProbeInfo *info, gpointer time) {
      **static_cast<std::shared_ptr<Time> *> (time) =
          GST_BUFFER_PTS (GST_PAD_PROBE_INFO_BUFFER (info));
      return GST_PAD_PROBE_OK;
    };
    const Owned<GstPad> src{gst_element_get_static_pad (source (i), "src")};
    gst_pad_add_probe (src.get (), GST_PAD_PROBE_TYPE_BUFFER, pass,
                       new std::shared_ptr<Time> (feeds_[i].passed),
                       [] (gpointer time) { delete static_cast<std::shared_ptr<Time> *> (time); });
  }
  static int brightness_at (GstClockTime time)
  {
    return 30 + 2 * static_cast<int> (time / (GST_SECOND / 10) % 100);
  }

  // From now on frames of this kind come.
  void change (std::size_t i, int side, int rate)
  {
    feeds_[i].side = side;
    feeds_[i].rate = rate;
  }
  // From now on times count from here, 5 seconds into the stream.
  void new_segment (std::size_t i)
  {
    GstSegment &s = feeds_[i].segment;
    s.start = s.time = 5 * GST_SECOND;
    s.base = feeds_[i].next;
  }
  void leave_out (std::size_t i, GstClockTime time) { feeds_[i].next += time; }
  // The test removes it by itself.
  void forget (std::size_t i) { feeds_[i].over = true; }
  void stop (std::size_t i)
  {
    feeds_[i].over = true;
    end (i);
  }
  void release (std::size_t i)
  {
    const Owned<GstPad> sink = pad (i);
    const Owned<GstPad> src{gst_pad_get_peer (sink.get ())};
    feeds_[i].over = true;
    gst_pad_unlink (src.get (), sink.get ());
    gst_element_release_request_pad (grid (), sink.get ());
    gst_element_set_locked_state (source (i), TRUE);
    gst_element_set_state (source (i), GST_STATE_NULL);
    gst_bin_remove (GST_BIN (pipeline ()), source (i));
  }

  // Lets `time` pass on the clock. Checks frames that come too.
  void pass (GstClockTime time)
  {
    const GstClockTime end = now () + time;
    while (now () < end) {
      while (auto picture = at_once (2 * GST_MSECOND)) judge (*picture);
      crank ();
    }
  }

  // The next `count` frames.
  void frames (int count)
  {
    for (int i = 0; i < count && !testing::Test::HasFatalFailure (); i++) one ();
  }

  const Picture8 &last () const { return *last_; }
  GstClockTime end_of_last () const { return next_; }

 private:
  struct Feed {
    Values value;
    GstClockTime next;      // in running time
    GstClockTime last = 0;  // of what has been sent
    int side = 16, rate = 10;
    bool over = false, started = true;
    // Of a numbered one: the time of the last frame that has left the source.
    std::shared_ptr<std::atomic<GstClockTime>> passed;
    GstSegment segment = [] {
      GstSegment s;
      gst_segment_init (&s, GST_FORMAT_TIME);
      return s;
    }();
  };

  void one ()
  {
    for (std::size_t i = 0; i < feeds_.size (); i++) feed (i);
    for (std::size_t i = 0; i < feeds_.size (); i++)
      if (feeds_[i].passed && feeds_[i].started && !feeds_[i].over && mode_ != Mode::file)
        wait_for_frame (i);
    auto picture = next ();
    ASSERT_TRUE (picture) << error ();
    judge (*picture);
    last_ = std::move (picture);
  }

  static Values value_of (const Feed &f)
  {
    Values v = f.value;
    if (f.passed) v[0] = brightness_at (f.next);
    return v;
  }

  // Returns when the grid has the frame of the next output frame, because the one after it comes.
  void wait_for_frame (std::size_t i)
  {
    const gint64 deadline = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;
    while (*feeds_[i].passed <= next_) {
      ASSERT_LT (g_get_monotonic_time (), deadline) << "input " << i << ": " << error ();
      g_usleep (500);
    }
  }

  void feed (std::size_t i)
  {
    Feed &f = feeds_[i];
    // The next frame of a file always waits; a live one comes in its time.
    auto more = [&] {
      return f.next < next_ + 400 * GST_MSECOND ||
             (mode_ == Mode::file && f.last < next_ + GST_SECOND / 5);
    };
    while (f.started && !f.over && more ()) {
      const Owned<GstCaps> caps = caps_of (input_caps (f.side, f.rate));
      const GstClockTime duration = GST_SECOND / static_cast<guint64> (f.rate);
      const Owned<GstBuffer> buffer = timed (
          solid (info_of_caps (input_caps (f.side, f.rate)), value_of (f)),
          gst_segment_position_from_running_time (&f.segment, GST_FORMAT_TIME, f.next), duration);
      const Owned<GstSample> sample{
          gst_sample_new (buffer.get (), caps.get (), &f.segment, nullptr)};
      ASSERT_EQ (gst_app_src_push_sample (GST_APP_SRC (source (i)), sample.get ()), GST_FLOW_OK);
      f.last = f.next;
      f.next += duration;
    }
  }

  void judge (const Picture8 &picture)
  {
    const bool first = !begun_;
    begun_ = true;
    if (!first) {
      EXPECT_EQ (picture.pts (), next_);
    }
    ASSERT_GT (picture.duration (), 0u);
    ASSERT_LE (picture.duration (), GST_SECOND / 10 + 1);
    next_ = picture.pts () + picture.duration ();
    if (mode_ == Mode::file) return;
    EXPECT_LE (picture.pts (), now ());
    // Its time, the latency of a frame, and a frame that has passed since then.
    if (!first) {
      EXPECT_GE (picture.pts () + 3 * GST_SECOND / 10, now ());
    }
  }

  Mode mode_;
  std::vector<Feed> feeds_;
  std::unique_ptr<Picture8> last_;
  GstClockTime next_ = 0;
  bool begun_ = false;
};

}  // namespace quad::test
