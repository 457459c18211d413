// Which frames of a stream are taken for the times that are asked for.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace quad {

using Nanoseconds = std::int64_t;  // since the begin of the film

inline constexpr Nanoseconds kSecond = 1'000'000'000;
inline constexpr Nanoseconds kUnlimited = std::numeric_limits<Nanoseconds>::max ();

// Containers round times; Matroska to the nearest millisecond by default (RFC 9559, section 11.1).
// A tick of 24/1 at 41.667 ms must find the frame stored at 42 ms, so a frame counts as shown from
// this long before its time. The end of the last frame counts as that much earlier too: a film of
// 10 s has no frame for the tick at 10 s, even if its end was rounded up.
inline constexpr Nanoseconds kRounding = 500'000;

// Shorter durations (0, 1 ns and 1 ms are common) count as unknown.
inline constexpr Nanoseconds kShortestFrame = 2 * kRounding;

enum class Policy {
  played_at,  // the frame on screen: the last one that begins at or before the time
  nearest,    // the frame that begins nearest to it; of two, the earlier one
  next,       // the first frame that begins at or after it
};

// How long before and after the wanted time a frame may begin. kUnlimited allows any frame that the
// policy names. With played_at a later frame is taken only if `after` is limited and no earlier
// frame fits.
struct ChoiceRule {
  Policy policy = Policy::played_at;
  Nanoseconds before = kUnlimited;
  Nanoseconds after = kUnlimited;
};

enum class FrameChoice { none, earlier, later };

// Chooses the frame for `time`: `earlier` is the time of the last frame that begins at or before it
// (within kRounding), `later` that of the first one after it; nullopt if there is none. `past_end`:
// the earlier frame is the film's last and is over; it is then taken only within a limit.
FrameChoice choose (const ChoiceRule &rule, Nanoseconds time, std::optional<Nanoseconds> earlier,
                    std::optional<Nanoseconds> later, bool past_end = false);

// For Policy::played_at: until when the choice for `time` stays the same, between two consecutive
// frames. At most until `later` is on screen; kUnlimited without a later frame.
Nanoseconds same_until (const ChoiceRule &rule, Nanoseconds time,
                        std::optional<Nanoseconds> earlier, std::optional<Nanoseconds> later);

// True if a frame that begins at `begin` is after `time`.
constexpr bool is_after (Nanoseconds begin, Nanoseconds time) { return begin - kRounding > time; }

// True if the last frame, shown until `end`, is over at `time`.
constexpr bool is_over (Nanoseconds end, Nanoseconds time) { return !is_after (end, time); }

// How long a frame is shown if no frame follows, from three sources; 0 is unknown.
struct FrameLength {
  Nanoseconds said = 0;      // by the frame itself
  Nanoseconds usual = 0;     // by the stream's frame rate
  Nanoseconds previous = 0;  // duration of the frame before it

  bool is_known () const { return said > kShortestFrame; }
  // The duration to use if `said` is unknown.
  Nanoseconds guess () const;
  Nanoseconds best () const { return is_known () ? said : guess (); }
};

// Until when the film's last frame, which begins at `begin`, is shown. `film_end` is the end of the
// film (kUnlimited: unknown). If the frame's duration is unknown, it is shown to the film's end,
// but no shorter than usual. If the film's end is more than kLongestGuess later, the stream was cut
// off, and the usual length counts.
inline constexpr Nanoseconds kLongestGuess = 10 * kSecond;
Nanoseconds last_end (Nanoseconds begin, const FrameLength &length, Nanoseconds film_end);

struct Target {
  std::uint64_t index = 0;  // its place in the request
  Nanoseconds time = 0;
};

// The times that frames are wanted for, in rising order.
class Targets {
 public:
  Targets () = default;  // none
  // From a list in any order. Target::index is the place in `times`.
  explicit Targets (const std::vector<Nanoseconds> &times);
  // Ticks at first + k / rate seconds, rounded down, before `stop`. rate = numerator / denominator
  // > 0.
  Targets (Nanoseconds first, int numerator, int denominator, Nanoseconds stop);

  bool done () const;
  Target current () const;         // only if not done ()
  Nanoseconds next_time () const;  // of the one after the current; kUnlimited if there is none
  void advance (std::uint64_t count = 1) { next_ += count; }
  // The number of targets from the current one on that are before `time`.
  std::uint64_t count_before (Nanoseconds time) const;
  // Skips all targets before `time`.
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

// Reads a list such as "1.5, 3, 00:01:02.250". False if a part is no time; `problem` is that part.
bool parse_times (std::string_view text, std::vector<Nanoseconds> &times, std::string &problem);

// Decides whether a seek to a frame ahead is faster than decoding up to it. A seek goes to the
// keyframe before the frame and decodes from there. The usual distance to the keyframe is learned
// from earlier seeks.
class SeekAdvice {
 public:
  // True if a seek over `distance` is faster.
  bool worth (Nanoseconds distance) const { return distance > limit_; }
  // Reports that a seek from `from` to `target` landed at `keyframe`.
  void landed (Nanoseconds from, Nanoseconds target, Nanoseconds keyframe);

 private:
  // x264's default at 25 frames a second has 250 frames between keyframes: 5 s of decoding on
  // average.
  Nanoseconds limit_ = 5 * kSecond;
  Nanoseconds decoded_ = 0;  // from the keyframes of all seeks to their targets
  std::int64_t seeks_ = 0;
};

}  // namespace quad
