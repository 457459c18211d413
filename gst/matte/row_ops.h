// The row operations of the guided filter. matte has the plain version; host has one with SIMD
// that gives the same numbers. Rows of small pictures and of sums are padded: an operation may read
// and write up to kRowPadding elements past the end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "matte/math.h"

namespace quad::matte {

inline constexpr int kRowPadding = 64;

// The length of rows of `width` elements. Rows one behind the other are a row, too, so it fills
// whole vectors.
constexpr std::size_t padded (int width)
{
  return (std::size_t (width) + kRowPadding - 1) / kRowPadding * kRowPadding + kRowPadding;
}

// A row of the guide and the mask, of 8 bits.
struct SmallRow {
  const std::uint8_t *guide[3];
  const std::uint8_t *mask;
};

// Rows that belong together, `stride` elements apart.
template <typename Number>
struct Rows {
  Number *data = nullptr;
  std::size_t stride = 0;

  Number *row (int k) const { return data + static_cast<std::size_t> (k) * stride; }
};

// The windows of a row. `reach` is their radius; `columns` has the number of a
// window's columns for each position, `rows` that of its rows.
struct Windows {
  int width;
  int reach;
  const std::int32_t *columns;
  int rows;
};

// Where each position of a row of the picture lies among those of a small row, and what an
// operation made of it.
struct Columns {
  std::vector<std::int32_t> index;
  std::vector<float> part;
  int lanes = 0;                     // of a group; 0: not grouped
  std::vector<std::int32_t> base;    // of each group: its lowest index
  std::vector<std::int32_t> offset;  // index - base, `lanes` a group
};

// A row of the picture: three components of 8 bits, which are 1 apart.
struct GuideRow {
  const std::uint8_t *component[3];
};

// The lines of a row of the picture, on the grid: rows from mix_rows, kLineParts and then the
// weights of what is new, if alpha is kept.
struct LineRow {
  Rows<const float> lines, steps;
  // How many positions, from each one on, have no slope and the same offset as the position after
  // them: alpha is one level between them.
  const std::int32_t *flat;
};

struct RowOps {
  // Adds the row's Sums to those of each column, or takes them away: kSums rows, in the order of
  // the struct, modulo 2^32.
  void (*add_products) (const SmallRow &row, int width, bool away, const Rows<std::uint32_t> &sums);

  // The Line of each window: kLineParts rows. `running` has kSums rows: element x + 2 * reach + 1
  // less element x is the sum over the window around x, which is below 2^31.
  void (*solve) (const Rows<std::uint32_t> &running, const Windows &windows, double epsilon,
                 const Rows<double> &lines);

  // The mean of the lines in each window, in levels: kLineParts rows. `running` is as before.
  void (*mean) (const Rows<double> &running, const Windows &windows, const Rows<float> &means);

  // sums[i] += added[i] - removed[i].
  void (*slide) (const double *added, const double *removed, int count, double *sums);

  // out = mix (a, b, part), and steps = the next element of out less this one (0 for the last).
  void (*mix_rows) (const float *a, const float *b, float part, int count, float *out,
                    float *steps);

  // Groups the columns as alpha () needs them.
  void (*group) (Columns &columns);

  // The alpha of each column. `kept`, if it is not null, is alpha of the pictures before, in
  // 1 / kKeptOne levels, and becomes that of this one.
  void (*alpha) (const LineRow &row, const Columns &columns, const GuideRow &guide, int count,
                 std::uint16_t *kept, std::uint8_t *alpha);

  // Levels of what changed in a row since the pictures of which `kept` has three rows: the sum over
  // the components, of which the first counts `first_counts` times; at most kMostChange.
  void (*change) (const SmallRow &now, const Rows<const std::uint16_t> &kept, int first_counts,
                  int width, std::uint16_t *changes);

  // kept[x] = kept_of (kept[x], levels[x], weights[x]).
  void (*keep) (const std::uint8_t *levels, const float *weights, int width, std::uint16_t *kept);

  // out[x] = in[(x / shared) * step], for x < count.
  void (*spread) (const std::uint8_t *in, int step, int shared, int count, std::uint8_t *out);
};

const RowOps &plain_row_ops ();

}  // namespace quad::matte
