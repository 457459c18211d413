// Conversion of light by tables (docs/pixels.md, "Light").
#pragma once

#include <bit>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "color_map.h"
#include "light.h"

namespace quad {

// A function of light, for 0 and above, as a table. Its points are as dense for dark as for bright
// light: 128 for each doubling; it is straight between them.
class Curve {
 public:
  Curve () = default;  // empty
  explicit Curve (const std::function<double (double)> &function);

  bool empty () const { return points_.empty (); }

  // Point i is that of a number whose bits are (kFirst + i) << kDropped, from kLowest to kMost.
  const float *points () const { return points_.data (); }
  static constexpr int kDropped = 23 - 7;  // of the mantissa's 23 bits
  static constexpr float kLowest = 0x1p-32f, kMost = 0x1p6f;
  static constexpr std::uint32_t kFirst = std::bit_cast<std::uint32_t> (kLowest) >> kDropped;

  // `x` counts as the table's last point beyond it.
  float operator() (float x) const
  {
    // A positive number's exponent and mantissa count upwards together.
    const float inside = x >= kLowest ? (x > kMost ? kMost : x) : kLowest;  // NaN is black
    const auto bits = std::bit_cast<std::uint32_t> (inside);
    const std::uint32_t i = (bits >> kDropped) - kFirst;
    const float part = static_cast<float> (bits & ((1u << kDropped) - 1)) / (1u << kDropped);
    return points_[i] + (points_[i + 1] - points_[i]) * part;
  }

 private:
  static constexpr std::uint32_t kLast = std::bit_cast<std::uint32_t> (kMost) >> kDropped;

  std::vector<float> points_;
};

// Light 1 is kReferenceWhite, but that of HLG's scenes.
struct LightMap {
  ColorMap to_rgb;            // the source's components to its R', G', B' of 16 bits
  std::vector<float> linear;  // of every fourth code of R', G' or B': light
  std::array<float, 3> luminance_from = {}, luminance_to = {};  // of R, G, B
  Curve gain;  // of the luminance of HLG's scene: the factor for R, G and B; empty: another source
  Curve roll_off;  // of the greatest of R, G, B: the factor for all; empty: nothing to roll off
  std::array<std::array<float, 3>, 3> primaries = {};
  Curve inverse_gain;  // of luminance: the factor for HLG's scene; empty: another canvas
  Curve encoded;       // R', G' or B' of light, as intermediates of 16 bits (ColorMap)
  ColorMap from_rgb;   // the canvas's R', G', B' of 16 bits to its components

  // Converts R', G', B' of 16 bits to intermediates of the canvas's R', G', B' (map_bits (16)).
  std::array<std::int16_t, 3> operator() (const std::array<std::uint16_t, 3> &rgb) const;
};

// `to_rgb` and `from_rgb` are what lies before and after the light.
std::shared_ptr<const LightMap> light_map (const Light &from, const Light &to,
                                           const ColorMap &to_rgb, const ColorMap &from_rgb);

}  // namespace quad
