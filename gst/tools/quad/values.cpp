#include "tools/quad/values.h"

#include <algorithm>
#include <numeric>

#include "tools/quad/failure.h"

namespace quad {
namespace {

constexpr int kLargestSide = 16384;

// A whole number of at most `most` digits.
std::optional<std::uint64_t> read_number (const std::string &text, std::size_t most)
{
  if (text.empty () || text.size () > most ||
      text.find_first_not_of ("0123456789") != std::string::npos)
    return {};
  return std::stoull (text);
}

// The decimals behind a point as billionths.
std::optional<std::uint64_t> read_billionths (const std::string &decimals)
{
  if (decimals.empty () || decimals.size () > 9) return {};
  return read_number (decimals + std::string (9 - decimals.size (), '0'), 9);
}

struct Decimal {
  std::uint64_t whole = 0, billionths = 0;
};

std::optional<Decimal> read_decimal (const std::string &text)
{
  const std::size_t point = text.find ('.');
  const auto whole = read_number (text.substr (0, point), 7);
  const auto part = point == std::string::npos ? std::optional<std::uint64_t>{0}
                                               : read_billionths (text.substr (point + 1));
  if (!whole || !part) return {};
  return Decimal{*whole, *part};
}

}  // namespace

std::optional<GstClockTime> read_seconds (const std::string &text)
{
  // Hours and minutes in front, each before a colon.
  GstClockTime minutes = 0;
  std::string rest = text;
  for (int colons = 0; colons < 2; colons++) {
    const std::size_t colon = rest.find (':');
    if (colon == std::string::npos) break;
    const auto number = read_number (rest.substr (0, colon), 4);
    if (!number) return {};
    minutes = minutes * 60 + *number;
    rest = rest.substr (colon + 1);
  }
  const auto seconds = read_decimal (rest);
  if (!seconds) return {};
  return (minutes * 60 + seconds->whole) * GST_SECOND + seconds->billionths;
}

std::optional<Fraction> read_rate (const std::string &text)
{
  const std::size_t slash = text.find ('/');
  if (slash == std::string::npos) {
    const auto decimal = read_decimal (text);
    if (!decimal || decimal->whole > 100000) return {};
    // 23.976 and 29.97 are 24000/1001 and 30000/1001.
    const double value =
        static_cast<double> (decimal->whole) + static_cast<double> (decimal->billionths) / 1e9;
    for (const int ntsc : {24, 30, 60}) {
      if (std::abs (value - ntsc * 1000 / 1001.0) < 0.002) return Fraction{ntsc * 1000, 1001};
    }
    const int n = static_cast<int> (decimal->whole * 1000 + decimal->billionths / 1000000);
    if (n == 0) return {};
    const int divisor = std::gcd (n, 1000);
    return Fraction{n / divisor, 1000 / divisor};
  }
  const auto n = read_number (text.substr (0, slash), 6),
             d = read_number (text.substr (slash + 1), 6);
  if (!n || !d || *n == 0 || *d == 0) return {};
  return Fraction{static_cast<int> (*n), static_cast<int> (*d)};
}

std::optional<Pixels> read_size (const std::string &text)
{
  const std::size_t x = text.find_first_of ("xX");
  if (x == std::string::npos) return {};
  const auto width = read_number (text.substr (0, x), 5),
             height = read_number (text.substr (x + 1), 5);
  if (!width || !height || std::min (*width, *height) < 1 ||
      std::max (*width, *height) > kLargestSide)
    return {};
  return Pixels{static_cast<int> (*width), static_cast<int> (*height)};
}

std::optional<std::uint64_t> read_bytes (const std::string &text)
{
  std::string digits = text;
  std::uint64_t unit = 1;
  for (const auto &[letter, size] : {std::pair{'k', 1000}, {'K', 1000}, {'M', 1000000}}) {
    if (digits.ends_with (letter)) unit = static_cast<std::uint64_t> (size);
  }
  if (unit > 1) digits.pop_back ();
  const auto decimal = read_decimal (digits);
  if (!decimal) {
    const auto whole = read_number (digits, 15);
    return whole && unit == 1 && *whole > 0 ? whole : std::nullopt;
  }
  const std::uint64_t bytes = decimal->whole * unit + decimal->billionths * unit / 1000000000;
  return bytes > 0 ? std::optional{bytes} : std::nullopt;
}

std::optional<std::uint32_t> read_color (const std::string &text)
{
  if (text.size () != 7 || text[0] != '#' ||
      text.find_first_not_of ("0123456789abcdefABCDEF", 1) != std::string::npos) {
    return {};
  }
  return 0xff000000U | static_cast<std::uint32_t> (std::stoul (text.substr (1), nullptr, 16));
}

std::string color_text (std::uint32_t color) { return text ("0x", std::hex, color); }

std::string text_of (const Fraction &fraction) { return text (fraction.n, '/', fraction.d); }

}  // namespace quad
