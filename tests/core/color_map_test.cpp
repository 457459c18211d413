#include "core/color_map.h"

#include <gtest/gtest.h>

#include <algorithm>

#include <cmath>

#include "core/format.h"
#include "support/conversion.h"
#include "support/picture.h"

namespace quad::test {
namespace {

// What the integers make of whole code values.
int mapped_code (const ColorMap &map, std::size_t c, const std::array<int, 3> &in, int from_depth,
                 int to_depth)
{
  std::int32_t sum = map.offset[c];
  for (std::size_t k = 0; k < 3; k++)
    sum += map.factor[c][k] * static_cast<std::int16_t> (std::ldexp (in[k], map_bits (from_depth)));
  return mapped (sum, map.shift, to_depth);
}

const FormatInfo *const kFormats[] = {
    &info_of (PixelFormat::i420), &info_of (PixelFormat::rgb), &info_of (PixelFormat::gray8),
    &info_of (PixelFormat::i420_10le), &info_of (PixelFormat::gray16_le)};

// Every pair of formats and colours: at most half a code value, and what 15 bits of a factor cost.
TEST (ColorMap, IsTheMatrixInIntegers)
{
  for (const FormatInfo *from : kFormats)
    for (const FormatInfo *to : kFormats)
      for (const Colors &a : kColors)
        for (const Colors &b : kColors) {
          const ColorMatrix m = real_matrix (*from, a, *to, b);
          const ColorMap map = color_map (m, from->depth, to->depth);
          Random random (5);
          const int most = (1 << from->depth) - 1, top = (1 << to->depth) - 1;
          for (int i = 0; i < 200; i++) {
            std::array<int, 3> in = {};
            for (int &v : in)
              v = random.one_in (3) ? most * random.below (2) : random.below (most + 1);
            for (std::size_t c = 0; c < std::size_t (std::min (3, to->components)); c++) {
              double want = m.to_zero[c];
              for (std::size_t k = 0; k < 3; k++) want += m.factor[c][k] * (in[k] - m.from_zero[k]);
              want = std::clamp (want, 0.0, double (top));
              const double slack = 0.5 + top / 4000.0;
              ASSERT_NEAR (mapped_code (map, c, in, from->depth, to->depth), want, slack)
                  << from->name << " to " << to->name << " component " << c;
            }
          }
        }
}

// Black, white and no colour are met exactly.
TEST (ColorMap, KeepsTheEndsOfTheRange)
{
  for (const FormatInfo *from : kFormats)
    for (const FormatInfo *to : kFormats)
      for (const Colors &a : kColors)
        for (const Colors &b : kColors) {
          const ColorMatrix m = real_matrix (*from, a, *to, b);
          const ColorMap map = color_map (m, from->depth, to->depth);
          const auto level = [] (const FormatInfo &f, const Colors &c, bool white) {
            const int scale = 1 << (f.depth - 8);
            return white ? (c.full ? (1 << f.depth) - 1 : 235 * scale) : c.full ? 0 : 16 * scale;
          };
          for (const bool white : {false, true}) {
            const int y = level (*from, a, white), none = 1 << (from->depth - 1);
            const std::array<int, 3> in =
                from->rgb ? std::array{y, y, y} : std::array{y, none, none};
            for (std::size_t c = 0; c < std::size_t (std::min (3, to->components)); c++)
              ASSERT_NEAR (mapped_code (map, c, in, from->depth, to->depth),
                           !to->rgb && c > 0 ? 1 << (to->depth - 1) : level (*to, b, white),
                           to->depth > 10 ? 4 : 0)
                  << from->name << " to " << to->name << " white " << white;
          }
        }
}

TEST (ColorMap, KnowsWhatStays)
{
  const FormatInfo &yuv = info_of (PixelFormat::nv12), &deep = info_of (PixelFormat::p010_10le);
  const auto same = [] (const FormatInfo &from, const FormatInfo &to, const Colors &a,
                        const Colors &b) {
    return color_map (real_matrix (from, a, to, b), from.depth, to.depth).same;
  };
  using Same = std::array<bool, 3>;
  EXPECT_EQ (same (yuv, yuv, kColors[0], kColors[0]), (Same{true, true, true}));
  EXPECT_EQ (same (yuv, yuv, kColors[0], kColors[1]), (Same{false, false, false})) << "range";
  EXPECT_EQ (same (yuv, yuv, kColors[0], kColors[2]), (Same{false, false, false})) << "matrix";
  EXPECT_EQ (same (yuv, deep, kColors[0], kColors[0]), (Same{false, false, false})) << "depth";
  EXPECT_EQ (same (yuv, info_of (PixelFormat::gray8), kColors[0], kColors[0]),
             (Same{true, false, false}));
}

}  // namespace
}  // namespace quad::test
