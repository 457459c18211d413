// The output of quadmux-grid has no gaps and never goes back, whatever its inputs do. Live, it
// keeps to the clock.
#include <functional>

#include "elements/grid/live.h"

using namespace quad::test;
using quad::Owned;

namespace {

const Values kRed = {81, 90, 240, 0};
const Values kGreen = {145, 54, 34, 0};
const Values kBlack = {16, 128, 128, 0};

enum class Mode { live, forced, file };

std::string input_caps (int side, int rate)
{
  return raw ("I420", side, side,
              "framerate=(fraction)" + std::to_string (rate) + "/1,colorimetry=bt601");
}

// A grid whose inputs are always some frames ahead of the output.
class Wall : public Live {
 public:
  // `open`: downstream leaves size and rate to the inputs.
  Wall (Mode mode, bool open, const std::string &properties = "")
      : Live (properties + (mode == Mode::forced ? " force-live=true" : ""),
              open ? "video/x-raw,format=I420,colorimetry=bt601" : raw ("I420", 32, 16)),
        mode_ (mode)
  {
  }

  // An input that begins at the output's next frame, or `later` than that.
  std::size_t add (const Values &v, GstClockTime later = 0)
  {
    GstElement *src = add_input (input_caps (16, 10), mode_ == Mode::live);
    g_object_set (src, "handle-segment-change", TRUE, nullptr);
    feeds_.push_back ({v, next_ + later});
    if (GST_STATE (pipeline ()) > GST_STATE_READY) gst_element_sync_state_with_parent (src);
    return feeds_.size () - 1;
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
    bool over = false;
    GstSegment segment = [] {
      GstSegment s;
      gst_segment_init (&s, GST_FORMAT_TIME);
      return s;
    }();
  };

  void one ()
  {
    for (std::size_t i = 0; i < feeds_.size (); i++) feed (i);
    auto picture = next ();
    ASSERT_TRUE (picture) << error ();
    judge (*picture);
    last_ = std::move (picture);
  }

  void feed (std::size_t i)
  {
    Feed &f = feeds_[i];
    // The next frame of a file always waits; a live one comes in its time.
    auto more = [&] {
      return f.next < next_ + 400 * GST_MSECOND ||
             (mode_ == Mode::file && f.last < next_ + GST_SECOND / 5);
    };
    while (!f.over && more ()) {
      const Owned<GstCaps> caps = caps_of (input_caps (f.side, f.rate));
      const GstClockTime duration = GST_SECOND / static_cast<guint64> (f.rate);
      const Owned<GstBuffer> buffer = timed (
          solid (info_of_caps (input_caps (f.side, f.rate)), f.value),
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

struct Happening {
  const char *name;
  // Happens after the first frames, or before them. Returns the input that is seen at the end.
  std::function<Values (Wall &, Mode)> happen;
  bool at_first = false;
};

const Happening kHappenings[] = {
    {"FirstFrameLate",
     [] (Wall &w, Mode mode) {
       if (mode != Mode::file) w.pass (GST_SECOND);
       w.leave_out (0, GST_SECOND);
       return kRed;
     },
     true},
    {"Gap",
     [] (Wall &w, Mode) {
       w.leave_out (0, GST_SECOND);
       return kRed;
     }},
    {"Caps",
     [] (Wall &w, Mode) {
       w.change (0, 32, 10);
       return kRed;
     }},
    {"Rate",
     [] (Wall &w, Mode) {
       w.change (0, 16, 25);
       w.frames (20);
       w.change (0, 16, 10);
       return kRed;
     }},
    {"PadReleasedAndAdded",
     [] (Wall &w, Mode mode) {
       w.release (0);
       if (mode != Mode::file) {
         w.frames (5);
         EXPECT_EQ (w.last ().at (4, 4), kBlack);
         // Size and rate are as before.
         EXPECT_EQ (w.last ().size (), "32x16");
         EXPECT_EQ (w.last ().duration (), GST_SECOND / 10);
       }
       w.add (kGreen);
       return kGreen;
     }},
    {"PadAddedAndReleased",
     [] (Wall &w, Mode) {
       w.add (kGreen, 300 * GST_MSECOND);
       w.frames (5);
       w.release (0);
       return kGreen;
     }},
    {"EosAndNewPad",
     [] (Wall &w, Mode mode) {
       if (mode == Mode::forced) {
         w.stop (0);
         w.frames (20);
         EXPECT_EQ (w.last ().at (4, 4), kBlack);
         w.add (kGreen);
       } else {
         w.add (kGreen);
         w.frames (2);
         w.stop (0);
       }
       return kGreen;
     }},
    {"Segment",
     [] (Wall &w, Mode) {
       w.new_segment (0);
       return kRed;
     }},
    {"Later",
     [] (Wall &w, Mode) {
       gst_pad_set_offset (w.pad (0).get (), 250 * GST_MSECOND);
       return kRed;
     }},
    {"Earlier",
     [] (Wall &w, Mode) {
       gst_pad_set_offset (w.pad (0).get (), -250 * GST_MSECOND);
       return kRed;
     }},
};

using Param = std::tuple<int, Mode, bool>;

class OneLineOfTime : public testing::TestWithParam<Param> {};

TEST_P (OneLineOfTime, WhateverHappens)
{
  const auto &[index, mode, open] = GetParam ();
  const Happening &what = kHappenings[index];
  Wall w (mode, open);
  w.add (kRed);
  w.GridPipeline::play ();
  if (!what.at_first) w.frames (8);
  if (HasFatalFailure ()) return;
  const Values expected = what.happen (w, mode);
  w.frames (20);
  if (HasFatalFailure ()) return;
  // The other half shows another input, or nothing.
  const bool left = w.last ().at (4, 4) == expected;
  EXPECT_TRUE (left || w.last ().at (w.last ().info ().width - 4, 4) == expected);
  EXPECT_EQ (w.error (), "");
}

std::string name_of (const testing::TestParamInfo<Param> &info)
{
  const char *const modes[] = {"Live", "Forced", "File"};
  const auto &[index, mode, open] = info.param;
  return std::string (kHappenings[index].name) + modes[static_cast<int> (mode)] +
         (open ? "Open" : "");
}

INSTANTIATE_TEST_SUITE_P (
    All, OneLineOfTime,
    testing::Combine (testing::Range (0, static_cast<int> (std::size (kHappenings))),
                      testing::Values (Mode::live, Mode::forced, Mode::file), testing::Bool ()),
    name_of);

}  // namespace
