// Gives a picture an alpha channel from a mask: matte::GuidedFilter on a device, with its bytes.
// Compile with --fmad=false.
#pragma once

#include "cuda/kernels/device.h"
#include "cuda/kernels/matte_params.h"
#include "matte/math.h"

namespace quad::cuda {

QUAD_DEVICE int least (int a, int b) { return a < b ? a : b; }
QUAD_DEVICE int most (int a, int b) { return a > b ? a : b; }

// An array on the grid: where position (x, y) of plane `k` lies.
QUAD_DEVICE std::int64_t grid_index (const MatteParams &p, int k, int x, int y)
{
  return (std::int64_t{k} * p.grid_height + y) * p.stride + x;
}

// --- Solve: a line for each window ---

// The sums over columns of windows, for positions next to each other.
struct SolveShared {
  std::uint32_t column[matte::kSums][kSolvedAtOnce + 2 * kMostReach];
};

// Sums the samples of column `x` in the windows of row `y`; outside of the grid there are none.
QUAD_DEVICE void sum_column (const MatteParams &p, int x, int y, std::uint32_t sums[matte::kSums])
{
  for (int k = 0; k < matte::kSums; k++) sums[k] = 0;
  if (x < 0 || x >= p.grid_width) return;
  const int last = least (y + p.reach, p.grid_height - 1);
  for (int row = most (y - p.reach, 0); row <= last; row++) {
    std::uint32_t sample[4], products[matte::kSums];
    for (int k = 0; k < 4; k++) sample[k] = load (p.small + grid_index (p, k, x, row));
    matte::products_of (sample[0], sample[1], sample[2], sample[3], products);
    for (int k = 0; k < matte::kSums; k++) sums[k] += products[k];
  }
}

QUAD_DEVICE void store_line (const MatteParams &p, int x, int y, const matte::Line<double> &line)
{
  for (int k = 0; k < 3; k++)
    store (p.lines + grid_index (p, k, x, y), static_cast<std::int32_t> (line.slope[k]));
  store (p.lines + grid_index (p, 3, x, y), static_cast<std::int32_t> (line.offset));
}

QUAD_DEVICE void solve (const MatteParams &p, SolveShared &shared)
{
  const int blocks = (p.grid_width + kSolvedAtOnce - 1) / kSolvedAtOnce;
  const int y = static_cast<int> (block_index ()) / blocks;
  const int from = static_cast<int> (block_index ()) % blocks * kSolvedAtOnce;
  const int count = least (kSolvedAtOnce, p.grid_width - from);
  if (!p.refined) {
    for (int i = thread_index (); i < count; i += thread_count ()) {
      const double mask = load (p.small + grid_index (p, 3, from + i, y));
      store_line (p, from + i, y, {{0, 0, 0}, mask * matte::kLineOne});
    }
    return;
  }
  for (int i = thread_index (); i < count + 2 * p.reach; i += thread_count ()) {
    std::uint32_t sums[matte::kSums];
    sum_column (p, from + i - p.reach, y, sums);
    for (int k = 0; k < matte::kSums; k++) shared.column[k][i] = sums[k];
  }
  meet ();
  for (int i = thread_index (); i < count; i += thread_count ()) {
    std::uint32_t sums[matte::kSums];
    for (int k = 0; k < matte::kSums; k++) {
      sums[k] = 0;
      for (int j = i; j <= i + 2 * p.reach; j++) sums[k] += shared.column[k][j];
    }
    const double n = double (matte::window_of (from + i, p.reach, p.grid_width)) *
                     matte::window_of (y, p.reach, p.grid_height);
    store_line (p, from + i, y,
                matte::LineFit<matte::Scalar>::of (matte::sums_of (sums), n, p.epsilon));
  }
}

// --- Apply: alpha of each pixel ---

// The positions of the grid that a tile's pixels lie between.
inline constexpr int kMostAcross = kTileWidth + 2, kMostDown = kTileHeight + 2;

struct Positions {
  int x, y, width, height;
};

// Mean lines of a tile's positions, and sums over columns of windows for them.
struct ApplyShared {
  std::int64_t column[matte::kLineParts][kMostDown][kMostAcross + 2 * kMostReach];
  float mean[matte::kLineParts][kMostDown][kMostAcross];
};

// The positions for the pixels [first, end) of an axis of the part.
QUAD_DEVICE void span_of (int first, int end, int wide, int narrow, int &begin, int &count)
{
  begin = matte::between (first, wide, narrow).index;
  count = least (matte::between (end - 1, wide, narrow).index + 1, narrow - 1) - begin + 1;
}

QUAD_DEVICE void sum_line_columns (const MatteParams &p, const Positions &at, ApplyShared &shared)
{
  const int columns = at.width + 2 * p.reach, each = columns * at.height;
  for (int i = thread_index (); i < each * matte::kLineParts; i += thread_count ()) {
    const int k = i / each, down = i % each / columns, column = i % columns;
    const int x = at.x + column - p.reach, y = at.y + down;
    std::int64_t sum = 0;
    if (x >= 0 && x < p.grid_width)
      for (int row = most (y - p.reach, 0); row <= least (y + p.reach, p.grid_height - 1); row++)
        sum += load (p.lines + grid_index (p, k, x, row));
    shared.column[k][down][column] = sum;
  }
}

QUAD_DEVICE void find_means (const MatteParams &p, const Positions &at, ApplyShared &shared)
{
  const int each = at.width * at.height;
  for (int i = thread_index (); i < each * matte::kLineParts; i += thread_count ()) {
    const int k = i / each, down = i % each / at.width, across = i % at.width;
    std::int64_t sum = 0;
    for (int j = 0; j <= 2 * p.reach; j++) sum += shared.column[k][down][across + j];
    const double n = double (matte::window_of (at.x + across, p.reach, p.grid_width)) *
                     matte::window_of (at.y + down, p.reach, p.grid_height);
    shared.mean[k][down][across] = matte::mean_of (static_cast<double> (sum), n);
  }
}

// Where a pixel lies on the grid.
struct GridPoint {
  matte::Between across, down;
  int right, below;  // the next positions, or the last ones
};

QUAD_DEVICE GridPoint grid_point (const MatteParams &p, int x, int y)
{
  const matte::Between across = matte::between (x, p.area_width, p.grid_width);
  const matte::Between down = matte::between (y, p.area_height, p.grid_height);
  return {across, down, least (across.index + 1, p.grid_width - 1),
          least (down.index + 1, p.grid_height - 1)};
}

// The value at a point of what `at (x, y)` gives for positions.
template <typename At>
QUAD_DEVICE float value_at (const GridPoint &g, const At &at)
{
  const float left =
      matte::mix (at (g.across.index, g.down.index), at (g.across.index, g.below), g.down.part);
  const float right = matte::mix (at (g.right, g.down.index), at (g.right, g.below), g.down.part);
  return matte::mix (left, right, g.across.part);
}

QUAD_DEVICE float grid_value (const MatteParams &p, const float *plane, int k, const GridPoint &g)
{
  return value_at (g, [&] (int x, int y) { return load (plane + grid_index (p, k, x, y)); });
}

// Alpha that was kept, or the level as it is.
QUAD_DEVICE std::uint8_t kept_alpha (const MatteParams &p, const GridPoint &g, float level, int x,
                                     int y)
{
  if (!p.weights) return matte::alpha_of (level);
  std::uint16_t *kept = p.kept + std::int64_t{y} * p.area_width + x;
  const std::uint16_t next =
      matte::kept_of (load_written (kept), level, grid_value (p, p.weights, 0, g));
  store (kept, next);
  return matte::alpha_kept (next);
}

// The pixel at (x, y) of the part.
QUAD_DEVICE void apply_to (const MatteParams &p, const Positions &at, const ApplyShared &shared,
                           int x, int y, std::uint8_t *pixel)
{
  const GridPoint g = grid_point (p, x, y);
  float line[matte::kLineParts];
  for (int k = 0; k < matte::kLineParts; k++)
    line[k] = value_at (g, [&] (int i, int j) { return shared.mean[k][j - at.y][i - at.x]; });
  float sample[3];
  for (int k = 0; k < 3; k++) sample[k] = load_written (pixel + p.offset[k]);
  const float level = matte::level_of (line, sample[0], sample[1], sample[2]);
  std::uint8_t alpha = kept_alpha (p, g, level, x, y);
  if (p.own)
    alpha = static_cast<std::uint8_t> (scale_alpha (alpha, load_written (pixel + p.offset[3])));
  store (pixel + p.offset[3], alpha);
  if (!p.colors || alpha == 0 || alpha == 255) return;
  for (int k = 0; k < 3; k++) {
    const float front = grid_value (p, p.colors, k, g), back = grid_value (p, p.colors, 3 + k, g);
    store (pixel + p.offset[k],
           matte::alpha_of (matte::foreground_of (sample[k], alpha, front, back)));
  }
}

QUAD_DEVICE void apply (const MatteParams &p, ApplyShared &shared)
{
  const int tiles = tiles_across (p), block = static_cast<int> (block_index ());
  const int tile_x = block % tiles * kTileWidth, tile_y = block / tiles * kTileHeight;
  const int left = most (tile_x, p.area_x), top = most (tile_y, p.area_y);
  const int right = least (tile_x + kTileWidth, p.area_x + p.area_width);
  const int bottom = least (tile_y + kTileHeight, p.area_y + p.area_height);
  const bool touched = left < right && top < bottom;
  Positions at = {};
  if (touched) {
    span_of (left - p.area_x, right - p.area_x, p.area_width, p.grid_width, at.x, at.width);
    span_of (top - p.area_y, bottom - p.area_y, p.area_height, p.grid_height, at.y, at.height);
    sum_line_columns (p, at, shared);
  }
  meet ();
  if (touched) find_means (p, at, shared);
  meet ();
  for (int i = thread_index (); i < kTileThreads; i += thread_count ()) {
    const int x = tile_x + i % kTileWidth, y = tile_y + i / kTileWidth;
    if (x >= p.width || y >= p.height) continue;
    std::uint8_t *pixel = p.picture.data + y * p.picture.stride + std::int64_t{x} * 4;
    if (x >= left && x < right && y >= top && y < bottom)
      apply_to (p, at, shared, x - p.area_x, y - p.area_y, pixel);
    else
      store (pixel + p.offset[3], std::uint8_t{0});
  }
}

}  // namespace quad::cuda
