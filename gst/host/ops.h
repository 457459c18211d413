// The row operations that HostRenderer is made of. Each has a scalar version
// (scalar.cpp, the reference) and a SIMD one (a file each) with the same bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/filter.h"
#include "core/format.h"

namespace quad::host {

// How samples lie in memory.
struct SampleFormat {
  int depth = 8;
  int bytes = 1;
  int shift = 0;

  static SampleFormat of (const FormatInfo &f) { return {f.depth, f.sample_bytes, f.shift}; }
};

// Row buffers of intermediates are over-read by up to this many samples, against
// zero taps: allocate (and once clear) that many more than are written.
inline constexpr int kMidPadding = 192;

// A FilterPlan along a row, laid out for the vector length in use. Built by
// Ops::pack; only the Ops that built it can read it.
struct RowPlan {
  FilterPlan plan;

  // SIMD: outputs in groups of `lanes`; the last group overlaps the one before
  // it. See horizontal.cpp for what the tables hold in each mode.
  enum class Mode { scalar, one_table, two_tables, windows };
  Mode mode = Mode::scalar;
  int lanes = 0;
  int pairs = 0;                     // pairs of taps per output, or per window
  int windows = 0;                   // windows of 8 taps per output
  std::vector<std::int32_t> first;   // first output of each group
  std::vector<std::int32_t> base;    // where a group (or output) begins to read, in samples
  std::vector<std::int32_t> index;   // table look-up indices, lanes per group
  std::vector<std::int16_t> weight;  // packed taps

  bool packed () const { return mode != Mode::scalar; }
};

struct Ops {
  // mid[i] = vertical_round (sum over k < n of taps[k] * rows[k][i]), `samples`
  // of them. Reads nothing past the last sample of a row.
  void (*vertical) (const std::byte *const *rows, const std::int16_t *taps, int n, int samples,
                    const SampleFormat &format, std::int16_t *mid);

  // Splits `count` positions of `channels` interleaved samples into rows of
  // one channel each, `stride` samples apart. May write up to kMidPadding more.
  void (*split) (const std::int16_t *mid, int channels, int count, std::int16_t *planar,
                 std::size_t stride);

  RowPlan (*pack) (FilterPlan plan);

  // out[o] = horizontal_round (sum over k of tap(o)[k] * mid[left[o] + k]) for
  // all outputs of the plan, in `format`. Writes nothing past the last.
  void (*horizontal) (const RowPlan &plan, const std::int16_t *mid, const SampleFormat &format,
                      std::byte *out);

  // The inverse of split for finished samples of `bytes` each.
  void (*join) (const std::byte *planar, std::size_t stride, int channels, int count, int bytes,
                std::byte *out);

  // Two by two 8-bit positions to one, (a + b + c + d + 2) >> 2: what area makes
  // of exactly 2:1, without its intermediate.
  void (*box2) (const std::byte *upper, const std::byte *lower, int channels, int count,
                std::byte *out);

  // Whether byte `channel` of all `count` 4-byte positions is 255.
  bool (*opaque) (const std::byte *row, int count, int channel);
};

const Ops &scalar_ops ();
// For the best vector instructions of this machine.
const Ops &simd_ops ();

}  // namespace quad::host
