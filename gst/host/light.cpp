// Converts the light of rows by tables. The same steps as LightMap's, in floats that are rounded
// after each step, so the results are equal.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "host/light.cpp"
#include <hwy/foreach_target.h>
//
#include "host/scalar.h"
#include "host/simd-inl.h"
#include "host/simd.h"

HWY_BEFORE_NAMESPACE ();
namespace quad::host::simd {
namespace HWY_NAMESPACE {

#if HWY_TARGET == HWY_SCALAR
using scalar::light;
#else

using DF = hn::ScalableTag<float>;
using VF = hn::Vec<DF>;
using Rgb = std::array<VF, 3>;

HWY_INLINE VF times (VF v, float by) { return hn::Mul (v, hn::Set (DF (), by)); }

// Between points `at` and `at` + 1.
HWY_INLINE VF between (const float *points, V32 at, VF part)
{
  const DF d;
  const VF first = hn::GatherIndex (d, points, at), next = hn::GatherIndex (d, points + 1, at);
  return hn::Add (first, hn::Mul (hn::Sub (next, first), part));
}

HWY_INLINE VF value_at (const Curve &curve, VF x)
{
  const DF d;
  const D32 d32;
  const VF lowest = hn::Set (d, Curve::kLowest), most = hn::Set (d, Curve::kMost);
  const VF inside = hn::IfThenElse (hn::Ge (x, lowest), hn::Min (x, most), lowest);
  const V32 bits = hn::BitCast (d32, inside);
  const V32 at = hn::Sub (hn::ShiftRight<Curve::kDropped> (bits),
                          hn::Set (d32, static_cast<std::int32_t> (Curve::kFirst)));
  const V32 rest = hn::And (bits, hn::Set (d32, (1 << Curve::kDropped) - 1));
  return between (curve.points (), at,
                  times (hn::ConvertTo (d, rest), 1.0f / (1 << Curve::kDropped)));
}

HWY_INLINE VF dot (const Rgb &a, const std::array<float, 3> &b)
{
  return hn::Add (hn::Add (times (a[0], b[0]), times (a[1], b[1])), times (a[2], b[2]));
}

HWY_INLINE void multiply (Rgb &rgb, VF by)
{
  for (VF &v : rgb) v = hn::Mul (v, by);
}

// The light of codes of 16 bits.
HWY_INLINE VF linear_of (const LightMap &map, const std::byte *codes, int i)
{
  const DF d;
  const D32 d32;
  const hn::Rebind<std::uint16_t, D32> half;
  const V32 code =
      hn::PromoteTo (d32, hn::LoadU (half, reinterpret_cast<const std::uint16_t *> (codes) + i));
  const VF part = times (hn::ConvertTo (d, hn::And (code, hn::Set (d32, 3))), 0.25f);
  return between (map.linear.data (), hn::ShiftRight<2> (code), part);
}

void light (const LightMap &map, const LightRow &row, int count)
{
  const DF d;
  const int lanes = static_cast<int> (hn::Lanes (d));
  if (count < lanes) return scalar::light (map, row, count);
  for_blocks (count, lanes, [&] (int i) HWY_ATTR {
    Rgb rgb, shown;
    for (std::size_t k = 0; k < 3; k++) rgb[k] = linear_of (map, row.code[k], i);
    if (!map.gain.empty ()) multiply (rgb, value_at (map.gain, dot (rgb, map.luminance_from)));
    if (!map.roll_off.empty ())
      multiply (rgb, value_at (map.roll_off, hn::Max (hn::Max (rgb[0], rgb[1]), rgb[2])));
    for (std::size_t k = 0; k < 3; k++)
      shown[k] = hn::Max (hn::Zero (d), dot (rgb, map.primaries[k]));
    if (!map.inverse_gain.empty ())
      multiply (shown, value_at (map.inverse_gain, dot (shown, map.luminance_to)));
    for (std::size_t k = 0; k < 3; k++) {
      const VF coded = hn::Add (value_at (map.encoded, shown[k]), hn::Set (d, 0.5f));
      const hn::Rebind<std::int16_t, D32> half;
      hn::StoreU (hn::DemoteTo (half, hn::ConvertTo (D32 (), coded)), half, row.lit[k] + i);
    }
  });
}

#endif

}  // namespace HWY_NAMESPACE
}  // namespace quad::host::simd
HWY_AFTER_NAMESPACE ();

#if HWY_ONCE
namespace quad::host::simd {
HWY_EXPORT (light);

void light (const LightMap &map, const LightRow &row, int count)
{
  HWY_DYNAMIC_DISPATCH (light) (map, row, count);
}

}  // namespace quad::host::simd
#endif
