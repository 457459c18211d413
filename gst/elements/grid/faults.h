// The faults of an input. A fault stays at its pad; the other inputs go on.
#pragma once

#include <gst/base/gstaggregator.h>

#include <set>
#include <string>

struct GstQuadMuxGrid;

namespace quad {

// What is wrong with an input's stream as it arrives. Nothing of the input is shown until it is
// right again. Each text is the end of a sentence after "The input of sink_0"; empty: no fault.
// Protected by the pad's stream lock.
struct StreamProblems {
  std::string caps;
  std::string segment;
  std::string times;
  std::string told;  // the fault that the output knows

  // True if its buffers have no place in time. An input with bad caps alone still has times and
  // keeps its pace.
  bool untimed () const { return !segment.empty () || !times.empty (); }
  const std::string &first () const
  {
    return !segment.empty () ? segment : !times.empty () ? times : caps;
  }
};

// An input's faults as the output sees them: faults of the stream and of single frames. Only the
// thread that makes the output uses it.
class InputFault {
 public:
  // True if the user should be told this sentence. The same fault is not told again while it comes
  // and goes.
  bool is_news (const std::string &sentence);

  // The stream has this fault; an empty sentence: it is right again. Returns as is_news ().
  bool set_stream (const std::string &sentence, bool untimed);
  bool bad_frame (const std::string &sentence, GstClockTime now);  // `now`: running time
  void good_frame (GstClockTime now);
  void unseen_frame ();  // a frame that was not checked

  bool stream_is_bad () const { return !stream_.empty (); }
  bool is_untimed () const { return untimed_; }
  // True if the input counts as ended: its stream has a fault, or all of its frames have had one,
  // or all frames of the last second.
  bool is_out () const { return stream_is_bad () || lasts_; }
  const std::string &sentence () const { return stream_is_bad () ? stream_ : frame_; }

  void flushed ();

 private:
  std::string stream_, frame_;
  bool untimed_ = false;
  bool lasts_ = false;
  bool had_good_ = false;
  GstClockTime bad_since_ = GST_CLOCK_TIME_NONE;
  GstClockTime good_since_ = GST_CLOCK_TIME_NONE;
  std::set<std::string> said_;
};

// Why frames of these caps, or in this segment, cannot be shown; empty if they can.
std::string problem_with (const GstCaps *caps);
std::string problem_with (const GstSegment &segment);

// Stops caps that cannot be drawn at the pad. If the base class refused them, upstream would end
// the pipeline.
void stop_bad_caps (GstPad *pad);

// Sets whether the output waits for the input's next buffer. (The base class waits unless the input
// has ended.) A live output waits no longer than a frame's time in any case.
void wait_for_input (GstQuadMuxGrid *self, GstAggregatorPad *pad, bool waits);

// Tells the output, after the buffers before it, if the input's fault has changed. With the pad's
// stream lock.
void tell_problem (GstQuadMuxGrid *self, GstAggregatorPad *pad);
// Receives that; false for other events.
bool take_problem (GstQuadMuxGrid *self, GstAggregatorPad *pad, GstEvent *event);

// A frame of the input cannot be shown: warns. Returns true if that ends the output.
bool take_bad_frame (GstQuadMuxGrid *self, GstAggregatorPad *pad, const std::string &sentence,
                     const std::string &detail, GstClockTime now);

// True if only faulty inputs are left; an error has been posted then. Only the thread that makes
// the output calls it.
bool fails_without_inputs (GstQuadMuxGrid *self);

// A gap in place of a frame that cannot be shown, so that the input keeps its pace.
GstBuffer *gap_for (GstBuffer *buffer);

// True for what the base class, or gap_for (), puts where an input has no frame.
bool is_gap (GstBuffer *buffer);

}  // namespace quad
