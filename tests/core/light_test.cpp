// Light beside the figures that the standards print.
#include "core/light.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/light_map.h"

namespace quad::test {
namespace {

constexpr Primaries kBt709 = {{0.640, 0.300, 0.150, 0.3127}, {0.330, 0.600, 0.060, 0.3290}};
constexpr Primaries kBt2020 = {{0.708, 0.170, 0.131, 0.3127}, {0.292, 0.797, 0.046, 0.3290}};
constexpr Transfer kTransfers[] = {Transfer::sdr, Transfer::pq, Transfer::hlg};

// SMPTE ST 2084 and ITU-R BT.2408-7, table 1 (203 cd/m2 is 58 % of PQ and 75 % of HLG).
TEST (Light, PqIsThatOfTheStandard)
{
  for (const auto &[light, code] : {std::pair{0.0, 0.0},
                                    {100.0, 0.508078},
                                    {203.0, 0.580689},
                                    {1000.0, 0.751827},
                                    {4000.0, 0.902572},
                                    {10000.0, 1.0}}) {
    EXPECT_NEAR (encode (Transfer::pq, light), code, 1e-5) << light;
    EXPECT_NEAR (decode (Transfer::pq, code), light, 1e-4 * light) << light;
  }
}

// ITU-R BT.2100-2, table 5: a twelfth of white has half of the codes.
TEST (Light, HlgIsThatOfTheStandard)
{
  EXPECT_NEAR (encode (Transfer::hlg, 1.0 / 12), 0.5, 1e-9);
  EXPECT_NEAR (encode (Transfer::hlg, 1), 1, 1e-6);
  const double grey = decode (Transfer::hlg, 0.75);
  EXPECT_NEAR (grey * hlg_gain (grey), 203, 1);
  EXPECT_NEAR (hlg_gain (1), kHlgPeak, 1e-9);
  for (const double scene : {0.001, 0.1, 0.5, 1.0}) {
    const double light = scene * hlg_gain (scene);
    EXPECT_NEAR (light * hlg_inverse_gain (light), scene, 1e-9);
  }
}

TEST (Light, EncodingIsTheInverse)
{
  for (const Transfer t : kTransfers)
    for (int i = 0; i <= 100; i++) EXPECT_NEAR (encode (t, decode (t, i / 100.0)), i / 100.0, 1e-6);
  EXPECT_EQ (encode (Transfer::sdr, 1e6), 1);
  EXPECT_EQ (encode (Transfer::sdr, -1), 0);
}

// Below the knee nothing changes; above it light rises to the target's peak, and no further.
TEST (Light, RollsOffAboveAKnee)
{
  for (const double from : {400.0, 1000.0, 4000.0, 10000.0}) {
    const double most = encode (Transfer::pq, 203) / encode (Transfer::pq, from);
    const double knee = decode (Transfer::pq, (1.5 * most - 0.5) * encode (Transfer::pq, from));
    EXPECT_EQ (roll_off (knee * 0.99, from, 203), knee * 0.99);
    double last = 0;
    for (double light = 0; light <= from; light += from / 500) {
      const double rolled = roll_off (light, from, 203);
      EXPECT_GE (rolled, last);
      EXPECT_LE (rolled, light + 1e-9);
      last = rolled;
    }
    EXPECT_NEAR (roll_off (from, from, 203), 203, 1e-6);
    EXPECT_NEAR (roll_off (2 * from, from, 203), 203, 1e-6);
  }
  EXPECT_EQ (roll_off (150, 203, 203), 150);
  EXPECT_EQ (roll_off (150, 203, 1000), 150);
}

// ITU-R BT.2087-0 prints both matrices.
TEST (Light, PrimariesAreThoseOfTheStandard)
{
  const double down[3][3] = {
      {1.6605, -0.5876, -0.0728}, {-0.1246, 1.1329, -0.0083}, {-0.0182, -0.1006, 1.1187}};
  const double up[3][3] = {
      {0.6274, 0.3293, 0.0433}, {0.0691, 0.9195, 0.0114}, {0.0164, 0.0880, 0.8956}};
  const Matrix3 to_709 = primaries_matrix (kBt2020, kBt709);
  const Matrix3 to_2020 = primaries_matrix (kBt709, kBt2020);
  for (std::size_t i = 0; i < 3; i++)
    for (std::size_t k = 0; k < 3; k++) {
      EXPECT_NEAR (to_709[i][k], down[i][k], 1e-4) << i << k;
      EXPECT_NEAR (to_2020[i][k], up[i][k], 1e-4) << i << k;
    }
}

// The tables give what the formulas give, to two codes of 10 bits: dark components of saturated
// colours are small differences.
TEST (Light, TablesAreNearTheFormulas)
{
  const double peaks[] = {kReferenceWhite, 1000, kHlgPeak};
  for (std::size_t a = 0; a < 3; a++)
    for (std::size_t b = 0; b < 3; b++)
      for (const Primaries &to_primaries : {kBt709, kBt2020}) {
        const Light from = {kTransfers[a], kBt2020, peaks[a]};
        const Light to = {kTransfers[b], to_primaries, b == 1 ? 10000 : peaks[b]};
        const auto map = light_map (from, to, {}, {});
        const Matrix3 primaries = primaries_matrix (kBt2020, to_primaries);
        const Matrix3 xyz = rgb_to_xyz (kBt2020), to_xyz = rgb_to_xyz (to_primaries);
        for (int i = 0; i < 4096; i++) {
          const std::array<std::uint16_t, 3> code = {
              static_cast<std::uint16_t> (i % 16 * 4369),
              static_cast<std::uint16_t> (i / 16 % 16 * 4369),
              static_cast<std::uint16_t> (i / 256 * 4369)};
          std::array<double, 3> light, shown;
          double luminance = 0;
          for (std::size_t k = 0; k < 3; k++) {
            light[k] = decode (from.transfer, code[k] / 65535.0);
            luminance += xyz[1][k] * light[k];
          }
          if (from.transfer == Transfer::hlg)
            for (double &v : light) v *= hlg_gain (luminance);
          const double most = *std::max_element (light.begin (), light.end ());
          for (double &v : light)
            if (most > 0) v *= roll_off (most, from.peak, to.peak) / most;
          luminance = 0;
          for (std::size_t k = 0; k < 3; k++) {
            shown[k] = 0;
            for (std::size_t j = 0; j < 3; j++) shown[k] += primaries[k][j] * light[j];
            shown[k] = std::max (0.0, shown[k]);
            luminance += to_xyz[1][k] * shown[k];
          }
          const auto drawn = (*map) (code);
          for (std::size_t k = 0; k < 3; k++) {
            if (to.transfer == Transfer::hlg) shown[k] *= hlg_inverse_gain (luminance);
            ASSERT_NEAR (drawn[k] / 16383.75, encode (to.transfer, shown[k]), 2.0 / 1023)
                << a << " to " << b << ": " << code[0] << " " << code[1] << " " << code[2];
          }
        }
      }
}

}  // namespace
}  // namespace quad::test
