// The arithmetic of the pixel contract (docs/pixels.md), shared by every
// backend: plain integer functions, callable from device code.
#pragma once

#include <cstdint>

#ifdef __CUDACC__
#define QUAD_HOST_DEVICE __host__ __device__
#else
#define QUAD_HOST_DEVICE
#endif

namespace quad {

// Taps are fixed point: they sum to kTapOne for every output sample, exactly.
inline constexpr int kTapBits = 14;
inline constexpr int kTapOne = 1 << kTapBits;

// Fraction bits of the intermediate that the vertical pass leaves: for 8 and 10
// bits what fits an int16_t with room for a kernel's overshoot.
QUAD_HOST_DEVICE constexpr int fraction_bits (int depth) { return depth > 10 ? 4 : 14 - depth; }

// What the vertical pass stores of a sum of taps times samples: half up.
template <typename Sum>
QUAD_HOST_DEVICE constexpr Sum vertical_round (Sum sum, int depth)
{
  const int shift = kTapBits - fraction_bits (depth);
  return (sum + (Sum{1} << (shift - 1))) >> shift;
}

// The value for a sum of taps times intermediates: half up. A sample is this, clamped.
template <typename Sum>
QUAD_HOST_DEVICE constexpr Sum horizontal_shift (Sum sum, int depth)
{
  const int shift = kTapBits + fraction_bits (depth);
  return (sum + (Sum{1} << (shift - 1))) >> shift;
}

// The sample for a sum of taps times intermediates.
template <typename Sum>
QUAD_HOST_DEVICE constexpr std::uint16_t horizontal_round (Sum sum, int depth)
{
  const Sum v = horizontal_shift (sum, depth);
  const Sum max = (Sum{1} << depth) - 1;
  return static_cast<std::uint16_t> (v < 0 ? 0 : v > max ? max : v);
}

// Fraction bits of the intermediates that are converted to other components: all depths count white
// with about 2^14.
QUAD_HOST_DEVICE constexpr int map_bits (int depth) { return 14 - depth; }

// As horizontal_round, but leaves an intermediate that is converted. Not clamped.
template <typename Sum>
QUAD_HOST_DEVICE constexpr std::int16_t map_round (Sum sum, int depth)
{
  const int shift = kTapBits + fraction_bits (depth) - map_bits (depth);
  return static_cast<std::int16_t> ((sum + (Sum{1} << (shift - 1))) >> shift);
}

// A component of `depth` bits, from a sum of factors times intermediates with its offset.
QUAD_HOST_DEVICE constexpr std::uint16_t mapped (std::int32_t sum, int shift, int depth)
{
  const std::int32_t v = sum >> shift, max = (std::int32_t{1} << depth) - 1;
  return static_cast<std::uint16_t> (v < 0 ? 0 : v > max ? max : v);
}

// The sum before horizontal_round if the alpha channel is opaque everywhere. If it is exactly this,
// colours are filtered without weights.
inline constexpr std::int32_t kOpaqueMid = 255 << 6;
inline constexpr std::int32_t kOpaqueSum = kOpaqueMid << kTapBits;

// The straight colour for a premultiplied sum `color` (intermediates of sample
// times alpha) over the alpha sum `alpha`: half up, clamped to 8 bits.
QUAD_HOST_DEVICE constexpr std::uint16_t unpremultiply (std::int64_t color, std::int64_t alpha)
{
  if (alpha <= 0 || color <= 0) return 0;
  const std::int64_t v = (2 * color + alpha) / (2 * alpha);
  return static_cast<std::uint16_t> (v > 255 ? 255 : v);
}

// The same as an 8-bit intermediate that is converted.
QUAD_HOST_DEVICE constexpr std::int16_t unpremultiply_map (std::int64_t color, std::int64_t alpha)
{
  if (alpha <= 0 || color <= 0) return 0;
  const std::int64_t v = ((color << (map_bits (8) + 1)) + alpha) / (2 * alpha);
  const std::int64_t max = 255 << map_bits (8);
  return static_cast<std::int16_t> (v > max ? max : v);
}

// `s` over `d` at constant `alpha` of 255, where there is no alpha channel.
QUAD_HOST_DEVICE constexpr std::uint16_t blend (std::uint32_t s, std::uint32_t d,
                                                std::uint32_t alpha)
{
  return static_cast<std::uint16_t> ((s * alpha + d * (255 - alpha) + 127) / 255);
}

QUAD_HOST_DEVICE constexpr std::uint32_t scale_alpha (std::uint32_t a, std::uint32_t by)
{
  return (a * by + 127) / 255;
}

// Porter and Duff, "Compositing digital images", SIGGRAPH 1984, "over", with
// straight alpha: of 8-bit alphas `sa` over `da`. The weight of the whole in
// 255ths of 255; the result's alpha is over_alpha of it, its colours over_color.
QUAD_HOST_DEVICE constexpr std::uint32_t over_weight (std::uint32_t sa, std::uint32_t da)
{
  return sa * 255 + da * (255 - sa);
}

QUAD_HOST_DEVICE constexpr std::uint16_t over_alpha (std::uint32_t weight)
{
  return static_cast<std::uint16_t> ((weight + 127) / 255);
}

QUAD_HOST_DEVICE constexpr std::uint16_t over_color (std::uint32_t s, std::uint32_t sa,
                                                     std::uint32_t d, std::uint32_t da,
                                                     std::uint32_t weight)
{
  if (weight == 0) return 0;
  return static_cast<std::uint16_t> ((s * sa * 255 + d * da * (255 - sa) + weight / 2) / weight);
}

}  // namespace quad
