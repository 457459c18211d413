// Light in real numbers: transfer functions, roll-off and primaries (docs/pixels.md, "Light").
#pragma once

#include <array>

namespace quad {

// How R', G' and B' from 0 to 1 stand for light.
enum class Transfer {
  sdr,  // ITU-R BT.1886: all standards without high dynamic range, as usual
  pq,   // SMPTE ST 2084, ITU-R BT.2100-2 table 4
  hlg,  // ARIB STD-B67, ITU-R BT.2100-2 table 5
};

// The light of white in SDR, and of the reference white of HDR, in cd/m2 (ITU-R BT.2408-7, table
// 1).
inline constexpr double kReferenceWhite = 203;

// The light of white in HLG on its reference display, in cd/m2.
inline constexpr double kHlgPeak = 1000;

// CIE x and y of red, green, blue and white.
struct Primaries {
  std::array<double, 4> x, y;

  bool operator== (const Primaries &) const = default;
};

struct Light {
  Transfer transfer = Transfer::sdr;
  Primaries primaries = {};
  double peak = kReferenceWhite;  // the brightest light that pictures have, in cd/m2

  bool operator== (const Light &) const = default;
};

using Matrix3 = std::array<std::array<double, 3>, 3>;

// The light of `code` in cd/m2, or for HLG that of the scene, where white has 1.
double decode (Transfer transfer, double code);
// Its inverse. Below 0 counts as 0; light beyond what the standard encodes is clipped.
double encode (Transfer transfer, double light);

// HLG's system gamma: what R, G and B of a scene of luminance `scene` (0 to 1) are multiplied by
// for light in cd/m2 (BT.2100-2 table 5, OOTF, for a display of kHlgPeak).
double hlg_gain (double scene);
// The inverse: the factor for light of luminance `light` in cd/m2.
double hlg_inverse_gain (double light);

// Rolls off light above a knee, so that `from_peak` becomes `to_peak` (ITU-R BT.2390-10, 5.4.1,
// EETF, for a display that is black at 0). Leaves all as it is if `from_peak` is no brighter.
double roll_off (double light, double from_peak, double to_peak);

// From linear R, G, B of some primaries to X, Y, Z, where white has Y = 1 (SMPTE RP 177).
Matrix3 rgb_to_xyz (const Primaries &primaries);

// From linear R, G, B of some primaries to those of others. White stays white.
Matrix3 primaries_matrix (const Primaries &from, const Primaries &to);

}  // namespace quad
