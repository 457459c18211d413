// One input's state, judged by the frames that the output shows of it.
#pragma once

#include <gst/gst.h>

#include "elements/grid/enums.h"
#include "elements/grid/timing.h"

namespace quad {

// What the user sets for a pad's states.
struct StateSettings {
  GstClockTime late_after = 0;  // since the last new frame was shown; 0: from the input's rate
  GstClockTime lost_after = 0;
  LostPolicy lost_policy = LostPolicy::hold;
  bool placeholder_while_waiting = false;
  double dim = 0;  // of a picture that is held while the input is lost; 0 to 1
};

inline constexpr StateSettings kStateDefaults;

// The time between two frames: of the caps' rate or, if that is longer, the frame's duration. None
// if neither is known.
GstClockTime frame_interval (FrameRate rate, GstClockTime duration);

// How long a frame may be shown before its input counts as late, and as lost.
struct StateLimits {
  GstClockTime late;
  GstClockTime lost;
};
StateLimits limits_of (const StateSettings &settings, GstClockTime interval);

// Used only by the thread that makes the output. Times are running times.
class StateWatch {
 public:
  // What one output frame shows of the input.
  struct Seen {
    GstClockTime time = 0;  // where the output frame begins
    bool is_new = false;    // a frame that was not shown before
    bool ended = false;     // EOS, and its last frame is over
    bool faulty = false;    // nothing of its stream can be shown
    bool waits = false;     // the output waits for its frames, as for those of files
    GstClockTime interval = GST_CLOCK_TIME_NONE;  // of a new frame
  };

  // The state from this output frame on.
  CellState look (const Seen &seen, const StateSettings &settings);

  // The new frame of the last look () could not be shown after all.
  CellState not_shown (const StateSettings &settings);
  bool was_shown () const { return was_shown_; }

  CellState state () const { return known_.state; }
  // How long the last frame has been shown at `time`; none before the first.
  GstClockTime age (GstClockTime time) const;

 private:
  // What is known of the frames that were shown.
  struct Known {
    CellState state = CellState::waiting;
    GstClockTime since = GST_CLOCK_TIME_NONE;  // the last new frame; none: there was none
    GstClockTime interval = GST_CLOCK_TIME_NONE;
  };
  void judge (const Seen &seen, const StateSettings &settings);

  Known known_, before_;  // before the last look ()
  Seen seen_;
  bool was_shown_ = true;
};

}  // namespace quad
