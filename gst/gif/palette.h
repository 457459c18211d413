// Colours, how far two are apart, and a table of them.
#pragma once

#include <array>
#include <cstdint>

namespace quad::gif {

// 8 bits each of R (lowest), G, B and A (highest); not premultiplied.
using Rgba = std::uint32_t;

inline constexpr Rgba kAlphaMask = 0xff000000, kColorMask = 0x00ffffff;

constexpr int red (Rgba c) { return static_cast<int> (c & 255); }
constexpr int green (Rgba c) { return static_cast<int> (c >> 8 & 255); }
constexpr int blue (Rgba c) { return static_cast<int> (c >> 16 & 255); }
constexpr Rgba opaque_rgba (int r, int g, int b)
{
  return static_cast<Rgba> (r) | static_cast<Rgba> (g) << 8 | static_cast<Rgba> (b) << 16 |
         kAlphaMask;
}

// The weights of R, G and B in distance (). The eye sees green best. Integers give the same sum on
// every machine.
inline constexpr int kRedWeight = 2, kGreenWeight = 3, kBlueWeight = 2;

// The sum of weighted squares, up to 7 * 255^2. Alpha has no part in it.
constexpr std::uint32_t distance (Rgba a, Rgba b)
{
  const int r = red (a) - red (b), g = green (a) - green (b), u = blue (a) - blue (b);
  return static_cast<std::uint32_t> (kRedWeight * r * r + kGreenWeight * g * g +
                                     kBlueWeight * u * u);
}

// Up to 256 opaque colours.
struct Palette {
  static constexpr int kMax = 256;
  int count = 0;
  std::array<Rgba, kMax> colors{};
};

}  // namespace quad::gif
