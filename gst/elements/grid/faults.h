// What an input does wrong, and what becomes of it: a fault stops at its pad.
#pragma once

#include <gst/base/gstaggregator.h>

#include <set>
#include <string>

struct GstQuadMuxGrid;

namespace quad {

// What is wrong with an input's stream, as it arrives: nothing of it is shown until it is
// right again. Each is the end of a sentence after "The input of sink_0"; empty where all
// is well. By the pad's stream lock.
struct StreamProblems {
  std::string caps;
  std::string segment;
  std::string times;
  std::string told;  // what the output was told last

  // Whether its buffers have no place in time. With bad caps alone they have, and the input
  // keeps its pace.
  bool untimed () const { return !segment.empty () || !times.empty (); }
  const std::string &first () const
  {
    return !segment.empty () ? segment : !times.empty () ? times : caps;
  }
};

// An input's faults as the output meets them: those of its stream, and those of single
// frames. By the pad's lock.
class InputFault {
 public:
  // Whether the user is to be told this sentence: not again while the same fault comes and goes.
  bool is_news (const std::string &sentence);

  // An empty sentence says that the stream is right again. As is_news.
  bool set_stream (const std::string &sentence, bool untimed);
  bool bad_frame (const std::string &sentence, GstClockTime now);  // `now`: running time
  void good_frame (GstClockTime now);
  void unseen_frame ();  // nobody has looked whether it is good

  bool stream_is_bad () const { return !stream_.empty (); }
  bool is_untimed () const { return untimed_; }
  // Whether the input counts as ended: its stream is bad, or its frames have been since the
  // first, or for a second.
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

// Why frames of `caps`, or with times in `segment`, cannot be shown; empty where they can.
std::string problem_with (const GstCaps *caps);
std::string problem_with (const GstSegment &segment);

// Lets no caps pass that cannot be drawn: upstream would be refused, and end the pipeline.
void stop_bad_caps (GstPad *pad);

// Whether the output waits for the input's next buffer: the base class does so where it has not
// ended. A live one waits for none beyond a frame's time, and no input has to end.
void wait_for_input (GstQuadMuxGrid *self, GstAggregatorPad *pad, bool waits);

// Tells the output, in its turn after the buffers before, what is wrong with the input now,
// if that has changed. With the pad's stream lock.
void tell_problem (GstQuadMuxGrid *self, GstAggregatorPad *pad);
// Takes it there; false for other events.
bool take_problem (GstQuadMuxGrid *self, GstAggregatorPad *pad, GstEvent *event);

// A frame of the input cannot be shown: says so, and is true where that ends the output.
bool take_bad_frame (GstQuadMuxGrid *self, GstAggregatorPad *pad, const std::string &sentence,
                     const std::string &detail, GstClockTime now);

// Whether inputs are faulty and no other is left: then an error has been posted.
bool fails_without_inputs (GstQuadMuxGrid *self);

// Takes the place of a frame that cannot be shown, so that its input keeps its pace.
GstBuffer *gap_for (GstBuffer *buffer);

}  // namespace quad
