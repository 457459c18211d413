#include "matte/row_ops.h"

#include <algorithm>
#include <cstdlib>

namespace quad::matte {
namespace {

void add_products (const SmallRow &row, int width, bool away, const Rows<std::uint32_t> &sums)
{
  const std::uint32_t sign = away ? ~std::uint32_t{0} : 1;
  const auto [x, y, z] = row.guide;
  for (int i = 0; i < width; i++) {
    const std::uint32_t a = x[i], b = y[i], c = z[i], m = row.mask[i];
    std::uint32_t products[kSums];
    products_of (a, b, c, m, products);
    for (int k = 0; k < kSums; k++) sums.row (k)[i] += products[k] * sign;
  }
}

void solve (const Rows<std::uint32_t> &running, const Windows &windows, double epsilon,
            const Rows<double> &lines)
{
  for (int x = 0; x < windows.width; x++) {
    std::uint32_t sums[kSums];
    for (int k = 0; k < kSums; k++) {
      const std::uint32_t *row = running.row (k) + x;
      sums[k] = row[2 * windows.reach + 1] - row[0];
    }
    const double n = double (windows.columns[x]) * windows.rows;
    const Line<double> line = LineFit<Scalar>::of (sums_of (sums), n, epsilon);
    for (int k = 0; k < 3; k++) lines.row (k)[x] = line.slope[k];
    lines.row (3)[x] = line.offset;
  }
}

void mean (const Rows<double> &running, const Windows &windows, const Rows<float> &means)
{
  for (int k = 0; k < kLineParts; k++)
    for (int x = 0; x < windows.width; x++) {
      const double *row = running.row (k) + x;
      const double n = double (windows.columns[x]) * windows.rows;
      means.row (k)[x] = mean_of (row[2 * windows.reach + 1] - row[0], n);
    }
}

void slide (const double *added, const double *removed, int count, double *sums)
{
  for (int i = 0; i < count; i++) sums[i] += added[i] - removed[i];
}

void mix_rows (const float *a, const float *b, float part, int count, float *out, float *steps)
{
  for (int i = 0; i < count; i++) out[i] = mix (a[i], b[i], part);
  for (int i = 0; i + 1 < count; i++) steps[i] = out[i + 1] - out[i];
  steps[count - 1] = 0;
}

void group (Columns &) {}

void alpha (const LineRow &row, const Columns &columns, const GuideRow &guide, int count,
            std::uint16_t *kept, std::uint8_t *alpha)
{
  for (int x = 0; x < count; x++) {
    const auto i = static_cast<std::size_t> (x);
    const auto at = [&] (int k) {
      const std::int32_t position = columns.index[i];
      return row.lines.row (k)[position] + row.steps.row (k)[position] * columns.part[i];
    };
    const float line[kLineParts] = {at (0), at (1), at (2), at (3)};
    const float level =
        level_of (line, guide.component[0][x], guide.component[1][x], guide.component[2][x]);
    if (!kept) {
      alpha[x] = alpha_of (level);
      continue;
    }
    kept[x] = kept_of (kept[x], level, at (kLineParts));
    alpha[x] = alpha_kept (kept[x]);
  }
}

void change (const SmallRow &now, const Rows<const std::uint16_t> &kept, int first_counts,
             int width, std::uint16_t *changes)
{
  for (int x = 0; x < width; x++) {
    const auto off = [&] (std::size_t k) {
      return std::abs (now.guide[k][x] * kKeptOne - kept.row (static_cast<int> (k))[x]) >> 4;
    };
    const int sum = (first_counts * off (0) + off (1) + off (2)) >> 4;
    changes[x] = static_cast<std::uint16_t> (std::min (sum, kMostChange));
  }
}

void keep (const std::uint8_t *levels, const float *weights, int width, std::uint16_t *kept)
{
  for (int x = 0; x < width; x++) kept[x] = kept_of (kept[x], levels[x], weights[x]);
}

void spread (const std::uint8_t *in, int step, int shared, int count, std::uint8_t *out)
{
  for (int x = 0; x < count; x++) out[x] = in[std::ptrdiff_t{x / shared} * step];
}

}  // namespace

const RowOps &plain_row_ops ()
{
  static constexpr RowOps ops = {add_products, solve, mean,   slide, mix_rows,
                                 group,        alpha, change, keep,  spread};
  return ops;
}

}  // namespace quad::matte
