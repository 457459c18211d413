// Splits and joins interleaved channels, and tests whether one of them is opaque.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "host/channels.cpp"
#include <hwy/foreach_target.h>
//
#include "host/scalar.h"
#include "host/simd-inl.h"
#include "host/simd.h"

HWY_BEFORE_NAMESPACE ();
namespace quad::host::simd {
namespace HWY_NAMESPACE {

#if HWY_TARGET == HWY_SCALAR
using scalar::every_second;
using scalar::join;
using scalar::opaque;
using scalar::opaque_mid;
using scalar::split;
#else

void split (const std::int16_t *mid, int channels, int count, std::int16_t *planar,
            std::size_t stride)
{
  const D16 d;
  const int lanes = static_cast<int> (hn::Lanes (d));
  V16 c0, c1, c2, c3;
  for (int i = 0; i < count; i += lanes, mid += channels * lanes, planar += lanes) {
    switch (channels) {
      case 2: hn::LoadInterleaved2 (d, mid, c0, c1); break;
      case 3: hn::LoadInterleaved3 (d, mid, c0, c1, c2); break;
      default: hn::LoadInterleaved4 (d, mid, c0, c1, c2, c3); break;
    }
    hn::StoreU (c0, d, planar);
    hn::StoreU (c1, d, planar + stride);
    if (channels > 2) hn::StoreU (c2, d, planar + 2 * stride);
    if (channels > 3) hn::StoreU (c3, d, planar + 3 * stride);
  }
}

template <typename Sample>
HWY_INLINE void join_samples (const Sample *planar, std::size_t stride, int channels, int count,
                              Sample *out)
{
  const hn::ScalableTag<Sample> d;
  for_blocks (count, static_cast<int> (hn::Lanes (d)), [&] (int i) HWY_ATTR {
    const Sample *from = planar + i;
    Sample *to = out + channels * i;
    const auto c0 = hn::LoadU (d, from), c1 = hn::LoadU (d, from + stride);
    if (channels == 2) return hn::StoreInterleaved2 (c0, c1, d, to);
    const auto c2 = hn::LoadU (d, from + 2 * stride);
    if (channels == 3) return hn::StoreInterleaved3 (c0, c1, c2, d, to);
    hn::StoreInterleaved4 (c0, c1, c2, hn::LoadU (d, from + 3 * stride), d, to);
  });
}

void join (const std::byte *planar, std::size_t stride, int channels, int count, int bytes,
           std::byte *out)
{
  // Some machines store the channels sample by sample, which must be aligned then. Rows of odd
  // addresses are rare.
  const bool aligned = reinterpret_cast<std::uintptr_t> (out) % std::size_t (bytes) == 0;
  if (!aligned || count < static_cast<int> (hn::Lanes (D8 ())) / bytes)
    return scalar::join (planar, stride, channels, count, bytes, out);
  if (bytes == 1)
    join_samples (reinterpret_cast<const std::uint8_t *> (planar), stride, channels, count,
                  reinterpret_cast<std::uint8_t *> (out));
  else
    join_samples (reinterpret_cast<const std::uint16_t *> (planar), stride, channels, count,
                  reinterpret_cast<std::uint16_t *> (out));
}

void every_second (const std::byte *pairs, int second, int count, std::byte *out)
{
  const D8 d;
  const int lanes = static_cast<int> (hn::Lanes (d));
  if (count < lanes) return scalar::every_second (pairs, second, count, out);
  for_blocks (count, lanes, [&] (int i) HWY_ATTR {
    const auto *from = reinterpret_cast<const std::uint8_t *> (pairs) + 2 * i;
    const auto lower = hn::LoadU (d, from), upper = hn::LoadU (d, from + lanes);
    hn::StoreU (second ? hn::ConcatOdd (d, upper, lower) : hn::ConcatEven (d, upper, lower), d,
                reinterpret_cast<std::uint8_t *> (out) + i);
  });
}

bool opaque (const std::byte *row, int count, int channel)
{
  const hn::ScalableTag<std::uint32_t> d32;
  const D8 d8;
  const int lanes = static_cast<int> (hn::Lanes (d32));
  if (count < lanes) return scalar::opaque (row, count, channel);
  const auto mask = hn::Set (d32, std::uint32_t{255} << (8 * channel));
  auto all = mask;
  for_blocks (count, lanes, [&] (int i) HWY_ATTR {
    const auto v = hn::LoadU (d8, reinterpret_cast<const std::uint8_t *> (row) + 4 * i);
    all = hn::And (all, hn::BitCast (d32, v));
  });
  return hn::AllTrue (d32, hn::Eq (all, mask));
}

bool opaque_mid (const std::int16_t *mid, int count, int channel)
{
  const D16 d;
  const hn::RepartitionToWide<hn::RepartitionToWide<D16>> d64;
  const int lanes = static_cast<int> (hn::Lanes (d64));
  if (count < lanes) return scalar::opaque_mid (mid, count, channel);
  const auto mask = hn::BitCast (d, hn::Set (d64, std::int64_t{0xffff} << (16 * channel)));
  const V16 opaque = hn::Set (d, kOpaqueMid);
  V16 off = hn::Zero (d);
  for_blocks (count, lanes, [&] (int i) HWY_ATTR {
    off = hn::Or (off, hn::Xor (hn::LoadU (d, mid + 4 * i), opaque));
  });
  return hn::AllTrue (d, hn::Eq (hn::And (off, mask), hn::Zero (d)));
}

#endif

}  // namespace HWY_NAMESPACE
}  // namespace quad::host::simd
HWY_AFTER_NAMESPACE ();

#if HWY_ONCE
namespace quad::host::simd {
HWY_EXPORT (split);
HWY_EXPORT (join);
HWY_EXPORT (every_second);
HWY_EXPORT (opaque);
HWY_EXPORT (opaque_mid);

void split (const std::int16_t *mid, int channels, int count, std::int16_t *planar,
            std::size_t stride)
{
  HWY_DYNAMIC_DISPATCH (split) (mid, channels, count, planar, stride);
}

void join (const std::byte *planar, std::size_t stride, int channels, int count, int bytes,
           std::byte *out)
{
  HWY_DYNAMIC_DISPATCH (join) (planar, stride, channels, count, bytes, out);
}

void every_second (const std::byte *pairs, int second, int count, std::byte *out)
{
  HWY_DYNAMIC_DISPATCH (every_second) (pairs, second, count, out);
}

bool opaque (const std::byte *row, int count, int channel)
{
  return HWY_DYNAMIC_DISPATCH (opaque) (row, count, channel);
}

bool opaque_mid (const std::int16_t *mid, int count, int channel)
{
  return HWY_DYNAMIC_DISPATCH (opaque_mid) (mid, count, channel);
}
}  // namespace quad::host::simd
#endif
