// Converts rows of intermediates to one component of another format.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "host/map.cpp"
#include <hwy/foreach_target.h>
//
#include <type_traits>

#include "host/scalar.h"
#include "host/simd-inl.h"
#include "host/simd.h"

HWY_BEFORE_NAMESPACE ();
namespace quad::host::simd {
namespace HWY_NAMESPACE {

#if HWY_TARGET == HWY_SCALAR
using scalar::map;
#else

// The sums of the lower or the upper half of the lanes from `i` on.
class Sums {
 public:
  HWY_INLINE explicit Sums (const MapRow &row)
      : factor0_ (hn::Set (D32 (), row.factor[0])),
        factor1_ (hn::Set (D32 (), row.factor[1])),
        factor2_ (hn::Set (D32 (), row.factor[2])),
        offset_ (hn::Set (D32 (), row.offset)),
        shift_ (row.shift)
  {
  }

  HWY_INLINE V32 operator() (const MapRow &row, int i) const
  {
    const hn::Rebind<std::int16_t, D32> half;
    const D32 d32;
    const auto in = [&] (std::size_t k)
                        HWY_ATTR { return hn::PromoteTo (d32, hn::LoadU (half, row.in[k] + i)); };
    V32 sum = hn::Add (offset_, hn::Mul (factor0_, in (0)));
    sum = hn::Add (sum, hn::Mul (factor1_, in (1)));
    sum = hn::Add (sum, hn::Mul (factor2_, in (2)));
    return hn::ShiftRightSame (sum, shift_);
  }

 private:
  V32 factor0_, factor1_, factor2_, offset_;
  int shift_;
};

template <typename Sample>
HWY_INLINE void map_samples (const MapRow &row, int count, const SampleFormat &format,
                             std::byte *out)
{
  const hn::Rebind<Sample, D32> d;
  const Sums sums (row);
  const V32 zero = hn::Zero (D32 ()), max = hn::Set (D32 (), (1 << format.depth) - 1);
  auto *to = reinterpret_cast<Sample *> (out);
  for_blocks (count, static_cast<int> (hn::Lanes (D32 ())), [&] (int i) HWY_ATTR {
    const V32 v = sums (row, i);
    if constexpr (std::is_same_v<Sample, std::uint8_t>)
      hn::StoreU (hn::DemoteTo (d, v), d, to + i);
    else
      hn::StoreU (
          hn::ShiftLeftSame (hn::DemoteTo (d, hn::Max (zero, hn::Min (v, max))), format.shift), d,
          to + i);
  });
}

void map (const MapRow &row, int count, const SampleFormat &format, std::byte *out)
{
  // Rows of odd addresses are rare, and some machines cannot store 16 bits there.
  const bool aligned =
      reinterpret_cast<std::uintptr_t> (out) % static_cast<std::size_t> (format.bytes) == 0;
  if (!aligned || count < static_cast<int> (hn::Lanes (D32 ())))
    return scalar::map (row, count, format, out);
  if (format.bytes == 1)
    map_samples<std::uint8_t> (row, count, format, out);
  else
    map_samples<std::uint16_t> (row, count, format, out);
}

#endif

}  // namespace HWY_NAMESPACE
}  // namespace quad::host::simd
HWY_AFTER_NAMESPACE ();

#if HWY_ONCE
namespace quad::host::simd {
HWY_EXPORT (map);

void map (const MapRow &row, int count, const SampleFormat &format, std::byte *out)
{
  HWY_DYNAMIC_DISPATCH (map) (row, count, format, out);
}

}  // namespace quad::host::simd
#endif
