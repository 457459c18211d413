#include "core/geometry.h"

#include <cmath>
#include <limits>
#include <numeric>

namespace quad {
namespace {

constexpr std::int64_t kLargestTerm = std::numeric_limits<std::int32_t>::max ();

// A sample is cut into so many parts: far less than a step that can be seen.
constexpr double kFineParts = 65536;

}  // namespace

double on_fine_grid (double position) { return std::round (position * kFineParts) / kFineParts; }

Rect touched_by (const FineRect &r)
{
  const auto left = static_cast<int> (std::floor (r.x)), top = static_cast<int> (std::floor (r.y));
  return {left, top, static_cast<int> (std::ceil (r.right ())) - left,
          static_cast<int> (std::ceil (r.bottom ())) - top};
}

Ratio reduced (std::int64_t num, std::int64_t den)
{
  num = std::max<std::int64_t> (1, num);
  den = std::max<std::int64_t> (1, den);
  const std::int64_t common = std::gcd (num, den);
  num /= common;
  den /= common;
  while ((num > kLargestTerm && den > 1) || (den > kLargestTerm && num > 1)) {
    num = std::max<std::int64_t> (1, num / 2);
    den = std::max<std::int64_t> (1, den / 2);
  }
  num = std::min (num, kLargestTerm);
  den = std::min (den, kLargestTerm);
  const std::int64_t rest = std::gcd (num, den);
  return {num / rest, den / rest};
}

// The convergents of the continued fraction.
Ratio ratio_near (double value)
{
  constexpr double kClose = 1e-9, kLargest = double{kLargestTerm};
  if (!(value > 1 / kLargest)) return {1, kLargestTerm};
  if (value >= kLargest) return {kLargestTerm, 1};
  Ratio before = {0, 1}, now = {1, 0};
  for (double rest = value;;) {
    const double whole = std::floor (rest);
    const double num = whole * double (now.num) + double (before.num);
    const double den = whole * double (now.den) + double (before.den);
    if (num > kLargest || den > kLargest) return now;
    before = now;
    now = {static_cast<std::int64_t> (num), static_cast<std::int64_t> (den)};
    if (now.num > 0 && std::abs (num / den - value) <= value * kClose) return now;
    rest = 1 / (rest - whole);
  }
}

Ratio inverse (const Ratio &r) { return {r.den, r.num}; }

Ratio operator* (const Ratio &a, const Ratio &b) { return reduced (a.num * b.num, a.den * b.den); }

Ratio operator/ (const Ratio &a, const Ratio &b) { return a * inverse (b); }

}  // namespace quad
