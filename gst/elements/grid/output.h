// The output's time: where the next frame begins, and when it may be made.
#pragma once

#include <gst/gst.h>

#include <atomic>
#include <condition_variable>
#include <mutex>

namespace quad {

// Each output frame begins where the one before it ended. The base class keeps this position in the
// output's segment, but changes it when inputs come and go: a first buffer sets it back to the
// start time, and releasing the last pad sets it to the beginning. This class restores it. Used
// only by the thread that makes the output.
class OutputPosition {
 public:
  // Begins anew: at the start, and after a flush.
  void reset () { *this = {}; }

  // True if a frame has been handed on.
  bool has_begun () const { return begun_; }

  // Before the first frame: begins at `place`.
  void begin_at (GstClockTime place, GstSegment &output);

  // Sets the position in `output` to where the next frame begins.
  void hold (GstSegment &output);

  // True if the position in `output` is where the next frame begins.
  bool holds (const GstSegment &output) const;

  // A frame has been drawn. It counts once it is handed on, before the next hold ().
  void drawn (GstClockTime pts, GstClockTime duration);

  // The drawn frame has been handed on. If none was drawn, the base class has skipped time (QoS, or
  // no caps yet), and the output goes on from the position in `output`.
  void go_on (const GstSegment &output);

 private:
  bool begun_ = false;
  GstClockTime next_ = GST_CLOCK_TIME_NONE;                               // none: not decided yet
  GstClockTime begin_ = GST_CLOCK_TIME_NONE, end_ = GST_CLOCK_TIME_NONE;  // of the frame drawn
};

// Stops a live output from running ahead of the clock: inputs that have ended, come from files or
// are shifted do not pace it. In PAUSED the clock stands still, unless sinks still wait for their
// first frames (an encoder may need many frames before it gives one).
class Pacer {
 public:
  // True if a frame that begins at the running time `start` may be made now. Else waits until it
  // may or until something happens, and returns false: the caller checks everything again. `output`
  // is the source pad; nobody waits while it is flushing.
  bool due (GstElement *element, GstPad *output, GstClockTime start);

  void play ();
  void pause (GstElement *element);

  // The running time begins at 0 again: at the start, and after a flush.
  void restart ();

  // The running time; none if the output has no clock.
  GstClockTime now (GstElement *element);

  // Call it when `output` has become flushing.
  void wake ();

 private:
  void interrupt ();

  std::mutex lock_;
  std::condition_variable changed_;
  bool playing_ = false;
  GstClockTime paused_at_ = 0;  // running time
  GstClockID waiting_ = nullptr;
};

// Limits how long something is retried that may be over in a moment.
class Patience {
 public:
  // False if it has lasted too long; else waits a little and returns true.
  bool wait ();
  void reset () { since_ = 0; }

 private:
  gint64 since_ = 0;  // monotonic time in microseconds; 0: nothing is wrong
};

}  // namespace quad
