#include "color_map.h"

#include <algorithm>
#include <cmath>

namespace quad {
namespace {

constexpr int kLargestFactor = 32767;

double largest_factor (const ColorMatrix &m)
{
  double most = 0;
  for (const auto &row : m.factor)
    for (const double f : row) most = std::max (most, std::abs (f));
  return most;
}

// As many bits as fit.
int factor_bits (double largest)
{
  int bits = 0;
  while (bits < 30 && std::lround (largest * std::exp2 (bits + 1)) <= kLargestFactor) bits++;
  return bits;
}

bool is_same (const ColorMatrix &m, std::size_t c)
{
  for (std::size_t k = 0; k < 3; k++)
    if (std::abs (m.factor[c][k] - (k == c ? 1 : 0)) > 1e-9) return false;
  return m.from_zero[c] == m.to_zero[c];
}

// Makes the sum of a row what it is in real numbers, so that equal R, G and B give no colour.
void fix_sum (std::array<std::int16_t, 3> &row, double sum)
{
  const int off = static_cast<int> (std::lround (sum)) - row[0] - row[1] - row[2];
  const auto largest = std::max_element (row.begin (), row.end (),
                                         [] (int a, int b) { return std::abs (a) < std::abs (b); });
  *largest = static_cast<std::int16_t> (*largest + off);
}

}  // namespace

ColorMap color_map (const ColorMatrix &matrix, int from_depth, int to_depth)
{
  ColorMap map;
  const int bits = factor_bits (largest_factor (matrix));
  const double one = std::exp2 (bits), sample = std::exp2 (map_bits (from_depth));
  map.shift = bits + map_bits (from_depth);
  for (std::size_t c = 0; c < 3; c++) {
    double zero = 0, sum = 0;
    for (std::size_t k = 0; k < 3; k++) {
      map.factor[c][k] = static_cast<std::int16_t> (std::lround (matrix.factor[c][k] * one));
      sum += matrix.factor[c][k] * one;
    }
    if (matrix.from_rgb) fix_sum (map.factor[c], sum);
    for (std::size_t k = 0; k < 3; k++) zero += map.factor[c][k] * matrix.from_zero[k] * sample;
    map.offset[c] = static_cast<std::int32_t> (
        std::llround ((matrix.to_zero[c] + 0.5) * std::exp2 (map.shift) - zero));
    map.same[c] = from_depth == to_depth && is_same (matrix, c);
  }
  return map;
}

}  // namespace quad
