// Chooses the frames that answer the requests.
#pragma once

#include <optional>

#include "elements/extract/frame.h"
#include "elements/extract/settings.h"

namespace quad::extract {

// One request.
struct Request {
  guint64 index = 0;  // its place in the list, or a running number
  // As the user wrote it. GST_CLOCK_TIME_NONE if frames are picked as they come.
  guint64 requested = GST_CLOCK_TIME_NONE;
  Nanoseconds time = 0;
};

// The next step.
struct Step {
  enum class Do {
    nothing,     // until the next frame comes
    emit,        // hand `frame` on for `request`; then call emitted ()
    miss,        // report that `request`, or all up to `last`, has no frame; then call missed ()
    warn,        // of a jump of the times, from `from` to `to`
    look_ahead,  // nothing is wanted before `to`, and the film has come to `from`
    finish,      // all requests are done; then call finish ()
  };
  Do what = Do::nothing;
  Request request, last;
  Frame *frame = nullptr;
  bool keep = false;             // the frame may be needed again
  const char *reason = nullptr;  // of a miss
  Nanoseconds from = 0, to = 0;
};

// The segment that a frame lies in.
struct Showing {
  std::optional<Nanoseconds> begin;  // where it begins; ticks before are left out
  bool from_beginning = false;       // the film is shown from its beginning
};

// Owns the targets and the frame that is held, until it is known which times that is for. Frames
// go in one by one; after each, next () says step by step what to do, until it says `nothing`.
//
//   selector.take (std::move (frame), showing);
//   for (Step s = selector.next (); s.what != Step::Do::nothing; s = selector.next ()) ...
//
// If a step fails, drop () what is left to do. A step's frame is valid until the next call. No
// step searches the list one by one, so a long list costs no more than a short one.
//
// Calls no pad and no element. The streaming thread's.
class Selector {
 public:
  // A stream begins.
  void begin (const StreamSettings &settings);
  // Begins again with the first target.
  void restart ();
  // The next frame does not follow the last one.
  void forget_frame ();
  // The same after a seek of our own, where the last frame may still be repeated.
  void interrupt () { last_.reset (); }

  // Gives a frame its place in time. One without a time follows the one before it, or begins at
  // `begin`. One that goes back in time is shown at once.
  void place (Frame &frame, std::optional<Nanoseconds> time,
              std::optional<Nanoseconds> begin) const;

  // The next frame.
  void take (Frame frame, const Showing &showing);
  // A frame that was taken before and comes again after a seek back.
  void pass (const Frame &frame);
  // No more frames come: of the segment, or of the film if it has `ended`. `over` is the time where
  // the segment or the film should end.
  void drain (bool ended, Nanoseconds over);
  Step next ();
  void drop ();

  void emitted () { extracted_++; }
  void missed (const Step &step) { missed_ += count_of (step); }
  // Nothing more is selected.
  void finish ();

  // How many requests a miss stands for.
  static guint64 count_of (const Step &step) { return step.last.index - step.request.index + 1; }

  bool finished () const { return finished_; }
  bool is_begun () const { return last_.has_value (); }
  // When the last frame began; nothing if the next one does not follow it.
  std::optional<Nanoseconds> last () const { return last_; }
  // When that is over.
  Nanoseconds frame_end () const { return frame_end_; }
  // Until when frames are wanted: the next target at least, and kUnlimited at most.
  Nanoseconds wanted () const;
  // From when on frames are wanted.
  Nanoseconds part_begin () const;
  guint64 extracted () const { return extracted_; }
  guint64 missed () const { return missed_; }
  // How many requests there are in a film that ends at `film_end`. 0: not known.
  guint64 total (Nanoseconds film_end) const;

 private:
  bool is_remainder (const Frame &frame) const;
  Step next_number ();
  Step next_index ();
  Step next_time ();
  Step next_at_end ();
  Step pick (std::optional<Frame> &frame);
  Step meet (Frame *earlier, Frame *later, bool past_end, Nanoseconds limit);
  const char *why_not (const Frame *frame, bool past_end, bool none_after, Nanoseconds time) const;
  Step miss_run (const char *reason, Nanoseconds until);
  ChoiceRule rule_for (const Frame *earlier, const Frame *later) const;
  Request request_of (const Target &target) const;
  void begin_ticks ();
  void hold (Frame frame);
  bool is_jump (const Frame &frame) const;
  bool is_too_long (const FrameLength &length) const;
  Nanoseconds believed_end () const;
  Nanoseconds end_of_last (Nanoseconds over) const;
  bool is_full () const { return settings_.max_frames > 0 && extracted_ >= settings_.max_frames; }
  Frame *held () { return last_ && held_ ? &*held_ : nullptr; }

  StreamSettings settings_;
  Targets targets_;
  bool have_targets_ = false;
  Nanoseconds first_tick_ = 0;
  guint64 count_ = 0, extracted_ = 0, missed_ = 0;
  bool finished_ = false;

  std::optional<Frame> held_;
  std::optional<Nanoseconds> last_;
  Nanoseconds frame_end_ = 0;

  // Open steps: for a new frame, or at an end.
  std::optional<Frame> incoming_, picked_;
  Showing showing_;
  bool jump_ = false;  // the times jump to the frame that came
  bool draining_ = false, ended_ = false;
  std::optional<Step> warning_;  // before all else at an end
  Nanoseconds limit_ = 0;        // targets before this are answered now
  Nanoseconds over_ = kUnlimited;
};

}  // namespace quad::extract
