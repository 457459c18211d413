// The row operations that HostRenderer uses. Each has a scalar version (scalar.cpp, the reference)
// and a SIMD version (one file each). Both give the same bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/filter.h"
#include "core/format.h"
#include "core/light_map.h"
#include "host/arena.h"

namespace quad::host {

// How samples lie in memory.
struct SampleFormat {
  int depth = 8;
  int bytes = 1;
  int shift = 0;

  static SampleFormat of (const FormatInfo &f) { return {f.depth, f.sample_bytes, f.shift}; }
};

// Operations read up to this many samples past the end of an intermediate row and multiply them by
// zero taps. So allocate that many more samples than are written, and clear them once.
inline constexpr int kMidPadding = 192;

// A plan along a row, laid out for the vector length in use. Ops::pack makes it, and only the same
// Ops can read it. Its lists lie in an arena; those of `plan` belong to the caller of pack.
struct RowPlan {
  FilterView plan;
  int channels = 1;  // 1, 2, or 4 (of 8 bits) interleaved channels that share the taps

  // SIMD computes outputs in groups of `lanes`. The last group overlaps the one before it.
  // horizontal.cpp says what the tables hold in each mode.
  enum class Mode { scalar, one_table, two_tables, windows };
  Mode mode = Mode::scalar;
  int lanes = 0;
  int pairs = 0;                          // pairs of taps per output, or per window
  int windows = 0;                        // windows of 8 taps per output
  std::span<const std::int32_t> first;    // first output of each group
  std::span<const std::int32_t> base;     // where a group (or output) begins to read, in samples
  std::span<const std::int32_t> index;    // table look-up indices, lanes per group
  std::span<const std::int32_t> taps_at;  // where a group's taps begin in `weight`
  std::span<const std::int16_t> weight;   // packed taps; groups with equal taps share them

  bool packed () const { return mode != Mode::scalar; }
};

// Output rows that one call computes from neighbouring source rows; at most kMaxBand.
inline constexpr int kMaxBand = 8;

struct RowBand {
  struct Output {
    int first;                 // index in `rows` of the first tap's row
    const std::int16_t *taps;  // their sum is kTapOne
  };

  const std::byte *const *rows;  // `row_count` pointers to the rows' first samples
  int row_count;
  Output output[kMaxBand];
  int output_count;
  int taps;     // of each output
  int samples;  // of each row
  SampleFormat format;
};

// One component of a row that is converted (ColorMap), from three rows of intermediates.
struct MapRow {
  std::array<const std::int16_t *, 3> in;
  std::array<std::int16_t, 3> factor;
  std::int32_t offset;
  int shift;
};

// A row of R', G' and B' of 16 bits in the source's light, and where it goes in the canvas's, as
// intermediates.
struct LightRow {
  std::array<const std::byte *, 3> code;
  std::array<std::int16_t *, 3> lit;
};

struct Ops {
  // For each output r: mid[r * stride + i] = vertical_round (sum over k < taps of
  // output[r].taps[k] * rows[output[r].first + k][i]), for i < samples. Reads
  // nothing past the last sample of a row.
  void (*vertical) (const RowBand &band, std::int16_t *mid, std::size_t stride);

  // Splits `count` positions of `channels` interleaved samples into one row for each channel. The
  // rows are `stride` samples apart. May write up to kMidPadding samples more.
  void (*split) (const std::int16_t *mid, int channels, int count, std::int16_t *planar,
                 std::size_t stride);

  // For 1, 2 or 4 interleaved channels, or for them one by one: then the result has one channel.
  RowPlan (*pack) (const FilterView &plan, int channels, Arena &arena);

  // For each of `rows` rows r, outputs o and channels c of the plan:
  // out[r * out_stride][o * channels + c] = horizontal_round (sum over k of
  // tap(o)[k] * mid[r * mid_stride + (left[o] + k) * channels + c]), in `format`.
  // `mid_stride` is in elements, `out_stride` in bytes. Writes nothing past the last output of a
  // row.
  void (*horizontal) (const RowPlan &plan, const std::int16_t *mid, std::size_t mid_stride,
                      int rows, const SampleFormat &format, std::byte *out,
                      std::ptrdiff_t out_stride);

  // As horizontal for one channel, but leaves intermediates: out[r * out_stride + o] = map_round
  // (sum, depth), for the source's depth of 8 or 10. May write up to kMidPadding elements more in a
  // row.
  void (*horizontal_mid) (const RowPlan &plan, const std::int16_t *mid, std::size_t mid_stride,
                          int rows, std::int16_t *out, std::size_t out_stride);

  // out[i] = mapped (sum over k of factor[k] * in[k][i] + offset, shift, depth), as samples of
  // `format`. Reads up to kMidPadding intermediates more.
  void (*map) (const MapRow &row, int count, const SampleFormat &format, std::byte *out);

  // lit[k][i] = map (code[0][i], code[1][i], code[2][i])[k], for i < count.
  void (*light) (const LightMap &map, const LightRow &row, int count);

  // The inverse of split, for finished samples of `bytes` bytes each.
  void (*join) (const std::byte *planar, std::size_t stride, int channels, int count, int bytes,
                std::byte *out);

  // out[i] = pairs[2 * i + second] for i < count; reads `count` whole pairs.
  void (*every_second) (const std::byte *pairs, int second, int count, std::byte *out);

  // Makes one 8-bit position of two by two: (a + b + c + d + 2) >> 2. This is what area gives for
  // exactly 2:1, without an intermediate.
  void (*box2) (const std::byte *upper, const std::byte *lower, int channels, int count,
                std::byte *out);

  // The same for 1, 2 or 4 channels as intermediates that are converted: channel c begins at
  // out + c * stride.
  void (*box2_mid) (const std::byte *upper, const std::byte *lower, int channels, int count,
                    std::int16_t *out, std::size_t stride);

  // Whether byte `channel` of all `count` 4-byte positions is 255.
  bool (*opaque) (const std::byte *row, int count, int channel);

  // Whether channel `channel` of all `count` 4-channel intermediates is opaque.
  bool (*opaque_mid) (const std::int16_t *mid, int count, int channel);
};

const Ops &scalar_ops ();
// The operations with the best vector instructions of this machine.
const Ops &simd_ops ();

}  // namespace quad::host
