// Holds 200 scenes to the same bytes. No refactoring may change them.
#include <gtest/gtest.h>

#include <iomanip>

#include "scenes.h"

namespace quad::test {
namespace {

struct Expected {
  const char *format;
  std::uint64_t sum;  // over ten scenes
};

// Taken from the first release. A change of these values is a change of the pixel contract.
constexpr Expected kExpected[] = {
    {"I420", 0xfbdff4cc43e46633},      {"NV12", 0xfe879a56dbc68b33},
    {"YV12", 0x23b219f3340ee9fa},      {"NV21", 0x7335454203bada73},
    {"Y42B", 0x84e1e9b79c12f2db},      {"Y444", 0xf847a22cb5979352},
    {"I420_10LE", 0x0a689f917b239943}, {"P010_10LE", 0x685677974772712a},
    {"BGRA", 0x8c7b3bfd19bc6417},      {"RGBA", 0x58b9494d5be6e2b5},
    {"ARGB", 0xee7bf331238c27d3},      {"ABGR", 0x6b26c1841df83e88},
    {"BGRx", 0x455da5e3c1c46c82},      {"RGBx", 0x78eeb0275be5282f},
    {"xRGB", 0x9bd39aab9c19ff4b},      {"xBGR", 0xaf963405b16a5b4a},
    {"RGB", 0x105388f29ad3c8cd},       {"BGR", 0x9e080bb7f0394e88},
    {"GRAY8", 0x0f481d8fb0ec3ba9},     {"GRAY16_LE", 0xdf3f73b7810d6870},
};

// A fixed list, so that a new kernel does not change the scenes.
constexpr Filter kOldFilters[] = {Filter::area, Filter::bilinear, Filter::bicubic, Filter::lanczos};

// Fowler, Noll and Vo's hash (FNV-1a, 64 bits; RFC 9923).
std::uint64_t added (std::uint64_t sum, const std::vector<std::byte> &bytes)
{
  for (const std::byte b : bytes) sum = (sum ^ static_cast<std::uint64_t> (b)) * 0x100000001b3;
  return sum;
}

std::uint64_t sum_of (PixelFormat format, const char *name)
{
  std::uint32_t seed = 1;
  for (const char *c = name; *c; c++) seed = seed * 31 + static_cast<unsigned char> (*c);
  Random random{seed};
  std::uint64_t sum = 0xcbf29ce484222325;
  for (int i = 0; i < 10; i++) {
    OwnedScene s = random_scene (format, random, {});
    int next = i;
    for (Tile &t : s.scene.tiles) t.filter = kOldFilters[next++ % 4];
    sum = added (sum, draw (s.scene).bytes ());
  }
  return sum;
}

TEST (Checksum, TheBytesOf200ScenesStay)
{
  EXPECT_EQ (std::size (kExpected) * 10, 200u);
  for (const Expected &e : kExpected) {
    PixelFormat format = PixelFormat::unknown;
    for (const FormatInfo &f : all_formats ())
      if (std::string_view (f.name) == e.format) format = f.format;
    ASSERT_NE (format, PixelFormat::unknown) << e.format;
    const std::uint64_t sum = sum_of (format, e.format);
    EXPECT_EQ (sum, e.sum) << "{\"" << e.format << "\", 0x" << std::hex << std::setw (16)
                           << std::setfill ('0') << sum << "},";
  }
}

}  // namespace
}  // namespace quad::test
