// The nearest colour of a palette. Each lane has a pixel; the colours are tried one after the
// other.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "host/nearest.cpp"
#include <hwy/foreach_target.h>
//
#include <algorithm>

#include "host/nearest.h"
#include "host/simd-inl.h"

HWY_BEFORE_NAMESPACE ();
namespace quad::host::simd {
namespace HWY_NAMESPACE {

#if HWY_TARGET == HWY_SCALAR
using gif::find_nearest;
#else

using gif::distance, gif::Palette, gif::Rgba, gif::red, gif::green, gif::blue;
using gif::kRedWeight, gif::kGreenWeight, gif::kBlueWeight;

// |p - c|^2 = |p|^2 + (|c|^2 - 2 p c). Only the part in brackets depends on the colour. It is
// multiplied by 256, and the lowest 8 bits hold the colour's index, so one minimum finds both. It
// is at most 3 * 255^2 * (2 + 3 + 2) * 256 in size, which fits.
void find_nearest (const Palette &palette, const Rgba *pixels, std::size_t count,
                   std::uint8_t *index, std::uint32_t *distances)
{
  const D32 d;
  const D16 d16;
  const std::size_t lanes = hn::Lanes (d);
  if (count < lanes) {
    Rgba all[hn::MaxLanes (d)] = {};
    std::uint8_t index_of[hn::MaxLanes (d)];
    std::uint32_t distance_of[hn::MaxLanes (d)];
    std::copy_n (pixels, count, all);
    simd::HWY_NAMESPACE::find_nearest (palette, all, lanes, index_of, distance_of);
    std::copy_n (index_of, count, index);
    std::copy_n (distance_of, count, distances);
    return;
  }

  // -2 * 256 = -4 * 128: the pixel is shifted by 7 bits, and the colour has the factor -4.
  const auto factor = [] (int v, int weight) {
    return static_cast<std::int16_t> (-4 * weight * v);
  };
  const auto pair = [] (int low, int high) {
    return static_cast<std::int32_t> ((static_cast<std::uint32_t> (high) << 16) |
                                      (static_cast<std::uint32_t> (low) & 0xffff));
  };
  std::int32_t red_green[Palette::kMax], blues[Palette::kMax], rest[Palette::kMax];
  for (int c = 0; c < palette.count; c++) {
    const Rgba color = palette.colors[static_cast<std::size_t> (c)];
    red_green[c] = pair (factor (red (color), kRedWeight), factor (green (color), kGreenWeight));
    blues[c] = pair (factor (blue (color), kBlueWeight), 0);
    rest[c] = static_cast<std::int32_t> (distance (color, 0)) * 256 + c;
  }

  const auto mask = hn::Set (d, 255);
  const auto one = [&] (std::size_t i) HWY_ATTR {
    const V32 p = hn::LoadU (d, reinterpret_cast<const std::int32_t *> (pixels + i));
    const V32 r = hn::And (p, mask), g = hn::And (hn::ShiftRight<8> (p), mask),
              b = hn::And (hn::ShiftRight<16> (p), mask);
    const V16 rg = hn::BitCast (d16, hn::Or (hn::ShiftLeft<7> (r), hn::ShiftLeft<23> (g)));
    const V16 b0 = hn::BitCast (d16, hn::ShiftLeft<7> (b));
    V32 best = hn::Set (d, INT32_MAX);
    for (int c = 0; c < palette.count; c++) {
      V32 key = multiply_add_pairs (rg, hn::BitCast (d16, hn::Set (d, red_green[c])),
                                    hn::Set (d, rest[c]));
      key = multiply_add_pairs (b0, hn::BitCast (d16, hn::Set (d, blues[c])), key);
      best = hn::Min (best, key);
    }
    const V32 own = hn::Add (hn::Add (hn::Mul (hn::Mul (r, r), hn::Set (d, kRedWeight)),
                                      hn::Mul (hn::Mul (g, g), hn::Set (d, kGreenWeight))),
                             hn::Mul (hn::Mul (b, b), hn::Set (d, kBlueWeight)));
    const V32 distance = hn::Add (own, hn::ShiftRight<8> (best));
    hn::StoreU (distance, d, reinterpret_cast<std::int32_t *> (distances + i));
    const hn::Rebind<std::uint8_t, D32> d8;
    hn::StoreU (hn::DemoteTo (d8, hn::And (best, mask)), d8, index + i);
  };
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) one (i);
  if (i < count) one (count - lanes);
}

#endif

}  // namespace HWY_NAMESPACE
}  // namespace quad::host::simd
HWY_AFTER_NAMESPACE ();

#if HWY_ONCE
namespace quad::host {
namespace simd {
HWY_EXPORT (find_nearest);
}

void find_nearest (const gif::Palette &palette, const gif::Rgba *pixels, std::size_t count,
                   std::uint8_t *index, std::uint32_t *distance)
{
  using namespace simd;
  HWY_DYNAMIC_DISPATCH (find_nearest) (palette, pixels, count, index, distance);
}
}  // namespace quad::host
#endif
