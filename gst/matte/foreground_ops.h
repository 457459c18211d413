// The row operations of Foreground, beside those of row_ops.h. matte has the plain version; host
// has one with SIMD that gives the same numbers. All rows but those of put () are padded as
// row_ops.h says.
#pragma once

#include "matte/row_ops.h"

namespace quad::matte {

// A row of the grid: alpha, and three components of the pictures that it weights and that
// 255 - alpha weights.
struct WeightedRow {
  const std::uint8_t *alpha;
  const std::uint8_t *front[3];
  const std::uint8_t *back[3];
};

// Of each position: alpha, 255 - alpha, the weighted components of front, those of back.
inline constexpr int kWeightedSums = 8;

// A row of samples of the picture. `alpha` is the mean of the pixels that share the sample. The
// colours of the surroundings are rows of the grid with their steps, from RowOps::mix_rows.
struct ColorRow {
  const std::uint8_t *level;
  const float *alpha;
  const float *front, *front_steps;
  const float *back, *back_steps;
};

struct ForegroundOps {
  // Adds the row's values to the sums of each column, or takes them away: kWeightedSums rows,
  // modulo 2^32.
  void (*add_weighted) (const WeightedRow &row, int width, bool away,
                        const Rows<std::uint32_t> &sums);

  // The weighted means in each window, three rows each; the level of `row` where the weights are 0.
  // Element x + 2 * reach + 1 less element x of `running` is the sum over the window around x,
  // which is below 2^31.
  void (*weighted_means) (const Rows<std::uint32_t> &running, int reach, const WeightedRow &row,
                          int width, const Rows<float> &front, const Rows<float> &back);

  // front_level = foreground_of (level, alpha, front, back) and back_level = back, both rounded.
  void (*levels) (const std::uint8_t *level, const std::uint8_t *alpha, const float *front,
                  const float *back, int width, std::uint8_t *front_level,
                  std::uint8_t *back_level);

  // The mean of 1x1 (`shared` is 1) or 2x2 pixels of two rows: `count` means.
  void (*mean_alpha) (const std::uint8_t *upper, const std::uint8_t *lower, int shared, int count,
                      float *means);

  // foreground_of the samples [first, end), rounded. The level stays where alpha is 0 or 255.
  // `columns` were grouped by RowOps::group of the same instructions. May write other samples, too.
  void (*recolor) (const ColorRow &row, const Columns &columns, int first, int end,
                   std::uint8_t *out);

  // out[x * step] = in[x], for x < count, and nothing else.
  void (*put) (const std::uint8_t *in, int step, int count, std::uint8_t *out);
};

const ForegroundOps &plain_foreground_ops ();

}  // namespace quad::matte
