// Decides where to seek to, and whether the landing is good.
#pragma once

#include <optional>

#include "core/frame_choice.h"

namespace quad::extract {

// Times of the first two pictures since a seek with which decoding can begin.
struct EntryPoints {
  std::optional<Nanoseconds> first, second;
};

// A landing is good if decoding begins at or before the wanted frame. A demuxer may land in the
// middle of a group of pictures. Then the plan goes back in doubling steps. If that does not help,
// everything is decoded from the beginning.
//
// Times are the film's. Calls nothing of GStreamer; one thread at a time.
class SeekPlan {
 public:
  // A stream begins.
  void reset (bool allowed);
  // The next frame does not follow the last one.
  void forget ();
  // No more seeks.
  void give_up ();
  bool allowed () const { return allowed_; }

  // True if a seek from the frame at `now`, which lasts until `frame_end`, to `wanted` is worth it.
  // `always`: unless it is the next frame; else if that saves decoding.
  bool worth (bool always, Nanoseconds now, Nanoseconds frame_end, Nanoseconds wanted) const;
  // Where to seek to, in a film that ends at `film_end`. Nothing if that is too near.
  std::optional<Nanoseconds> seek (bool always, Nanoseconds now, Nanoseconds wanted,
                                   Nanoseconds film_end);
  // The seek was not sent, as the application seeks.
  void postponed () { forget (); }

  enum class Landing {
    early,  // drop the frame: it was decoded without what it refers to
    good,   // the frame counts
    bad,    // go back further
  };
  // True if frames must be judged.
  bool looking () const { return target_ || unsure_; }
  // Judges the next frame after a seek. Decoding began at the first of `entries`. Frames from there
  // on should be whole; from the second one on they are.
  Landing judge (Nanoseconds time, bool damaged, const EntryPoints &entries);
  // At the end of the stream: true if the seek has not found its frame.
  bool lost () const { return target_ && !found_; }
  // After a bad landing: where to seek to next, in a film that begins at `begin`. Nothing: decode
  // everything.
  std::optional<Nanoseconds> back (Nanoseconds begin);
  // Frames before `time` come again because of a seek back.
  void resume_at (Nanoseconds time) { resume_at_ = time; }
  bool repeats (Nanoseconds time) const { return time < resume_at_; }

 private:
  // A damaged frame, and where decoding had begun.
  struct Damage {
    Nanoseconds time = 0, entry = 0;
  };
  bool is_real (Nanoseconds time, Nanoseconds entry);
  Landing accept ();

  bool allowed_ = true;
  SeekAdvice advice_;
  // How far before the frame to seek; more after bad landings. Sources that ignore KEY_UNIT clip
  // the frame at the seek position: aim half a second early, until a frame has come from before
  // the position. Then what begins right before the frame is not missed.
  static constexpr Nanoseconds kLeast = kSecond / 2, kMost = 64 * kSecond;
  Nanoseconds margin_ = kLeast;
  bool may_trust_ = true;  // no landing was bad
  bool trusted_ = false;
  std::optional<Nanoseconds> tried_;   // the time that was last sought for
  std::optional<Nanoseconds> target_;  // the time whose frame has to be found
  Nanoseconds from_ = 0, there_ = 0;   // where the seek began, and where to
  bool landed_ = false;                // a frame came
  bool from_before_ = false;           // the first one was from before `there_`
  bool found_ = false;                 // and the best frame for the target so far is whole
  bool unsure_ = false;                // a damaged frame may be our seek's fault
  std::optional<Damage> damage_,
      damage_before_;  // the last one of this landing, and of the landing before
  Nanoseconds resume_at_ = -kUnlimited;
};

}  // namespace quad::extract
