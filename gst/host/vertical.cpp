// Weighted sums of rows. Samples of two rows are interleaved to 16-bit pairs, so
// that one instruction multiplies and adds both; sums are exact in 32 bits.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "host/vertical.cpp"
#include <hwy/foreach_target.h>
//
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

// One vector of 16-bit samples from `i` on.
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

// The rounded sums of one vector of samples; `pairs` of rows, known beforehand
// for the usual few so that the loop unrolls.
template <int kPairs, typename Loader>
HWY_INLINE void sum_rows (const std::byte *const *rows, const std::int16_t *taps, int pairs,
                          int samples, int shift, Loader load, std::int16_t *mid)
{
  const D16 d16;
  const D32 d32;
  const int count = kPairs > 0 ? kPairs : pairs;
  V16 held[kPairs > 0 ? kPairs : 1];
  for (int k = 0; k < kPairs; k++) held[k] = tap_pair (taps[2 * k], taps[2 * k + 1]);
  const V32 half = hn::Set (d32, 1 << (shift - 1));
  for_blocks (samples, static_cast<int> (hn::Lanes (d16)), [&] (int i) HWY_ATTR {
    V32 lower = half, upper = half;
    for (int k = 0; k < count; k++) {
      const V16 a = load (rows[2 * k], i), b = load (rows[2 * k + 1], i);
      const V16 pair = kPairs > 0 ? held[k] : tap_pair (taps[2 * k], taps[2 * k + 1]);
      lower = multiply_add_pairs (hn::InterleaveLower (d16, a, b), pair, lower);
      upper = multiply_add_pairs (hn::InterleaveUpper (d16, a, b), pair, upper);
    }
    // Interleaving went by 128-bit blocks, and so does this: it undoes that.
    hn::StoreU (hn::ReorderDemote2To (d16, hn::ShiftRightSame (lower, shift),
                                      hn::ShiftRightSame (upper, shift)),
                d16, mid + i);
  });
}

template <typename Loader>
HWY_INLINE void sum_some_rows (const std::byte *const *rows, const std::int16_t *taps, int pairs,
                               int samples, int shift, Loader load, std::int16_t *mid)
{
  switch (pairs) {
    case 1: return sum_rows<1> (rows, taps, pairs, samples, shift, load, mid);
    case 2: return sum_rows<2> (rows, taps, pairs, samples, shift, load, mid);
    case 3: return sum_rows<3> (rows, taps, pairs, samples, shift, load, mid);
    case 4: return sum_rows<4> (rows, taps, pairs, samples, shift, load, mid);
    default: return sum_rows<0> (rows, taps, pairs, samples, shift, load, mid);
  }
}

// Sums more rows than fit the fixed arrays: they are rare, and long in any case.
constexpr int kMaxPairs = 64;

void vertical (const std::byte *const *rows, const std::int16_t *taps, int n, int samples,
               const SampleFormat &format, std::int16_t *mid)
{
  const D16 d16;
  const int pairs = (n + 1) / 2;
  if (samples < static_cast<int> (hn::Lanes (d16)) || pairs > kMaxPairs)
    return scalar::vertical (rows, taps, n, samples, format, mid);
  // An odd row out is paired with itself, at no weight.
  const std::byte *row[2 * kMaxPairs];
  std::int16_t tap[2 * kMaxPairs];
  std::copy_n (rows, n, row);
  std::copy_n (taps, n, tap);
  if (n % 2 != 0) {
    row[n] = row[n - 1];
    tap[n] = 0;
  }
  const int shift = kTapBits - fraction_bits (format.depth);
  if (format.bytes == 1)
    sum_some_rows (row, tap, pairs, samples, shift, Load8{}, mid);
  else
    sum_some_rows (row, tap, pairs, samples, shift,
                   Load16{format.shift, static_cast<std::uint16_t> ((1 << format.depth) - 1)}, mid);
}

#endif

}  // namespace HWY_NAMESPACE
}  // namespace quad::host::simd
HWY_AFTER_NAMESPACE ();

#if HWY_ONCE
namespace quad::host::simd {
HWY_EXPORT (vertical);

void vertical (const std::byte *const *rows, const std::int16_t *taps, int n, int samples,
               const SampleFormat &format, std::int16_t *mid)
{
  HWY_DYNAMIC_DISPATCH (vertical) (rows, taps, n, samples, format, mid);
}
}  // namespace quad::host::simd
#endif
