// The horizontal pass from staged results, for several rows and positions at once.
#pragma once

#include "cuda/kernels/bytes.h"
#include "cuda/kernels/filter.h"

namespace quad::cuda {
namespace {

// Sums at kGroup positions of kRows rows. Positions follow one another from `u` on in the picture;
// after `count` of them the first is summed again. row[r] is the row of staged results. Value
// sum[r][g * kChannels + c] is channel c of position g. kTaps: the number of taps, or 0 if only the
// tables know it.
template <int kChannels, int kGroup, int kRows, int kTaps>
QUAD_DEVICE void sum_across (const Axis &across, const Extent &extent, int u, int count,
                             const std::int16_t *const (&row)[kRows],
                             std::int32_t (&sum)[kRows][kGroup * kChannels])
{
  const int taps = kTaps > 0 ? kTaps : across.taps;
  for (int g = 0; g < kGroup; g++) {
    const int o = g < count ? u + g : u;
    const int from = load (across.left + o) * kChannels - extent.first;
    const std::int16_t *tap = tap_of (across, o);
    const std::int16_t *at[kRows];
    for (int r = 0; r < kRows; r++) {
      at[r] = row[r] + from;
      for (int c = 0; c < kChannels; c++) sum[r][g * kChannels + c] = 0;
    }
    for (int k = 0; k < taps; k++) {
      const std::int32_t t = load (tap + k);
      for (int r = 0; r < kRows; r++)
        for (int c = 0; c < kChannels; c++)
          sum[r][g * kChannels + c] += t * at[r][k * kChannels + c];
    }
  }
}

// The same for any number of taps.
template <int kChannels, int kGroup, int kRows>
QUAD_DEVICE void sum_any (const Axis &across, const Extent &extent, int u, int count,
                          const std::int16_t *const (&row)[kRows],
                          std::int32_t (&sum)[kRows][kGroup * kChannels])
{
  switch (across.taps) {
    case 2: sum_across<kChannels, kGroup, kRows, 2> (across, extent, u, count, row, sum); break;
    case 3: sum_across<kChannels, kGroup, kRows, 3> (across, extent, u, count, row, sum); break;
    default: sum_across<kChannels, kGroup, kRows, 0> (across, extent, u, count, row, sum); break;
  }
}

// Makes the words of a patch of `width` by `height` positions, whose first is position `u` of the
// picture, from staged results. Samples are of T. Hands them to sink (x, y, count, word): positions
// [x, x + count) of row y.
template <typename T, int kChannels, typename Sink>
QUAD_DEVICE void make_words (const Samples &s, const Axis &across, const Extent &extent, int u,
                             int width, int height, const std::int16_t *mid, Sink sink)
{
  constexpr int kGroup = 4 / (kChannels * int{sizeof (T)});  // positions of a word
  constexpr int kRows = kRowsAtOnce;                         // they share the weights
  constexpr int kValues = kGroup * kChannels;
  const int depth = s.depth, shift = s.shift, pitch = mid_pitch_of (extent);
  for (Walk at (groups_in (width, kGroup)); at.row * kRows < height; at.next ()) {
    const int x = at.column * kGroup, y = at.row * kRows;
    const int count = width - x < kGroup ? width - x : kGroup;
    const int rows = height - y < kRows ? height - y : kRows;
    const std::int16_t *row[kRows];
    for (int r = 0; r < kRows; r++) row[r] = mid + (r < rows ? y + r : y) * pitch;
    std::int32_t sum[kRows][kValues];
    sum_any<kChannels, kGroup, kRows> (across, extent, u + x, count, row, sum);
    for (int r = 0; r < kRows; r++) {
      std::uint32_t word = 0;
      if constexpr (sizeof (T) == 1) {
        word = clamped_bytes (horizontal_shift (sum[r][0], 8), horizontal_shift (sum[r][1], 8),
                              horizontal_shift (sum[r][2], 8), horizontal_shift (sum[r][3], 8));
      } else {
        for (int i = 0; i < kValues; i++)
          word |= static_cast<std::uint32_t> (horizontal_round (sum[r][i], depth))
                  << (shift + 16 * i);
      }
      if (r < rows) sink (x, y + r, count, word);
    }
  }
}

}  // namespace
}  // namespace quad::cuda
