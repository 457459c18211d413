// Which frames of a stream meet the times that frames are wanted for.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace quad {

using Nanoseconds = std::int64_t;  // of the film: 0 is where it begins

inline constexpr Nanoseconds kSecond = 1'000'000'000;
inline constexpr Nanoseconds kUnlimited = std::numeric_limits<Nanoseconds>::max ();

// Containers round times, Matroska by default to the nearest millisecond
// (https://www.rfc-editor.org/rfc/rfc9559#section-11.1). So that a tick of 24/1 at 41.667 ms
// meets the frame that is stored at 42 ms, a frame counts as shown this much early. So does the
// end of the last one: the tick at 10 s of a film of 10 s whose end was rounded up is none.
inline constexpr Nanoseconds kRounding = 500'000;

// No frame is taken for shorter than this: durations of 0, 1 ns and 1 ms stand for one that is
// not known.
inline constexpr Nanoseconds kShortestFrame = 2 * kRounding;

enum class Policy {
  played_at,  // the frame on screen: the last one that begins at or before the time
  nearest,    // the frame that begins nearest to it; of two, the earlier one
  next,       // the first frame that begins at or after it
};

// How far a frame may begin before and after the time it is wanted for. Unlimited
// means any frame that the policy names; with played_at a later frame is taken only
// within a limit, where no earlier one will do.
struct ChoiceRule {
  Policy policy = Policy::played_at;
  Nanoseconds before = kUnlimited;
  Nanoseconds after = kUnlimited;
};

enum class FrameChoice { none, earlier, later };

// What meets `time`, of the last frame that begins at or before it (but for kRounding)
// and the first one that begins after it; their times, or nothing where there is none.
// Past the end of the last frame, that one is taken only within a limit.
FrameChoice choose (const ChoiceRule &rule, Nanoseconds time, std::optional<Nanoseconds> earlier,
                    std::optional<Nanoseconds> later, bool past_end = false);

// Policy::played_at for all times at once, of two frames that follow each other: until when the
// choice for `time` stays the same, at most until `later` is on screen. kUnlimited without one.
Nanoseconds same_until (const ChoiceRule &rule, Nanoseconds time,
                        std::optional<Nanoseconds> earlier, std::optional<Nanoseconds> later);

// Whether a frame that begins at `begin` is after `time`.
constexpr bool is_after (Nanoseconds begin, Nanoseconds time) { return begin - kRounding > time; }

// Whether a frame that is shown until `end`, and no other follows, is over at `time`.
constexpr bool is_over (Nanoseconds end, Nanoseconds time) { return !is_after (end, time); }

// What is known of how long a frame is shown, where none follows; 0 is unknown.
struct FrameLength {
  Nanoseconds said = 0;      // by the frame itself
  Nanoseconds usual = 0;     // by the stream's frame rate
  Nanoseconds previous = 0;  // how long the one before it was shown

  bool is_known () const { return said > kShortestFrame; }
  // What to go by where `said` is not to be believed.
  Nanoseconds guess () const;
  Nanoseconds best () const { return is_known () ? said : guess (); }
};

// Until when the last frame, which begins at `begin`, is shown in a film that ends at `film_end`
// (kUnlimited: unknown). Where the frame does not say how long, that is until the film ends, but
// no shorter than usual. Where the film ends more than kLongestGuess later, it was cut off.
inline constexpr Nanoseconds kLongestGuess = 10 * kSecond;
Nanoseconds last_end (Nanoseconds begin, const FrameLength &length, Nanoseconds film_end);

struct Target {
  std::uint64_t index = 0;  // its place among what was asked for
  Nanoseconds time = 0;
};

// The times that frames are wanted for, earliest first.
class Targets {
 public:
  Targets () = default;  // none
  // In any order; an index is a place in `times`.
  explicit Targets (const std::vector<Nanoseconds> &times);
  // first + k / rate seconds, rounded down, before `stop`; `rate` = numerator / denominator > 0.
  Targets (Nanoseconds first, int numerator, int denominator, Nanoseconds stop);

  bool done () const;
  Target current () const;  // where not done
  Nanoseconds next_time ()
      const;  // of the one after the current; kUnlimited where that is the last
  void advance (std::uint64_t count = 1) { next_ += count; }
  // How many there are from the current one on that are before `time`.
  std::uint64_t count_before (Nanoseconds time) const;
  // Past all of them that are before `time`.
  void skip_before (Nanoseconds time);

 private:
  Nanoseconds tick (std::uint64_t k) const;
  std::uint64_t first_from (Nanoseconds time) const;

  std::vector<Target> list_;
  std::uint64_t next_ = 0;
  Nanoseconds first_ = 0, stop_ = 0;
  std::uint64_t numerator_ = 0, denominator_ = 0;  // 0 for a list
};

// Reads one time: seconds, or [hours:]minutes:seconds, with up to nine decimals.
std::optional<Nanoseconds> parse_time (std::string_view text);

// Reads such times between commas, as "1.5, 3, 00:01:02.250". False where there is something
// else; `problem` is the part that is no time.
bool parse_times (std::string_view text, std::vector<Nanoseconds> &times, std::string &problem);

// Whether it is worth to seek to a frame that lies ahead, instead of decoding all up to it:
// a seek goes to the keyframe before it and decodes from there. How far that is, is learned
// from where seeks led to.
class SeekAdvice {
 public:
  // Whether to seek to a frame `distance` ahead.
  bool worth (Nanoseconds distance) const { return distance > limit_; }
  // A seek from `from` to `target` led to a keyframe at `keyframe`.
  void landed (Nanoseconds from, Nanoseconds target, Nanoseconds keyframe);

 private:
  // What x264 writes at 25 frames a second, 250 frames between keyframes, costs 5 s of
  // decoding on average.
  Nanoseconds limit_ = 5 * kSecond;
  Nanoseconds decoded_ = 0;  // after all seeks so far
  std::int64_t seeks_ = 0;
};

}  // namespace quad
