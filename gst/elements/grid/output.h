// The life of quadmux-grid's output: where its next frame begins, and when that one may be made.
#pragma once

#include <gst/gst.h>

#include <atomic>
#include <condition_variable>
#include <mutex>

namespace quad {

// One line of time: each frame begins where the one before it ended. The base class keeps the
// place in the output's segment and loses it where inputs come and go: the first buffer puts it
// back to the start time, whatever has been put out by then, and the release of the last pad puts
// it back to the beginning. Of the thread that makes the output alone.
class Timeline {
 public:
  // A new line: at the start, and after a flush.
  void reset () { *this = {}; }

  // Whether a frame has been handed on.
  bool has_begun () const { return begun_; }

  // Before that: the line begins at `place`.
  void begin_at (GstClockTime place, GstSegment &output);

  // Puts the place in `output` back to where the next frame begins.
  void hold (GstSegment &output);

  // Whether the place in `output` is where the next frame begins.
  bool holds (const GstSegment &output) const;

  // A frame has been drawn; it counts when it has been handed on before the next hold ().
  void drawn (GstClockTime pts, GstClockTime duration);

  // What was drawn has been handed on. Where nothing was, the base class has left time out, for
  // QoS or because no caps are known yet, and the line goes on from the place in `output`.
  void go_on (const GstSegment &output);

 private:
  bool begun_ = false;
  GstClockTime next_ = GST_CLOCK_TIME_NONE;  // none where nothing has decided it
  GstClockTime begin_ = GST_CLOCK_TIME_NONE, end_ = GST_CLOCK_TIME_NONE;  // of the frame drawn
};

// Holds a live output back where it would run ahead of the clock, as with inputs that have ended,
// or come from files, or are shifted. In PAUSED the clock counts as standing still, unless sinks
// still wait for their first frames: an encoder may want many before it gives one.
class Pacer {
 public:
  // Whether a frame that begins at the running time `start` may be made now. If not, waits until
  // it may, or something happens, and returns false: the caller looks at all of it again.
  // `output`: the source pad; while it is flushing nobody waits.
  bool due (GstElement *element, GstPad *output, GstClockTime start);

  void play ();
  void pause (GstElement *element);

  // The running time begins at 0: at the start, and after a flush.
  void restart ();

  // The running time where the output plays by a clock, else none.
  GstClockTime now (GstElement *element);

  // To be called when `output` has become flushing.
  void wake ();

 private:
  void interrupt ();

  std::mutex lock_;
  std::condition_variable changed_;
  bool playing_ = false;
  GstClockTime paused_at_ = 0;  // running time
  GstClockID waiting_ = nullptr;
};

// How long something that may be over in a moment is tried again.
class Patience {
 public:
  // False where it has lasted too long; else waits a little.
  bool wait ();
  void reset () { since_ = 0; }

 private:
  gint64 since_ = 0;  // monotonic, in microseconds; 0: nothing is wrong
};

}  // namespace quad
