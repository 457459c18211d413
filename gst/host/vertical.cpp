// Computes weighted sums of rows. It interleaves the samples of two rows to 16-bit pairs, so that
// one instruction multiplies and adds both. Sums are exact in 32 bits.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "host/vertical.cpp"
#include <hwy/foreach_target.h>
//
#include <hwy/cache_control.h>

#include <algorithm>

#include "core/pixel_math.h"
#include "host/scalar.h"
#include "host/simd-inl.h"
#include "host/simd.h"

HWY_BEFORE_NAMESPACE ();
namespace quad::host::simd {
namespace HWY_NAMESPACE {

#if HWY_TARGET == HWY_SCALAR
using scalar::vertical;
#else

// One vector of 16-bit samples that begins at `i`.
struct Load8 {
  HWY_INLINE V16 operator() (const std::byte *row, int i) const
  {
    const hn::Rebind<std::uint8_t, D16> d8;
    return hn::PromoteTo (D16 (), hn::LoadU (d8, reinterpret_cast<const std::uint8_t *> (row) + i));
  }
};

struct Load16 {
  int shift;
  std::uint16_t mask;

  HWY_INLINE V16 operator() (const std::byte *row, int i) const
  {
    const hn::RebindToUnsigned<D16> du;
    const auto v = hn::LoadU (du, reinterpret_cast<const std::uint16_t *> (row) + i);
    return hn::BitCast (D16 (), hn::And (hn::ShiftRightSame (v, shift), hn::Set (du, mask)));
  }
};

HWY_INLINE V16 tap_pair (std::int32_t pair) { return hn::BitCast (D16 (), hn::Set (D32 (), pair)); }

// The taps of two rows, in the form for multiply_add_pairs.
std::int32_t paired (std::int16_t first, std::int16_t second)
{
  return static_cast<std::int32_t> (static_cast<std::uint16_t> (first) |
                                    std::uint32_t{static_cast<std::uint16_t> (second)} << 16);
}

// If there are more rows than the fixed arrays hold, the scalar version does the work. Such ratios
// are rare, and their pictures are small.
constexpr int kMaxPairs = 64;

// How far ahead rows are prefetched, in bytes.
constexpr int kAhead = 384;

// Interleaving works in blocks of 128 bits; this restores the order.
HWY_INLINE void store_rounded (V32 lower, V32 upper, int shift, std::int16_t *to)
{
  const D16 d16;
  hn::StoreU (hn::ReorderDemote2To (d16, hn::ShiftRightSame (lower, shift),
                                    hn::ShiftRightSame (upper, shift)),
              d16, to);
}

// For taps of one half each: the mean of two rows needs no product.
template <typename Loader>
HWY_INLINE void average_rows (const std::byte *const *rows, int samples, int fraction,
                              std::ptrdiff_t next, Loader load, std::int16_t *mid)
{
  const D16 d16;
  for_blocks (samples, static_cast<int> (hn::Lanes (d16)), [&] (int i) HWY_ATTR {
    hwy::Prefetch (rows[0] + next + i);
    hwy::Prefetch (rows[1] + next + i);
    const V16 sum = hn::Add (load (rows[0], i), load (rows[1], i));
    hn::StoreU (hn::ShiftLeftSame (sum, fraction - 1), d16, mid + i);
  });
}

// For two taps, which sum to one: vertical_round (a * tap + b * (one - tap)) is
// (b << fraction) + vertical_round ((a - b) * tap), as b adds no part of a unit. MulFixedPoint15
// rounds a product of 16 bits in the same way, if it has 15 bits to drop.
template <typename Loader>
HWY_INLINE void blend_rows (const std::byte *const *rows, std::int16_t tap, int samples, int shift,
                            std::ptrdiff_t next, Loader load, std::int16_t *mid)
{
  const D16 d16;
  const V16 taps = hn::Set (d16, tap);
  for_blocks (samples, static_cast<int> (hn::Lanes (d16)), [&] (int i) HWY_ATTR {
    hwy::Prefetch (rows[0] + next + i);
    hwy::Prefetch (rows[1] + next + i);
    const V16 a = load (rows[0], i), b = load (rows[1], i);
    const V16 change = hn::MulFixedPoint15 (hn::ShiftLeftSame (hn::Sub (a, b), 15 - shift), taps);
    hn::StoreU (hn::Add (hn::ShiftLeftSame (b, kTapBits - shift), change), d16, mid + i);
  });
}

// Makes one output row straight from its source rows. kPairs > 0 is the number of pairs, known at
// compile time so that the compiler unrolls the loop.
template <int kPairs, typename Loader>
HWY_INLINE void sum_pairs (const std::byte *const *rows, const std::int32_t *taps, int pairs,
                           int samples, int shift, std::ptrdiff_t next, Loader load,
                           std::int16_t *mid)
{
  const D16 d16;
  const int count = kPairs > 0 ? kPairs : pairs;
  const V32 half = hn::Set (D32 (), 1 << (shift - 1));
  for_blocks (samples, static_cast<int> (hn::Lanes (d16)), [&] (int i) HWY_ATTR {
    V32 lower = half, upper = half;
    for (int k = 0; k < count; k++) {
      hwy::Prefetch (rows[2 * k] + next + i);
      hwy::Prefetch (rows[2 * k + 1] + next + i);
      const V16 a = load (rows[2 * k], i), b = load (rows[2 * k + 1], i), tap = tap_pair (taps[k]);
      lower = multiply_add_pairs (hn::InterleaveLower (d16, a, b), tap, lower);
      upper = multiply_add_pairs (hn::InterleaveUpper (d16, a, b), tap, upper);
    }
    store_rounded (lower, upper, shift, mid + i);
  });
}

template <typename Loader>
HWY_INLINE void each_alone (const RowBand &band, Loader load, std::int16_t *mid, std::size_t stride)
{
  const int n = band.taps, shift = kTapBits - fraction_bits (band.format.depth);
  const std::byte *rows[2 * kMaxPairs];
  std::int32_t taps[kMaxPairs];
  for (int r = 0; r < band.output_count; r++, mid += stride) {
    // An odd last row is paired with itself, with weight 0.
    const RowBand::Output &output = band.output[r];
    for (int k = 0; k < n; k += 2) {
      const bool both = k + 1 < n;
      rows[k] = band.rows[output.first + k];
      rows[k + 1] = band.rows[output.first + k + (both ? 1 : 0)];
      taps[k / 2] = paired (output.taps[k], both ? output.taps[k + 1] : std::int16_t{0});
    }
    const int pairs = (n + 1) / 2;
    // Prefetches the rows of the next output, because the hardware does not.
    const std::ptrdiff_t next = n > 1 ? (rows[1] - rows[0]) * n : 0;
    if (n == 2 && output.taps[0] == kTapOne / 2 && output.taps[1] == kTapOne / 2)
      average_rows (rows, band.samples, fraction_bits (band.format.depth), next, load, mid);
    else if (n == 2)
      blend_rows (rows, output.taps[0], band.samples, shift, next, load, mid);
    else if (pairs == 1)
      sum_pairs<1> (rows, taps, pairs, band.samples, shift, next, load, mid);
    else if (pairs == 2)
      sum_pairs<2> (rows, taps, pairs, band.samples, shift, next, load, mid);
    else
      sum_pairs<0> (rows, taps, pairs, band.samples, shift, next, load, mid);
  }
}

// For source rows that several output rows use: interleaves a narrow strip of all source rows once.
// It stays in the nearest cache for all outputs.
template <typename Loader>
HWY_INLINE void together (const RowBand &band, Loader load, std::int16_t *mid, std::size_t stride)
{
  const D16 d16;
  const D32 d32;
  const std::size_t lanes = hn::Lanes (d16);
  const int shift = kTapBits - fraction_bits (band.format.depth);
  const V32 half = hn::Set (d32, 1 << (shift - 1));
  const int band_pairs = (band.row_count + 1) / 2;

  // Pairs begin on even rows of the band. An output that begins on an odd row has one more pair;
  // its outer taps are zero.
  std::int32_t taps[kMaxBand][kMaxPairs + 1];
  int pairs[kMaxBand];
  for (int r = 0; r < band.output_count; r++) {
    const RowBand::Output &output = band.output[r];
    const int odd = output.first % 2;
    auto tap = [&] (int k) { return k >= 0 && k < band.taps ? output.taps[k] : std::int16_t{0}; };
    pairs[r] = (band.taps + odd + 1) / 2;
    for (int k = 0; k < pairs[r]; k++)
      taps[r][k] = paired (tap (2 * k - odd), tap (2 * k + 1 - odd));
  }

  HWY_ALIGN std::int16_t strip[kMaxPairs * 4 * hn::MaxLanes (D16 ())];
  for_blocks (band.samples, static_cast<int> (2 * lanes), [&] (int i) HWY_ATTR {
    const int next = i + static_cast<int> (lanes);
    std::int16_t *to = strip;
    for (int p = 0; p < band_pairs; p++, to += 4 * lanes) {
      const std::byte *upper = band.rows[2 * p];
      const std::byte *lower = band.rows[std::min (2 * p + 1, band.row_count - 1)];
      // The hardware does not prefetch so many rows.
      hwy::Prefetch (upper + kAhead + i);
      hwy::Prefetch (lower + kAhead + i);
      const V16 a0 = load (upper, i), b0 = load (lower, i);
      const V16 a1 = load (upper, next), b1 = load (lower, next);
      hn::Store (hn::InterleaveLower (d16, a0, b0), d16, to);
      hn::Store (hn::InterleaveUpper (d16, a0, b0), d16, to + lanes);
      hn::Store (hn::InterleaveLower (d16, a1, b1), d16, to + 2 * lanes);
      hn::Store (hn::InterleaveUpper (d16, a1, b1), d16, to + 3 * lanes);
    }
    for (int r = 0; r < band.output_count; r++) {
      const std::int16_t *from = strip + std::size_t (band.output[r].first / 2) * 4 * lanes;
      V32 sum0 = half, sum1 = half, sum2 = half, sum3 = half;
      for (int k = 0; k < pairs[r]; k++, from += 4 * lanes) {
        const V16 tap = tap_pair (taps[r][k]);
        sum0 = multiply_add_pairs (hn::Load (d16, from), tap, sum0);
        sum1 = multiply_add_pairs (hn::Load (d16, from + lanes), tap, sum1);
        sum2 = multiply_add_pairs (hn::Load (d16, from + 2 * lanes), tap, sum2);
        sum3 = multiply_add_pairs (hn::Load (d16, from + 3 * lanes), tap, sum3);
      }
      std::int16_t *out = mid + std::size_t (r) * stride;
      store_rounded (sum0, sum1, shift, out + i);
      store_rounded (sum2, sum3, shift, out + next);
    }
  });
}

template <typename Loader>
HWY_INLINE void sum_band (const RowBand &band, Loader load, std::int16_t *mid, std::size_t stride)
{
  const int lanes = static_cast<int> (hn::Lanes (D16 ()));
  const bool shared = band.taps * band.output_count >= 2 * band.row_count;
  if (shared && band.row_count <= 2 * kMaxPairs && band.samples >= 2 * lanes)
    together (band, load, mid, stride);
  else if (band.taps <= 2 * kMaxPairs && band.samples >= lanes)
    each_alone (band, load, mid, stride);
  else
    scalar::vertical (band, mid, stride);
}

void vertical (const RowBand &band, std::int16_t *mid, std::size_t stride)
{
  const SampleFormat &format = band.format;
  if (format.bytes == 1)
    sum_band (band, Load8{}, mid, stride);
  else
    sum_band (band, Load16{format.shift, static_cast<std::uint16_t> ((1 << format.depth) - 1)}, mid,
              stride);
}

#endif

}  // namespace HWY_NAMESPACE
}  // namespace quad::host::simd
HWY_AFTER_NAMESPACE ();

#if HWY_ONCE
namespace quad::host::simd {
HWY_EXPORT (vertical);

void vertical (const RowBand &band, std::int16_t *mid, std::size_t stride)
{
  HWY_DYNAMIC_DISPATCH (vertical) (band, mid, stride);
}
}  // namespace quad::host::simd
#endif
