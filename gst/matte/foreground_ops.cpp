#include "matte/foreground_ops.h"

namespace quad::matte {
namespace {

void add_weighted (const WeightedRow &row, int width, bool away, const Rows<std::uint32_t> &sums)
{
  const std::uint32_t sign = away ? ~std::uint32_t{0} : 1;
  for (int x = 0; x < width; x++) {
    const std::uint32_t a = row.alpha[x], b = 255 - a;
    sums.row (0)[x] += a * sign;
    sums.row (1)[x] += b * sign;
    for (int k = 0; k < 3; k++) {
      sums.row (2 + k)[x] += a * row.front[k][x] * sign;
      sums.row (5 + k)[x] += b * row.back[k][x] * sign;
    }
  }
}

void weighted_means (const Rows<std::uint32_t> &running, int reach, const WeightedRow &row,
                     int width, const Rows<float> &front, const Rows<float> &back)
{
  const auto sum = [&] (int k, int x) {
    const std::uint32_t *from = running.row (k) + x;
    return from[2 * reach + 1] - from[0];
  };
  const auto mean = [] (std::uint32_t of, std::uint32_t weight, std::uint8_t otherwise) {
    return weight == 0 ? float (otherwise) : static_cast<float> (double (of) / weight);
  };
  for (int x = 0; x < width; x++)
    for (int k = 0; k < 3; k++) {
      front.row (k)[x] = mean (sum (2 + k, x), sum (0, x), row.front[k][x]);
      back.row (k)[x] = mean (sum (5 + k, x), sum (1, x), row.back[k][x]);
    }
}

void levels (const std::uint8_t *level, const std::uint8_t *alpha, const float *front,
             const float *back, int width, std::uint8_t *front_level, std::uint8_t *back_level)
{
  for (int x = 0; x < width; x++) {
    const float v = foreground_of (level[x], alpha[x], front[x], back[x]);
    front_level[x] = static_cast<std::uint8_t> (rintf (v));
    back_level[x] = static_cast<std::uint8_t> (rintf (back[x]));
  }
}

void mean_alpha (const std::uint8_t *upper, const std::uint8_t *lower, int shared, int count,
                 float *means)
{
  for (int x = 0; x < count; x++) {
    const int left = x * shared, right = left + shared - 1;
    means[x] = static_cast<float> (upper[left] + upper[right] + lower[left] + lower[right]) * 0.25f;
  }
}

void recolor (const ColorRow &row, const Columns &columns, int first, int end, std::uint8_t *out)
{
  for (int x = first; x < end; x++) {
    const auto i = static_cast<std::size_t> (x);
    const std::int32_t at = columns.index[i];
    const float front = row.front[at] + row.front_steps[at] * columns.part[i];
    const float back = row.back[at] + row.back_steps[at] * columns.part[i];
    const float a = row.alpha[x];
    const float v = foreground_of (row.level[x], a, front, back);
    out[x] = a == 0 || a == 255 ? row.level[x] : static_cast<std::uint8_t> (rintf (v));
  }
}

void put (const std::uint8_t *in, int step, int count, std::uint8_t *out)
{
  for (int x = 0; x < count; x++) out[std::ptrdiff_t{x} * step] = in[x];
}

}  // namespace

const ForegroundOps &plain_foreground_ops ()
{
  static constexpr ForegroundOps ops = {add_weighted, weighted_means, levels,
                                        mean_alpha,   recolor,        put};
  return ops;
}

}  // namespace quad::matte
