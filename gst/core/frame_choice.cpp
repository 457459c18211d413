#include "core/frame_choice.h"

#include <algorithm>
#include <charconv>
#include <string>

namespace quad {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr auto kMostTicks = std::numeric_limits<std::uint64_t>::max ();

// Saturating addition.
Nanoseconds plus (Nanoseconds a, Nanoseconds b)
{
  Nanoseconds sum = 0;
  if (!__builtin_add_overflow (a, b, &sum)) return sum;
  return b > 0 ? kUnlimited : -kUnlimited;
}

Nanoseconds minus (Nanoseconds a, Nanoseconds b)
{
  Nanoseconds difference = 0;
  if (!__builtin_sub_overflow (a, b, &difference)) return difference;
  return b < 0 ? kUnlimited : -kUnlimited;
}

bool within (Nanoseconds distance, Nanoseconds limit)
{
  return limit == kUnlimited || minus (distance, kRounding) <= limit;
}

std::string_view trimmed (std::string_view text)
{
  constexpr std::string_view blank = " \t\r\n";
  const auto begin = text.find_first_not_of (blank);
  if (begin == text.npos) return {};
  return text.substr (begin, text.find_last_not_of (blank) - begin + 1);
}

// Nothing if the number is above `most`: its product with the unit would overflow.
std::optional<Nanoseconds> whole (std::string_view digits, Nanoseconds most)
{
  std::uint64_t value = 0;
  const auto [end, error] =
      std::from_chars (digits.data (), digits.data () + digits.size (), value);
  if (digits.empty () || error != std::errc{} || end != digits.data () + digits.size () ||
      value > static_cast<std::uint64_t> (most))
    return {};
  return static_cast<Nanoseconds> (value);
}

// The sum of two times >= 0; nothing if it overflows.
std::optional<Nanoseconds> sum (Nanoseconds a, Nanoseconds b)
{
  if (a > kUnlimited - b) return {};
  return a + b;
}

// "3" or "3.25", in nanoseconds.
std::optional<Nanoseconds> seconds (std::string_view text)
{
  const auto point = text.find ('.');
  const auto full = whole (text.substr (0, point), kUnlimited / kSecond);
  if (!full) return {};
  Nanoseconds value = *full * kSecond;
  if (point == text.npos) return value;
  std::string decimals (text.substr (point + 1));
  if (decimals.empty () || decimals.size () > 9) return {};
  decimals.resize (9, '0');
  const auto part = std::all_of (decimals.begin (), decimals.end (),
                                 [] (char c) { return c >= '0' && c <= '9'; });
  if (!part) return {};
  return sum (value, std::stoll (decimals));
}

std::optional<Nanoseconds> time_of (std::string_view text)
{
  const auto colon = text.rfind (':');
  if (colon == text.npos) return seconds (text);
  const std::string_view before = text.substr (0, colon);
  const auto second_colon = before.rfind (':');
  constexpr Nanoseconds minute = 60 * kSecond, hour = 60 * minute;
  const auto minutes = whole (
      second_colon == before.npos ? before : before.substr (second_colon + 1), kUnlimited / minute);
  const auto hours =
      second_colon == before.npos ? 0 : whole (before.substr (0, second_colon), kUnlimited / hour);
  const auto rest = seconds (text.substr (colon + 1));
  // The numbers after a colon must be below 60.
  if (!hours || !minutes || !rest || *rest >= minute ||
      (second_colon != before.npos && *minutes >= 60))
    return {};
  const auto both = sum (*hours * hour, *minutes * minute);
  return both ? sum (*both, *rest) : both;
}

}  // namespace

FrameChoice choose (const ChoiceRule &rule, Nanoseconds time, std::optional<Nanoseconds> earlier,
                    std::optional<Nanoseconds> later, bool past_end)
{
  const bool earlier_will_do = earlier && within (minus (time, *earlier), rule.before) &&
                               !(past_end && rule.before == kUnlimited);
  const bool later_will_do = later && within (minus (*later, time), rule.after);
  switch (rule.policy) {
    case Policy::played_at:
      if (earlier_will_do) return FrameChoice::earlier;
      return later_will_do && rule.after != kUnlimited ? FrameChoice::later : FrameChoice::none;
    case Policy::nearest:
      if (earlier_will_do && later_will_do)
        return minus (time, *earlier) <= minus (*later, time) ? FrameChoice::earlier
                                                              : FrameChoice::later;
      if (earlier_will_do) return FrameChoice::earlier;
      return later_will_do ? FrameChoice::later : FrameChoice::none;
    case Policy::next:
      if (earlier && minus (time, *earlier) <= kRounding) return FrameChoice::earlier;
      return later_will_do ? FrameChoice::later : FrameChoice::none;
  }
  return FrameChoice::none;
}

Nanoseconds same_until (const ChoiceRule &rule, Nanoseconds time,
                        std::optional<Nanoseconds> earlier, std::optional<Nanoseconds> later)
{
  Nanoseconds until = later ? minus (*later, kRounding) : kUnlimited;
  // The earlier frame is taken as long as the limit allows it, then none, then the later frame.
  if (earlier && within (minus (time, *earlier), rule.before)) {
    if (rule.before != kUnlimited)
      until = std::min (until, plus (plus (*earlier, rule.before), kRounding + 1));
  } else if (later && rule.after != kUnlimited && !within (minus (*later, time), rule.after)) {
    until = std::min (until, minus (minus (*later, rule.after), kRounding));
  }
  return until;
}

Nanoseconds FrameLength::guess () const
{
  return std::max (usual > kShortestFrame ? usual : previous, kShortestFrame);
}

Nanoseconds last_end (Nanoseconds begin, const FrameLength &length, Nanoseconds film_end)
{
  const bool tells = film_end > begin && minus (film_end, begin) <= kLongestGuess;
  if (length.is_known () || !tells) return plus (begin, length.best ());
  return std::max (film_end, plus (begin, std::max (length.usual, kShortestFrame)));
}

Targets::Targets (const std::vector<Nanoseconds> &times)
{
  for (std::size_t i = 0; i < times.size (); i++) list_.push_back ({i, times[i]});
  std::stable_sort (list_.begin (), list_.end (),
                    [] (const Target &a, const Target &b) { return a.time < b.time; });
}

Targets::Targets (Nanoseconds first, int numerator, int denominator, Nanoseconds stop)
    : first_ (first),
      stop_ (stop),
      numerator_ (static_cast<std::uint64_t> (numerator)),
      denominator_ (static_cast<std::uint64_t> (denominator))
{
}

Nanoseconds Targets::tick (std::uint64_t k) const
{
  const Wide span = Wide{k} * denominator_ * std::uint64_t{kSecond} / numerator_;
  constexpr auto most = static_cast<std::uint64_t> (kUnlimited);
  // There is no tick after the last index.
  if (span > most || k == kMostTicks) return kUnlimited;
  return plus (first_, static_cast<Nanoseconds> (span));
}

// The number of the first tick at or after `time`.
std::uint64_t Targets::first_from (Nanoseconds time) const
{
  if (time <= first_) return 0;
  const auto span = static_cast<std::uint64_t> (time) - static_cast<std::uint64_t> (first_);
  const Wide second = Wide{denominator_} * std::uint64_t{kSecond};
  const Wide k = (Wide{span} * numerator_ + second - 1) / second;
  return k > kMostTicks ? kMostTicks : static_cast<std::uint64_t> (k);
}

bool Targets::done () const
{
  return numerator_ > 0 ? tick (next_) >= stop_ : next_ >= list_.size ();
}

Target Targets::current () const
{
  return numerator_ > 0 ? Target{next_, tick (next_)} : list_[static_cast<std::size_t> (next_)];
}

Nanoseconds Targets::next_time () const
{
  if (numerator_ > 0) return tick (next_ + 1) >= stop_ ? kUnlimited : tick (next_ + 1);
  const auto after = static_cast<std::size_t> (next_ + 1);
  return after < list_.size () ? list_[after].time : kUnlimited;
}

std::uint64_t Targets::count_before (Nanoseconds time) const
{
  if (done ()) return 0;
  std::uint64_t end = 0;
  if (numerator_ > 0)
    end = first_from (std::min (time, stop_));
  else
    end = static_cast<std::uint64_t> (
        std::lower_bound (list_.begin (), list_.end (), time,
                          [] (const Target &t, Nanoseconds at) { return t.time < at; }) -
        list_.begin ());
  return end > next_ ? end - next_ : 0;
}

// There may be very many ticks, so do not step through them.
void Targets::skip_before (Nanoseconds time) { next_ += count_before (time); }

std::optional<Nanoseconds> parse_time (std::string_view text) { return time_of (trimmed (text)); }

bool parse_times (std::string_view text, std::vector<Nanoseconds> &times, std::string &problem)
{
  std::vector<Nanoseconds> found;
  for (text = trimmed (text); !text.empty ();) {
    const auto comma = text.find (',');
    const std::string_view part = trimmed (text.substr (0, comma));
    const auto time = time_of (part);
    if (!time) {
      problem = part;
      return false;
    }
    found.push_back (*time);
    // A comma at the end: a time is missing.
    if (comma != text.npos && comma + 1 == text.size ()) {
      problem.clear ();
      return false;
    }
    text = comma == text.npos ? std::string_view{} : text.substr (comma + 1);
  }
  times = std::move (found);
  return true;
}

void SeekAdvice::landed (Nanoseconds from, Nanoseconds target, Nanoseconds keyframe)
{
  // The cost of a seek itself, as film time that could be decoded meanwhile.
  constexpr Nanoseconds overhead = kSecond;
  // It landed no further than before: there is no keyframe in between.
  const Nanoseconds distance = minus (target, from);
  if (keyframe <= from) limit_ = std::max (limit_, plus (distance, distance));
  decoded_ = plus (decoded_, std::max<Nanoseconds> (0, minus (target, keyframe)));
  seeks_++;
  if (keyframe > from) limit_ = plus (decoded_ / seeks_, overhead);
}

}  // namespace quad
