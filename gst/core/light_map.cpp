#include "light_map.h"

#include <algorithm>

namespace quad {
namespace {

// R' of 16 bits as an intermediate.
constexpr double kWhiteCode = 65535.0 / 4;
static_assert (map_bits (16) == -2);

using Rgb = std::array<float, 3>;

float dot (const Rgb &a, const Rgb &b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

void multiply (Rgb &rgb, float by)
{
  for (float &v : rgb) v *= by;
}

Rgb luminance_of (const Primaries &primaries)
{
  const Matrix3 m = rgb_to_xyz (primaries);
  return {float (m[1][0]), float (m[1][1]), float (m[1][2])};
}

}  // namespace

Curve::Curve (const std::function<double (double)> &function)
{
  // The first one is black. One more than the last one, as that has a next one, too.
  points_.push_back (static_cast<float> (function (0)));
  for (std::uint32_t i = kFirst + 1; i <= kLast + 1; i++)
    points_.push_back (
        static_cast<float> (function (double{std::bit_cast<float> (i << kDropped)})));
}

std::array<std::int16_t, 3> LightMap::operator() (const std::array<std::uint16_t, 3> &code) const
{
  Rgb rgb, shown;
  for (std::size_t k = 0; k < 3; k++) {
    const float *at = &linear[code[k] >> 2];
    rgb[k] = at[0] + (at[1] - at[0]) * static_cast<float> (code[k] & 3) / 4;
  }
  if (!gain.empty ()) multiply (rgb, gain (dot (rgb, luminance_from)));
  if (!roll_off.empty ()) multiply (rgb, roll_off (*std::max_element (rgb.begin (), rgb.end ())));
  for (std::size_t k = 0; k < 3; k++) shown[k] = std::max (0.0f, dot (rgb, primaries[k]));
  if (!inverse_gain.empty ()) multiply (shown, inverse_gain (dot (shown, luminance_to)));
  std::array<std::int16_t, 3> out;
  for (std::size_t k = 0; k < 3; k++)
    out[k] = static_cast<std::int16_t> (encoded (shown[k]) + 0.5f);
  return out;
}

std::shared_ptr<const LightMap> light_map (const Light &from, const Light &to,
                                           const ColorMap &to_rgb, const ColorMap &from_rgb)
{
  const bool from_hlg = from.transfer == Transfer::hlg, to_hlg = to.transfer == Transfer::hlg;
  LightMap map;
  map.to_rgb = to_rgb;
  map.from_rgb = from_rgb;
  map.luminance_from = luminance_of (from.primaries);
  map.luminance_to = luminance_of (to.primaries);
  for (int i = 0; i <= 1 << 14; i++)
    map.linear.push_back (static_cast<float> (decode (from.transfer, i / kWhiteCode) /
                                              (from_hlg ? 1 : kReferenceWhite)));
  if (from_hlg) map.gain = Curve ([] (double y) { return hlg_gain (y) / kReferenceWhite; });
  if (from.peak > to.peak)
    map.roll_off = Curve ([&] (double v) {
      const double light = v * kReferenceWhite;
      return light > 0 ? quad::roll_off (light, from.peak, to.peak) / light : 1;
    });
  const Matrix3 primaries = primaries_matrix (from.primaries, to.primaries);
  for (std::size_t i = 0; i < 3; i++)
    for (std::size_t k = 0; k < 3; k++) map.primaries[i][k] = static_cast<float> (primaries[i][k]);
  if (to_hlg)
    map.inverse_gain =
        Curve ([] (double y) { return hlg_inverse_gain (y * kReferenceWhite) * kReferenceWhite; });
  map.encoded = Curve ([&] (double v) {
    return encode (to.transfer, v * (to_hlg ? 1 : kReferenceWhite)) * kWhiteCode;
  });
  return std::make_shared<const LightMap> (std::move (map));
}

}  // namespace quad
