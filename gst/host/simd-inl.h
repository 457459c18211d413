// Code that the SIMD operations share, compiled once for each target.
#if defined(QUAD_HOST_SIMD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef QUAD_HOST_SIMD_INL_H_
#undef QUAD_HOST_SIMD_INL_H_
#else
#define QUAD_HOST_SIMD_INL_H_
#endif

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE ();
namespace quad::host::simd {
namespace HWY_NAMESPACE {

#if HWY_TARGET != HWY_SCALAR  // HWY_SCALAR is the fallback: it calls scalar.h

namespace hn = hwy::HWY_NAMESPACE;

using D8 = hn::ScalableTag<std::uint8_t>;
using D16 = hn::ScalableTag<std::int16_t>;
using D32 = hn::ScalableTag<std::int32_t>;
using V16 = hn::Vec<D16>;
using V32 = hn::Vec<D32>;

// sum + a[2i] * b[2i] + a[2i+1] * b[2i+1] in lane i.
HWY_INLINE V32 multiply_add_pairs (V16 a, V16 b, V32 sum)
{
  const D32 d32;
#if HWY_ARCH_X86 && HWY_TARGET != HWY_EMU128
  V32 unused = hn::Zero (d32);
  return hn::ReorderWidenMulAccumulate (d32, a, b, sum, unused);
#else
  const V32 a32 = hn::BitCast (d32, a), b32 = hn::BitCast (d32, b);
  const V32 odd = hn::Mul (hn::ShiftRight<16> (a32), hn::ShiftRight<16> (b32));
  const V32 even = hn::Mul (hn::ShiftRight<16> (hn::ShiftLeft<16> (a32)),
                            hn::ShiftRight<16> (hn::ShiftLeft<16> (b32)));
  return hn::Add (sum, hn::Add (even, odd));
#endif
}

// Calls block (i) for steps of `lanes` that cover [0, count). The last step is moved back to end at
// `count`. `count` >= lanes.
template <typename Block>
HWY_INLINE void for_blocks (int count, int lanes, Block &&block)
{
  int i = 0;
  for (; i + lanes <= count; i += lanes) block (i);
  if (i < count) block (count - lanes);
}

#endif

}  // namespace HWY_NAMESPACE
}  // namespace quad::host::simd
HWY_AFTER_NAMESPACE ();

#endif
