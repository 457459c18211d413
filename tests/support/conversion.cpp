#include "conversion.h"

#include <array>
#include <cmath>

namespace quad::test {
namespace {

using Triple = std::array<double, 3>;

bool is_chroma (const FormatInfo &f, std::size_t c) { return !f.rgb && c > 0; }

// The code of 0, and the distance from it to the code of 1 (chroma: from -1/2 to 1/2).
double zero_of (const FormatInfo &f, const Colors &c, std::size_t k)
{
  if (is_chroma (f, k)) return std::exp2 (f.depth - 1);
  return c.full ? 0 : 16 * std::exp2 (f.depth - 8);
}

double span_of (const FormatInfo &f, const Colors &c, std::size_t k)
{
  if (c.full) return std::exp2 (f.depth) - 1;
  return (is_chroma (f, k) ? 224 : 219) * std::exp2 (f.depth - 8);
}

// E'R E'G E'B of E'Y E'PB E'PR, by solving H.273's equations 38 to 40 for them.
Triple decoded (const Triple &v, const Colors &c)
{
  const double green = 1 - c.red - c.blue;
  const double r = v[0] + 2 * (1 - c.red) * v[2], b = v[0] + 2 * (1 - c.blue) * v[1];
  return {r, (v[0] - c.red * r - c.blue * b) / green, b};
}

Triple encoded (const Triple &v, const Colors &c)
{
  const double y = c.red * v[0] + (1 - c.red - c.blue) * v[1] + c.blue * v[2];
  return {y, 0.5 * (v[2] - y) / (1 - c.blue), 0.5 * (v[0] - y) / (1 - c.red)};
}

}  // namespace

ColorMatrix real_matrix (const FormatInfo &from, const Colors &a, const FormatInfo &to,
                         const Colors &b)
{
  const bool from_gray = from.components == 1, to_gray = to.components == 1;
  // Luma of gray, and of what becomes gray, is taken as it is.
  const Colors &of = from_gray ? b : a, &in = to_gray && !from.rgb ? of : b;
  ColorMatrix m;
  m.from_rgb = from.rgb;
  for (std::size_t k = 0; k < 3; k++) {
    if (!from_gray || k == 0) m.from_zero[k] = zero_of (from, a, k);
    if (!to_gray || k == 0) m.to_zero[k] = zero_of (to, b, k);
    if (from_gray && k > 0) continue;
    Triple unit = {};
    unit[k] = 1 / span_of (from, a, k);
    Triple v = from.rgb ? unit : decoded (unit, of);
    if (!to.rgb) v = encoded (v, in);
    for (std::size_t c = 0; c < 3; c++)
      if (!to_gray || c == 0) m.factor[c][k] = v[c] * span_of (to, b, c);
  }
  return m;
}

}  // namespace quad::test
