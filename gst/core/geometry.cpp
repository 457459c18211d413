#include "core/geometry.h"

#include <limits>
#include <numeric>

namespace quad {
namespace {

constexpr std::int64_t kLargestTerm = std::numeric_limits<std::int32_t>::max ();

}  // namespace

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

Ratio inverse (const Ratio &r) { return {r.den, r.num}; }

Ratio operator* (const Ratio &a, const Ratio &b) { return reduced (a.num * b.num, a.den * b.den); }

Ratio operator/ (const Ratio &a, const Ratio &b) { return a * inverse (b); }

}  // namespace quad
