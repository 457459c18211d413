// Makes one 8-bit position of two by two. Positions have 1, 2 or 4 bytes. Even and odd channels are
// summed apart, vertically and horizontally; all sums fit into 16 bits.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "host/box2.cpp"
#include <hwy/foreach_target.h>
//
#include <hwy/cache_control.h>

#include "core/pixel_math.h"
#include "host/scalar.h"
#include "host/simd-inl.h"
#include "host/simd.h"

HWY_BEFORE_NAMESPACE ();
namespace quad::host::simd {
namespace HWY_NAMESPACE {

#if HWY_TARGET == HWY_SCALAR
using scalar::box2;
using scalar::box2_mid;
#else

using DU16 = hn::RebindToUnsigned<D16>;
using VU16 = hn::Vec<DU16>;

// The sums of two bytes of a column: `even` has those of bytes 0, 2, ..., `odd` those of bytes 1,
// 3, ...
struct Columns {
  VU16 even, odd;
};

HWY_INLINE Columns columns (const std::byte *upper, const std::byte *lower, int at)
{
  const D8 d8;
  const DU16 d16;
  // Prefetches the rows of the next output, because the hardware does not.
  const std::ptrdiff_t next = 2 * (lower - upper);
  hwy::Prefetch (upper + next + at);
  hwy::Prefetch (lower + next + at);
  const auto a =
      hn::BitCast (d16, hn::LoadU (d8, reinterpret_cast<const std::uint8_t *> (upper) + at));
  const auto b =
      hn::BitCast (d16, hn::LoadU (d8, reinterpret_cast<const std::uint8_t *> (lower) + at));
  const auto low = hn::Set (d16, 255);
  return {hn::Add (hn::And (a, low), hn::And (b, low)),
          hn::Add (hn::ShiftRight<8> (a), hn::ShiftRight<8> (b))};
}

HWY_INLINE VU16 quarter (VU16 sum)
{
  return hn::ShiftRight<2> (hn::Add (sum, hn::Set (DU16 (), 2)));
}

// One vector of positions of `Position` bytes each; the results are in its even positions.
template <typename Position>
HWY_INLINE hn::Vec<hn::ScalableTag<Position>> average (const std::byte *upper,
                                                       const std::byte *lower, int at)
{
  const hn::ScalableTag<Position> d;
  const Columns c = columns (upper, lower, at);
  if constexpr (sizeof (Position) == 1) {
    return hn::BitCast (d, quarter (hn::Add (c.even, c.odd)));
  } else {
    // Neighbouring positions: the same lanes, one position further.
    const hn::RepartitionToWide<hn::ScalableTag<Position>> dw;
    constexpr int kBits = 8 * sizeof (Position);
    auto with_next = [&] (VU16 v) HWY_ATTR {
      const auto next = hn::ShiftRight<kBits> (hn::BitCast (dw, v));
      return quarter (hn::Add (v, hn::BitCast (DU16 (), next)));
    };
    return hn::BitCast (d, hn::Or (with_next (c.even), hn::ShiftLeft<8> (with_next (c.odd))));
  }
}

template <typename Position>
HWY_INLINE void halve (const std::byte *upper, const std::byte *lower, int count, std::byte *out)
{
  const hn::ScalableTag<Position> d;
  const int lanes = static_cast<int> (hn::Lanes (d)), bytes = sizeof (Position);
  auto *to = reinterpret_cast<Position *> (out);
  for_blocks (count, lanes, [&] (int o) HWY_ATTR {
    const int at = 2 * o * bytes;
    const auto left = average<Position> (upper, lower, at);
    const auto right = average<Position> (upper, lower, at + lanes * bytes);
    hn::StoreU (hn::ConcatEven (d, right, left), d, to + o);
  });
}

void box2 (const std::byte *upper, const std::byte *lower, int channels, int count, std::byte *out)
{
  if (count < static_cast<int> (hn::Lanes (D8 ())) / channels)
    return scalar::box2 (upper, lower, channels, count, out);
  switch (channels) {
    case 1: return halve<std::uint8_t> (upper, lower, count, out);
    case 2: return halve<std::uint16_t> (upper, lower, count, out);
    default: return halve<std::uint32_t> (upper, lower, count, out);
  }
}

// The intermediates of neighbours in two rows.
HWY_INLINE V16 mid_of (hn::Vec<D8> upper, hn::Vec<D8> lower)
{
  const DU16 d16;
  const auto a = hn::BitCast (d16, upper), b = hn::BitCast (d16, lower);
  const auto low = hn::Set (d16, 255);
  const VU16 even = hn::Add (hn::And (a, low), hn::And (b, low));
  const VU16 odd = hn::Add (hn::ShiftRight<8> (a), hn::ShiftRight<8> (b));
  return hn::BitCast (D16 (), hn::ShiftLeft<map_bits (8) - 2> (hn::Add (even, odd)));
}

template <int kChannels>
HWY_INLINE void halve_mid (const std::uint8_t *upper, const std::uint8_t *lower, int count,
                           std::int16_t *out, std::size_t stride)
{
  const D8 d8;
  const D16 d16;
  for_blocks (count, static_cast<int> (hn::Lanes (d16)), [&] (int o) HWY_ATTR {
    const std::uint8_t *u = upper + 2 * kChannels * o, *l = lower + 2 * kChannels * o;
    if constexpr (kChannels == 1) {
      hn::StoreU (mid_of (hn::LoadU (d8, u), hn::LoadU (d8, l)), d16, out + o);
    } else if constexpr (kChannels == 2) {
      hn::Vec<D8> u0, u1, l0, l1;
      hn::LoadInterleaved2 (d8, u, u0, u1);
      hn::LoadInterleaved2 (d8, l, l0, l1);
      hn::StoreU (mid_of (u0, l0), d16, out + o);
      hn::StoreU (mid_of (u1, l1), d16, out + stride + o);
    } else {
      hn::Vec<D8> u0, u1, u2, u3, l0, l1, l2, l3;
      hn::LoadInterleaved4 (d8, u, u0, u1, u2, u3);
      hn::LoadInterleaved4 (d8, l, l0, l1, l2, l3);
      hn::StoreU (mid_of (u0, l0), d16, out + o);
      hn::StoreU (mid_of (u1, l1), d16, out + stride + o);
      hn::StoreU (mid_of (u2, l2), d16, out + 2 * stride + o);
      hn::StoreU (mid_of (u3, l3), d16, out + 3 * stride + o);
    }
  });
}

void box2_mid (const std::byte *upper, const std::byte *lower, int channels, int count,
               std::int16_t *out, std::size_t stride)
{
  if (count < static_cast<int> (hn::Lanes (D16 ())))
    return scalar::box2_mid (upper, lower, channels, count, out, stride);
  const auto *u = reinterpret_cast<const std::uint8_t *> (upper);
  const auto *l = reinterpret_cast<const std::uint8_t *> (lower);
  switch (channels) {
    case 1: return halve_mid<1> (u, l, count, out, stride);
    case 2: return halve_mid<2> (u, l, count, out, stride);
    default: return halve_mid<4> (u, l, count, out, stride);
  }
}

#endif

}  // namespace HWY_NAMESPACE
}  // namespace quad::host::simd
HWY_AFTER_NAMESPACE ();

#if HWY_ONCE
namespace quad::host::simd {
HWY_EXPORT (box2);
HWY_EXPORT (box2_mid);

void box2 (const std::byte *upper, const std::byte *lower, int channels, int count, std::byte *out)
{
  HWY_DYNAMIC_DISPATCH (box2) (upper, lower, channels, count, out);
}

void box2_mid (const std::byte *upper, const std::byte *lower, int channels, int count,
               std::int16_t *out, std::size_t stride)
{
  HWY_DYNAMIC_DISPATCH (box2_mid) (upper, lower, channels, count, out, stride);
}

}  // namespace quad::host::simd
#endif
