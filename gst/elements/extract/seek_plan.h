// When an element seeks itself, and whether that led where it should.
#pragma once

#include <optional>

#include "core/frame_choice.h"

namespace quad::extract {

// Times of the first two pictures since a seek with which decoding can begin.
struct EntryPoints {
  std::optional<Nanoseconds> first, second;
};

// A landing is good where decoding begins at or before the frame that is wanted; a demuxer may go
// to the middle of a group of pictures. Then the plan goes back in doubling steps, and where that
// does not help, or not at all, everything is decoded from the beginning. Times are the film's.
class SeekPlan {
 public:
  // A stream begins.
  void reset (bool allowed);
  // What comes next does not follow what came last.
  void forget ();
  // No seek any more.
  void give_up ();
  bool allowed () const { return allowed_; }

  // Whether to seek from the frame at `now`, which lasts till `frame_end`, to `wanted`.
  bool worth (bool always, Nanoseconds now, Nanoseconds frame_end, Nanoseconds wanted) const;
  // To where, in a film that ends at `film_end`. Nothing where that is too near.
  std::optional<Nanoseconds> seek (bool always, Nanoseconds now, Nanoseconds wanted,
                                   Nanoseconds film_end);
  // The seek did not go out, as the application seeks.
  void postponed () { forget (); }

  enum class Landing {
    early,  // the frame is before all that counts: it may be damaged
    good,
    bad,  // go back further
  };
  // After a seek: what the next frame is worth, which is damaged or not. Frames are whole from the
  // first of `entries` on, where decoding began; and surely from the second on.
  bool looking () const { return target_ || unsure_; }
  Landing judge (Nanoseconds time, bool damaged, const EntryPoints &entries);
  // At the end of the stream: whether a frame is missing that the seek should have found.
  bool lost () const { return target_ && !found_; }
  // After a bad landing: where to go back to, in a film that begins at `begin`. Nothing where
  // all is to be decoded.
  std::optional<Nanoseconds> back (Nanoseconds begin);
  // Frames before this are there again because of a seek back.
  void resume_at (Nanoseconds time) { resume_at_ = time; }
  bool repeats (Nanoseconds time) const { return time < resume_at_; }

 private:
  // A frame that was damaged, and where decoding had begun.
  struct Damage {
    Nanoseconds time = 0, entry = 0;
  };
  bool is_real (Nanoseconds time, Nanoseconds entry);

  bool allowed_ = true;
  SeekAdvice advice_;
  // How far before the frame to seek to: more where landings were bad. Whoever does not go to a
  // keyframe cuts the frame that is shown where it begins.
  static constexpr Nanoseconds kLeast = kSecond / 2, kMost = 64 * kSecond;
  Nanoseconds margin_ = kLeast;
  std::optional<Nanoseconds> tried_;   // what was last wanted
  std::optional<Nanoseconds> target_;  // what has to be found
  Nanoseconds from_ = 0;
  bool landed_ = false, found_ = false;  // a frame came; the one for the target, so far, is whole
  bool unsure_ = false;                  // damage may be our seek's fault
  std::optional<Damage> damage_, damage_before_;  // the last of this landing, of the one before it
  Nanoseconds resume_at_ = -kUnlimited;
};

}  // namespace quad::extract
