#include "gif/lzw.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/gif_reader.h"
#include "support/picture.h"

namespace quad::test {
namespace {

using namespace gif;

using Bytes = std::vector<std::uint8_t>;

constexpr std::uint8_t kJunk = 0xc7;  // between the rows

struct Plane {
  Plane (Size s, int padding)
      : size{s},
        stride{static_cast<std::size_t> (s.width + padding)},
        symbols (stride * static_cast<std::size_t> (s.height), kJunk),
        free (symbols.size ()),
        wanted (symbols.size ())
  {
  }
  SymbolPlane view ()
  {
    return {symbols.data (), free.data (), wanted.data (), stride, size.width, size.height};
  }
  template <typename Function>
  void for_pixels (Function &&function)
  {
    for (int y = 0; y < size.height; y++)
      for (int x = 0; x < size.width; x++)
        function (static_cast<std::size_t> (y) * stride + static_cast<std::size_t> (x));
  }

  Size size;
  std::size_t stride;
  Bytes symbols, free;
  std::vector<Rgba> wanted;
};

Palette random_palette (Random &random, int count, int range)
{
  Palette palette{count, {}};
  for (int c = 0; c < count; c++) {
    const int r = random.below (range), g = random.below (range), b = random.below (range);
    palette.colors[static_cast<std::size_t> (c)] = opaque_rgba (r, g, b);
  }
  return palette;
}

// Runs, noise or both, of symbols below `count`.
void paint_symbols (Plane &plane, Random &random, int count)
{
  const int change = random.between (1, 12);
  int symbol = 0;
  plane.for_pixels ([&] (std::size_t i) {
    if (random.one_in (change)) symbol = random.below (count);
    plane.symbols[i] = static_cast<std::uint8_t> (symbol);
  });
}

Plane random_plane (Random &random, const SymbolRules &rules, Size size)
{
  Plane plane (size, random.below (4));
  paint_symbols (plane, random, rules.palette->count + (rules.stay >= 0));
  const int free = random.between (1, 6);
  plane.for_pixels ([&] (std::size_t i) {
    if (rules.stay >= 0) plane.free[i] = random.one_in (free);
    if (plane.symbols[i] == rules.stay) return;
    const Rgba c = rules.palette->colors[plane.symbols[i]];
    plane.wanted[i] = opaque_rgba (std::min (255, red (c) + random.below (9)), green (c), blue (c));
  });
  return plane;
}

// Encodes, decodes, and compares with the symbols in the plane.
Bytes code (LzwEncoder &encoder, Plane &plane, const SymbolRules &rules, LzwFacts *facts = nullptr)
{
  Bytes out{kJunk};
  encoder.encode (plane.view (), rules, out);
  std::size_t at = 1;
  const Bytes decoded =
      decode_lzw (out, at, static_cast<std::size_t> (plane.size.width * plane.size.height), facts);
  EXPECT_EQ (at, out.size ());
  EXPECT_EQ (out[0], kJunk);
  EXPECT_EQ (out[1], std::max (rules.bits, 2));
  Bytes coded;
  plane.for_pixels ([&] (std::size_t i) { coded.push_back (plane.symbols[i]); });
  EXPECT_EQ (decoded, coded);
  return out;
}

// Each pixel has its symbol, or stays if it may, or has a colour that is near enough.
void expect_allowed (const Plane &before, Plane &after, const SymbolRules &rules)
{
  Bytes symbols = before.symbols;
  after.for_pixels ([&] (std::size_t i) {
    const int was = before.symbols[i], is = after.symbols[i];
    symbols[i] = after.symbols[i];
    if (is == was || ::testing::Test::HasFailure ()) return;
    EXPECT_NE (was, rules.stay);
    if (is == rules.stay) {
      EXPECT_TRUE (before.free[i]);
    } else {
      ASSERT_LT (is, rules.palette->count);
      EXPECT_GT (rules.tolerance, 0u);
      EXPECT_LE (distance (rules.palette->colors[static_cast<std::size_t> (is)], before.wanted[i]),
                 rules.tolerance);
    }
  });
  EXPECT_EQ (after.symbols, symbols) << "wrote between rows";
}

void code_random (LzwEncoder &encoder, Random &random, int bits, bool stays, bool lossy)
{
  // A palette need not be full, and no other symbol may appear.
  const int count = std::max (1, (1 << bits) - stays - (bits > 1 ? random.below (2) : 0));
  const Palette palette = random_palette (random, count, lossy ? 40 : 256);
  const SymbolRules rules{bits, stays ? count : -1, &palette,
                          lossy ? static_cast<std::uint32_t> (random.between (1, 1500)) : 0};
  const Size size{random.between (1, 67), random.between (1, 67)};
  const Plane before = random_plane (random, rules, size);
  Plane after = before;
  code (encoder, after, rules);
  expect_allowed (before, after, rules);
}

TEST (LzwTest, RandomPlanes)
{
  LzwEncoder encoder;
  Random random (1);
  for (int i = 0; i < 800 && !::testing::Test::HasFailure (); i++) {
    SCOPED_TRACE (i);
    code_random (encoder, random, i % 8 + 1, i / 8 % 2, i / 16 % 2);
  }
}

// Codes, blocks and the table end where the image ends, or just before or after.
TEST (LzwTest, EveryLength)
{
  LzwEncoder encoder;
  for (const auto &[bits, longest] : {std::pair{1, 600}, {2, 1200}, {5, 1400}, {8, 4200}})
    for (const bool stays : {false, true}) {
      const int step = longest > 1400 ? 3 : 1;
      for (int length = 1; length <= longest && !HasFailure (); length += step) {
        SCOPED_TRACE (std::to_string (length) + " of " + std::to_string (bits) + " bits");
        Random random (static_cast<std::uint32_t> (bits));
        const Palette palette = random_palette (random, (1 << bits) - 1, 256);
        const SymbolRules rules{bits, stays ? palette.count : -1, &palette, 0};
        Plane plane ({length, 1}, 0);
        plane.for_pixels ([&] (std::size_t i) {
          plane.symbols[i] = static_cast<std::uint8_t> (random.below (palette.count));
          plane.free[i] = stays && random.one_in (3);
        });
        code (encoder, plane, rules);
      }
    }
}

TEST (LzwTest, NoiseFillsTheTableAndClearsIt)
{
  LzwEncoder encoder;
  Random random (3);
  for (int bits = 1; bits <= 8; bits++) {
    const Palette palette = random_palette (random, 1 << bits, 256);
    Plane plane ({401, 303}, 0);
    plane.for_pixels ([&] (std::size_t i) {
      plane.symbols[i] = static_cast<std::uint8_t> (random.below (1 << bits));
    });
    const Plane before = plane;
    LzwFacts facts;
    code (encoder, plane, {bits, -1, &palette, 0}, &facts);
    EXPECT_EQ (facts.longest_code, 12) << bits;
    EXPECT_GT (facts.clear_codes, 1) << bits;
    EXPECT_EQ (plane.symbols, before.symbols) << bits;
  }
}

TEST (LzwTest, LongRunsFillTheTableToo)
{
  LzwEncoder encoder;
  const Palette palette{1, {kAlphaMask}};
  Plane plane ({3001, 3001}, 0);
  std::fill (plane.symbols.begin (), plane.symbols.end (), std::uint8_t{0});
  LzwFacts facts;
  const Bytes out = code (encoder, plane, {1, 1, &palette, 0}, &facts);
  EXPECT_EQ (facts.longest_code, 12);
  EXPECT_GT (facts.clear_codes, 1);
  EXPECT_LT (out.size (), 7000u);  // strings of 1, 2, 3... pixels, 12 bits each at most
}

TEST (LzwTest, OneBitHasCodesOfTwo)
{
  LzwEncoder encoder;
  const Palette palette{2, {kAlphaMask, kAlphaMask | 255}};
  Plane plane ({1, 1}, 0);
  plane.symbols[0] = 1;
  // Clear, 1 and end, of 3 bits each.
  EXPECT_EQ (code (encoder, plane, {1, -1, &palette, 0}),
             (Bytes{kJunk, 2, 2, 0b01'001'100, 0b1, 0}));
}

// Pixels that may stay match earlier ones that stayed; near colours match each other.
TEST (LzwTest, FreedomSaves)
{
  LzwEncoder encoder;
  Random random (5);
  const Palette palette = random_palette (random, 255, 30);
  const SymbolRules exact{8, 255, &palette, 0};
  Plane plane ({200, 100}, 0);
  plane.for_pixels ([&] (std::size_t i) {
    plane.symbols[i] = static_cast<std::uint8_t> (i < 4000 ? 255 : random.below (255));
    plane.wanted[i] = palette.colors[plane.symbols[i]];
  });
  Plane strict = plane, free = plane, lossy = plane;
  const std::size_t whole = code (encoder, strict, exact).size ();
  EXPECT_GT (whole, 16000u);
  EXPECT_EQ (strict.symbols, plane.symbols);

  std::fill (free.free.begin (), free.free.end (), std::uint8_t{1});
  EXPECT_LT (code (encoder, free, exact).size (), whole / 20);

  SymbolRules near = exact;
  near.tolerance = 7 * 30 * 30;
  EXPECT_LT (code (encoder, lossy, near).size (), whole / 2);
}

}  // namespace
}  // namespace quad::test
