#include "tools/quad/words.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "tools/quad/failure.h"

namespace quad {

std::string time_text (double seconds)
{
  const auto s = static_cast<long> (std::lround (std::max (0.0, seconds)));
  if (s < 60) return text (s, " s");
  if (s < 3600) return text (s / 60, " min ", s % 60, " s");
  return text (s / 3600, " h ", s / 60 % 60, " min");
}

std::string rate_text (double rate)
{
  std::array<char, 32> digits{};
  std::snprintf (digits.data (), digits.size (), rate < 100 ? "%.1f" : "%.0f", rate);
  return digits.data ();
}

std::string seconds_text (std::uint64_t nanoseconds, int decimals)
{
  std::uint64_t unit = 1, parts = 1;
  for (int i = decimals; i < 9; i++) unit *= 10;
  for (int i = 0; i < decimals; i++) parts *= 10;
  const std::uint64_t rounded = nanoseconds / unit + (nanoseconds % unit * 2 >= unit && unit > 1);
  if (decimals == 0) return text (rounded);
  std::array<char, 32> digits{};
  std::snprintf (digits.data (), digits.size (), "%0*ju", decimals,
                 static_cast<std::uintmax_t> (rounded % parts));
  return text (rounded / parts, '.', digits.data ());
}

bool is_control (char c) { return static_cast<unsigned char> (c) < 32 || c == 127; }

std::string octal (char c)
{
  std::array<char, 5> digits{};
  std::snprintf (digits.data (), digits.size (), "\\%03o", static_cast<unsigned> (c) & 0xffU);
  return digits.data ();
}

std::string shown (const std::string &name)
{
  std::string result;
  for (const char c : name)
    result += c == '\n' ? "\\n" : is_control (c) ? octal (c) : std::string (1, c);
  return result;
}

}  // namespace quad
