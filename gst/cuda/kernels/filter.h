// Computes the positions of one picture in one patch. The arithmetic is that of docs/pixels.md, in
// core/pixel_math.h.
#pragma once

#include "core/pixel_math.h"
#include "cuda/kernels/device.h"
#include "cuda/kernels/program.h"

namespace quad::cuda {
namespace {

// A position's samples: values after filtering, intermediates that are converted, or stored samples
// after a copy.
struct Position {
  int value[4] = {0, 0, 0, 0};
};

// Value `c` of four. Loops over channels count to 4 and the compiler knows their indices, so that
// values stay in registers.
template <typename T>
QUAD_DEVICE T channel (const T (&values)[4], int c)
{
  return c == 0 ? values[0] : c == 1 ? values[1] : c == 2 ? values[2] : values[3];
}

// The address of an array in the tables.
template <typename T>
QUAD_DEVICE const T *begin_of (const std::uint8_t *tables, Offset<T> offset)
{
  return reinterpret_cast<const T *> (tables + offset.bytes);
}

// An AxisTable with addresses.
struct Axis {
  const std::int32_t *left;
  const std::int16_t *weight;
  int taps;
};

QUAD_DEVICE Axis axis_of (const std::uint8_t *tables, const AxisTable &table)
{
  return {begin_of (tables, table.left), begin_of (tables, table.weight), table.taps};
}

QUAD_DEVICE const std::int16_t *tap_of (const Axis &axis, int o)
{
  return axis.weight + std::int64_t{o} * pitch_of (axis.taps);
}

// The number of groups that hold all positions.
QUAD_DEVICE int groups_in (int positions, int group) { return (positions + group - 1) / group; }

// The items of a grid, row by row, that a thread visits: the threads of the block take turns.
struct Walk {
  int columns, column, row;

  QUAD_DEVICE explicit Walk (int columns_) : columns (columns_)
  {
    // Quotients n / columns, from one division: exact while n * columns < 2^22.
    const unsigned inverse = (1u << 22) / static_cast<unsigned> (columns) + 1;
    const auto over = [inverse] (int n) {
      return static_cast<int> (static_cast<unsigned> (n) * inverse >> 22);
    };
    row = over (thread_index ());
    column = thread_index () - row * columns;
    step_row_ = over (thread_count ());
    step_column_ = thread_count () - step_row_ * columns;
  }
  QUAD_DEVICE void next ()
  {
    column += step_column_;
    row += step_row_;
    if (column < columns) return;
    column -= columns;
    row++;
  }

 private:
  int step_column_, step_row_;
};

// A block's data on the picture that it draws now.
struct Work {
  const Picture *picture;
  Axis across, down;
  DevicePlane source;
  Samples samples;  // the source's
  // The patch seen from the source: outputs from `u` on across, `rows` of them from `v` on down.
  int u, v, rows;
  Extent extent;  // staged
};

QUAD_DEVICE const std::uint8_t *row_of (const Work &w, int y)
{
  return w.source.data + y * w.source.stride;
}

// The byte offset of sample `i` in a row. `i` counts all channels of a position, then the next
// position.
QUAD_DEVICE std::int64_t offset_of (int i, const Samples &s)
{
  if (s.packed) return i * s.bytes;
  return i / s.channels * s.step + channel (s.offset, i % s.channels);
}

QUAD_DEVICE int raw_at (const std::uint8_t *row, int i, const Samples &s)
{
  const std::uint8_t *at = row + offset_of (i, s);
  if (s.bytes == 1) return load (at);
  return load (reinterpret_cast<const std::uint16_t *> (at));
}

// Sample `i` of a row, without its unused bits.
QUAD_DEVICE int sample_at (const std::uint8_t *row, int i, const Samples &s)
{
  const int v = raw_at (row, i, s);
  return s.bytes == 1 ? v : (v >> s.shift) & ((1 << s.depth) - 1);
}

// The vertical pass at sample `i` for output row `v`.
template <typename Sum>
QUAD_DEVICE Sum vertical_at (const Work &w, int v, int i)
{
  const Axis &down = w.down;
  const std::int16_t *tap = tap_of (down, v);
  const std::uint8_t *row = row_of (w, load (down.left + v));
  Sum sum = 0;
  for (int k = 0; k < down.taps; k++, row += w.source.stride)
    sum += Sum{load (tap + k)} * sample_at (row, i, w.samples);
  return vertical_round (sum, w.samples.depth);
}

// The same for a colour weighted by its alpha, at the position that begins at sample `i`.
QUAD_DEVICE std::int32_t weighted_at (const Work &w, int v, int i, int channel)
{
  const Axis &down = w.down;
  const std::int16_t *tap = tap_of (down, v);
  const std::uint8_t *row = row_of (w, load (down.left + v));
  std::int32_t sum = 0;
  for (int k = 0; k < down.taps; k++, row += w.source.stride)
    sum += load (tap + k) * (load (row + i + channel) * load (row + i + w.samples.alpha));
  return vertical_round (sum, 8);
}

// How a channel's sums are rounded: to samples.
struct ToSamples {
  template <typename Sum>
  QUAD_DEVICE int filtered (Sum sum, int depth, int) const
  {
    return horizontal_round (sum, depth);
  }
  QUAD_DEVICE int weighted (std::int64_t color, std::int64_t alpha, int) const
  {
    return unpremultiply (color, alpha);
  }
};

// Position (u, v) of a patch whose rows the block has summed into `mid` (and, where alpha varies,
// premultiplied into `weighted`).
template <typename Round>
QUAD_DEVICE Position from_staged (const Work &w, int u, int v, const std::int16_t *mid,
                                  const std::int32_t *weighted, const Round &round)
{
  const Axis &across = w.across;
  const int channels = w.samples.channels;
  const std::int16_t *tap = tap_of (across, u);
  const int from = load (across.left + u) * channels - w.extent.first;
  const int at = (v - w.v) * mid_pitch_of (w.extent) + from;
  std::int32_t sum[4] = {0, 0, 0, 0};
  for (int k = 0; k < across.taps; k++) {
    const std::int32_t t = load (tap + k);
    for (int c = 0; c < 4; c++)
      if (c < channels) sum[c] += t * mid[at + k * channels + c];
  }
  Position p;
  for (int c = 0; c < 4; c++)
    if (c < channels) p.value[c] = round.filtered (sum[c], w.samples.depth, c);
  if (!weighted || channel (sum, w.samples.alpha) == kOpaqueSum) return p;
  const int position = (v - w.v) * (w.extent.count / 4) + from / 4;
  for (int c = 0, to = 0; c < 4; c++) {
    if (c == w.samples.alpha) continue;
    std::int64_t color = 0;
    for (int k = 0; k < across.taps; k++)
      color += std::int64_t{load (tap + k)} * weighted[(position + k) * 3 + to];
    p.value[c] = round.weighted (color, channel (sum, w.samples.alpha), c);
    to++;
  }
  return p;
}

// The same straight from the source: any ratio, depth and alpha, but slowly. Sums need Sum's bits.
template <typename Sum, typename Round>
QUAD_DEVICE_APART Position filtered (const Work &w, int u, int v, const Round &round)
{
  const Axis &across = w.across;
  const int channels = w.samples.channels, alpha = w.samples.alpha;
  const std::int16_t *tap = tap_of (across, u);
  const int first = load (across.left + u) * channels;
  Sum sum[4] = {0, 0, 0, 0};
  for (int k = 0; k < across.taps; k++)
    for (int c = 0; c < 4; c++)
      if (c < channels)
        sum[c] += Sum{load (tap + k)} * vertical_at<Sum> (w, v, first + k * channels + c);
  Position p;
  for (int c = 0; c < 4; c++)
    if (c < channels) p.value[c] = round.filtered (sum[c], w.samples.depth, c);
  if (alpha < 0 || channel (sum, alpha) == kOpaqueSum) return p;
  for (int c = 0; c < 4; c++) {
    if (c >= channels) break;
    if (c == alpha) continue;
    std::int64_t color = 0;
    for (int k = 0; k < across.taps; k++)
      color += std::int64_t{load (tap + k)} * weighted_at (w, v, first + k * channels, c);
    p.value[c] = round.weighted (color, channel (sum, alpha), c);
  }
  return p;
}

template <typename Round>
QUAD_DEVICE Position from_direct (const Work &w, int u, int v, const Round &round)
{
  return w.samples.depth > 10 ? filtered<std::int64_t> (w, u, v, round)
                              : filtered<std::int32_t> (w, u, v, round);
}

// The address of the source sample for output (u, v), or of the first one if the output reads
// several. For packed rasters only.
QUAD_DEVICE const std::uint8_t *source_at (const Work &w, int u, int v)
{
  return row_of (w, load (w.down.left + v)) +
         load (w.across.left + u) * w.samples.channels * w.samples.bytes;
}

// The same for exact halves,
QUAD_DEVICE Position from_halves (const Work &w, int u, int v)
{
  const Samples &s = w.samples;
  const std::uint8_t *upper = row_of (w, load (w.down.left + v));
  const std::uint8_t *lower = upper + w.source.stride;
  const int first = load (w.across.left + u) * s.channels;
  Position p;
  for (int c = 0; c < 4; c++) {
    if (c >= s.channels) break;
    const int i = first + c, n = i + s.channels;
    const int a = sample_at (upper, i, s), b = sample_at (upper, n, s);
    const int d = sample_at (lower, i, s), e = sample_at (lower, n, s);
    if (c == s.alpha && (a & b & d & e) != 255) return from_direct (w, u, v, ToSamples{});
    p.value[c] = (a + b + d + e + 2) >> 2;
  }
  return p;
}

// and for copies.
QUAD_DEVICE Position copied (const Work &w, int u, int v)
{
  const std::uint8_t *row = row_of (w, load (w.down.left + v));
  const int first = load (w.across.left + u) * w.samples.channels;
  Position p;
  for (int c = 0; c < 4; c++)
    if (c < w.samples.channels) p.value[c] = raw_at (row, first + c, w.samples);
  return p;
}

}  // namespace
}  // namespace quad::cuda
