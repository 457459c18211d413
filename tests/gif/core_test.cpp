// The parts of the GIF encoder: palettes, their colours, dithering, packed pixels, blocks of the
// file, the clock.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <set>

#include "gif/clock.h"
#include "gif/color_set.h"
#include "gif/dither.h"
#include "gif/file.h"
#include "gif/packed.h"
#include "gif/quantizer.h"
#include "support/gif_reader.h"
#include "support/picture.h"

namespace quad::test {
namespace {

using namespace gif;

constexpr Rgba gray (int v) { return opaque_rgba (v, v, v); }

Rgba random_color (Random &random)
{
  const int r = random.below (256), g = random.below (256), b = random.below (256);
  return opaque_rgba (r, g, b);
}

std::set<Rgba> colors_of (const Palette &palette)
{
  return {palette.colors.begin (), palette.colors.begin () + palette.count};
}

// --- Palette ---

TEST (PaletteTest, DistanceByHand)
{
  EXPECT_EQ (distance (opaque_rgba (1, 2, 3), opaque_rgba (1, 2, 3)), 0u);
  EXPECT_EQ (distance (opaque_rgba (0, 0, 0), opaque_rgba (1, 0, 0)), 2u);
  EXPECT_EQ (distance (opaque_rgba (0, 5, 0), opaque_rgba (0, 0, 0)), 75u);
  EXPECT_EQ (distance (opaque_rgba (0, 0, 3), opaque_rgba (0, 0, 0)), 18u);
  EXPECT_EQ (distance (0x00ffffff, 0xff000000), 7u * 255 * 255);
}

TEST (PaletteTest, TheFirstOfEquals)
{
  const Palette palette{4, {gray (10), gray (30), gray (30), gray (50)}};
  const std::vector<Rgba> pixels = {gray (20), gray (31), gray (40), gray (255), 0};
  std::vector<std::uint8_t> index (pixels.size ());
  std::vector<std::uint32_t> far (pixels.size ());
  find_nearest (palette, pixels.data (), pixels.size (), index.data (), far.data ());
  EXPECT_EQ (index, (std::vector<std::uint8_t>{0, 1, 1, 3, 0}));
  EXPECT_EQ (far, (std::vector<std::uint32_t>{700, 7, 700, 7 * 205 * 205, 700}));
}

TEST (ColorSetTest, EachOnceUpToTheLimit)
{
  Random random (7);
  for (const int limit : {0, 1, 40, 256}) {
    ColorSet set (limit);
    std::set<Rgba> wanted;
    for (int i = 0; i < 5000; i++) {
      const Rgba color = random.one_in (2) ? gray (random.below (256)) : random_color (random);
      const bool fits = wanted.contains (color) || static_cast<int> (wanted.size ()) < limit;
      ASSERT_EQ (set.add (color), fits) << limit << ": " << i;
      if (fits) wanted.insert (color);
      ASSERT_EQ (set.contains (color), fits);
    }
    EXPECT_EQ (colors_of (set.colors ()), wanted);
    EXPECT_EQ (set.empty (), limit == 0);
  }
}

// --- Quantizer ---

// The mean of the distances to the nearest colour.
double error_of (const Palette &palette, const std::vector<Rgba> &pixels)
{
  std::vector<std::uint8_t> index (pixels.size ());
  std::vector<std::uint32_t> far (pixels.size ());
  find_nearest (palette, pixels.data (), pixels.size (), index.data (), far.data ());
  return std::accumulate (far.begin (), far.end (), 0.) / static_cast<double> (far.size ());
}

TEST (QuantizerTest, NothingAndOne)
{
  Quantizer quantizer (find_nearest);
  EXPECT_EQ (quantizer.make (256).count, 0);
  for (const int colors : {1, 2, 256}) {
    quantizer.add (opaque_rgba (1, 2, 3), 1);
    quantizer.add (opaque_rgba (1, 2, 3), 24);
    EXPECT_EQ (colors_of (quantizer.make (colors)), std::set<Rgba>{opaque_rgba (1, 2, 3)});
  }
  EXPECT_EQ (quantizer.make (256).count, 0) << "begins anew";
}

TEST (QuantizerTest, FewColorsAreKept)
{
  Quantizer quantizer (find_nearest);
  Random random (1);
  for (int i = 0; i < 200; i++) {
    const int colors = random.between (1, 256);
    std::set<Rgba> chosen;
    const std::size_t most = static_cast<std::size_t> (random.between (1, colors));
    // Also neighbouring colours, and very different weights.
    const Rgba base = random_color (random);
    while (chosen.size () < most)
      chosen.insert (random.one_in (2)
                         ? random_color (random)
                         : base ^ static_cast<Rgba> (random.below (8) | random.below (8) << 8));
    for (const Rgba c : chosen)
      quantizer.add (c, static_cast<std::uint32_t> (random.one_in (3) ? 60000 : 1));
    ASSERT_EQ (colors_of (quantizer.make (colors)), chosen) << i;
  }
}

TEST (QuantizerTest, NeverMoreThanAsked)
{
  Quantizer quantizer (find_nearest);
  Random random (2);
  for (int colors = 1; colors <= 256; colors += 5) {
    for (int i = 0; i < 3000; i++) quantizer.add (random_color (random), 1);
    const Palette palette = quantizer.make (colors);
    ASSERT_EQ (palette.count, colors);
    for (const Rgba c : colors_of (palette)) ASSERT_EQ (c & kAlphaMask, kAlphaMask);
  }
}

TEST (QuantizerTest, FlatAreasKeepTheirColor)
{
  Quantizer quantizer (find_nearest);
  Random random (3);
  for (const int colors : {1, 2, 16, 255})
    for (const int others : {3000, 100'000}) {
      const Rgba flat = random_color (random);
      for (int i = 0; i < others; i++) {
        quantizer.add (random_color (random), 8);
        quantizer.add (flat, 24);
      }
      EXPECT_TRUE (colors_of (quantizer.make (colors)).contains (flat))
          << colors << " of " << others;
    }
}

// Coarse counting gives about as good a palette as exact counting.
TEST (QuantizerTest, TooManyColorsAreCountedCoarsely)
{
  Random random (4);
  std::vector<Rgba> pixels;
  for (int i = 0; i < 200'000; i++) {
    // Two clouds and a ramp.
    const int v = random.below (256), n = random.below (64);
    if (i % 3 == 0)
      pixels.push_back (opaque_rgba (v, 255 - v, n));
    else
      pixels.push_back (opaque_rgba (random.below (64) + i % 3 * 60, n + 20, v));
  }
  for (const int colors : {16, 255}) {
    Quantizer all (find_nearest), some (find_nearest);
    for (std::size_t i = 0; i < pixels.size (); i++) {
      all.add (pixels[i], 10);
      if (i % 8 == 0) some.add (pixels[i], 10);  // few enough to be told apart
    }
    const double coarse = error_of (all.make (colors), pixels);
    EXPECT_GT (coarse, 0);
    EXPECT_LT (coarse, 1.05 * error_of (some.make (colors), pixels)) << colors;
  }
}

// A large picture. Almost all of its pixels have two neighbouring colours; the others have so many
// that neighbours are counted as one.
TEST (QuantizerTest, ManyPixels)
{
  Quantizer quantizer (find_nearest);
  for (int i = 0; i < 40'000; i++) quantizer.add (opaque_rgba (i & 255, i >> 8 & 255, 0), 1);
  for (int i = 0; i < 4'000'000; i++) quantizer.add (gray (i % 2 ? 240 : 241), 24);
  EXPECT_LE (error_of (quantizer.make (256), {gray (240)}), 7u);
}

// --- Ditherer ---

std::vector<int> every_x (int width)
{
  std::vector<int> x (static_cast<std::size_t> (width));
  std::iota (x.begin (), x.end (), 0);
  return x;
}

constexpr Dither kDithers[] = {Dither::ordered, Dither::error_diffusion, Dither::none};

TEST (DitherTest, ExactColorsAreExact)
{
  constexpr int kWidth = 67;
  Random random (5);
  Palette palette{200, {}};
  for (Rgba &c : palette.colors) c = random_color (random);
  Ditherer ditherer (find_nearest, kWidth);
  for (const Dither dither : kDithers) {
    ditherer.begin_picture (palette, dither, 1);
    for (int y = 0; y < 20; y++) {
      std::vector<int> x;
      std::vector<Rgba> wanted;
      for (int i = 0; i < kWidth; i++) {
        if (random.one_in (3)) continue;
        x.push_back (i);
        wanted.push_back (palette.colors[static_cast<std::size_t> (random.below (200))]);
      }
      const auto [index, distances] = ditherer.choose ({y, x, wanted});
      ASSERT_EQ (index.size (), wanted.size ());
      for (std::size_t k = 0; k < wanted.size (); k++) {
        ASSERT_EQ (palette.colors[index[k]], wanted[k]);
        ASSERT_EQ (distances[k], 0u);
      }
    }
  }
}

// The number of the second colour's pixels in a flat area of 64x64.
int mixed (Dither dither, double strength, Rgba wanted, const Palette &palette)
{
  Ditherer ditherer (find_nearest, 64);
  ditherer.begin_picture (palette, dither, strength);
  const std::vector<int> x = every_x (64);
  const std::vector<Rgba> row (64, wanted);
  int sum = 0;
  for (int y = 0; y < 64; y++) {
    const auto [index, distances] = ditherer.choose ({y, x, row});
    sum += std::accumulate (index.begin (), index.end (), 0);
    for (const std::uint32_t d : distances)
      EXPECT_EQ (
          d, std::min (distance (wanted, palette.colors[0]), distance (wanted, palette.colors[1])));
  }
  return sum;
}

TEST (DitherTest, MixesAsMuchAsIsMissing)
{
  const Palette palette{2, {gray (100), gray (110)}};
  EXPECT_EQ (mixed (Dither::none, 1, gray (104), palette), 0);
  EXPECT_EQ (mixed (Dither::ordered, 0, gray (104), palette), 0);
  EXPECT_EQ (mixed (Dither::error_diffusion, 0, gray (104), palette), 0);
  // 0.4 of the pixels; of 64 thresholds, those below it.
  EXPECT_EQ (mixed (Dither::ordered, 1, gray (104), palette), 64 * 26);
  EXPECT_EQ (mixed (Dither::ordered, 0.5, gray (104), palette), 64 * 13);
  EXPECT_EQ (mixed (Dither::ordered, 1, gray (105), palette), 64 * 32);
  EXPECT_NEAR (mixed (Dither::error_diffusion, 1, gray (104), palette), 0.4 * 4096, 50);
  // The palette is near enough, or its colours are too far apart for a texture.
  EXPECT_EQ (mixed (Dither::ordered, 1, gray (101), palette), 0);
  EXPECT_EQ (mixed (Dither::ordered, 1, gray (120), {2, {gray (100), gray (150)}}), 0);
}

TEST (DitherTest, OrderedIsFixedInPlace)
{
  const Palette palette{2, {gray (100), gray (110)}};
  Ditherer ditherer (find_nearest, 64);
  const std::vector<Rgba> row (64, gray (104));
  ditherer.begin_picture (palette, Dither::ordered, 1);
  const auto first = ditherer.choose ({5, every_x (64), row}).index;
  const std::vector<std::uint8_t> all (first.begin (), first.end ());
  const std::vector<int> some = {3, 8, 9, 41, 63};
  const std::vector<Rgba> wanted (some.size (), gray (104));
  const auto index = ditherer.choose ({13, some, wanted}).index;
  for (std::size_t k = 0; k < some.size (); k++)
    EXPECT_EQ (index[k], all[static_cast<std::size_t> (some[k])]) << some[k];
}

// --- Packed pixels ---

TEST (PackedTest, EveryLayout)
{
  std::array<std::uint8_t, 256> levels;
  for (std::size_t i = 0; i < levels.size (); i++) levels[i] = static_cast<std::uint8_t> (255 - i);
  const std::vector<std::uint8_t> bytes = {10, 20, 30, 127, 40, 50, 60, 128, 1, 2, 3, 4};
  const auto load = [&] (const PackedFormat &format, int width, int threshold) {
    std::vector<Rgba> row (static_cast<std::size_t> (width), 0xdeadbeef);
    load_row ({reinterpret_cast<const std::byte *> (bytes.data ()), 12, {width, 1}, format}, 0,
              threshold, row.data ());
    return row;
  };
  using Row = std::vector<Rgba>;
  EXPECT_EQ (load ({4, 0, 1, 2, 3}, 2, 128), (Row{0, opaque_rgba (40, 50, 60)}));
  EXPECT_EQ (load ({4, 2, 1, 0, 3}, 2, 129), (Row{0, 0}));
  EXPECT_EQ (load ({4, 2, 1, 0, 3}, 2, 0),
             (Row{opaque_rgba (30, 20, 10), opaque_rgba (60, 50, 40)}));
  EXPECT_EQ (load ({4, 1, 2, 3, 0}, 1, 10), (Row{opaque_rgba (20, 30, 127)}));
  EXPECT_EQ (load ({4, 0, 1, 2, -1}, 2, 255),
             (Row{opaque_rgba (10, 20, 30), opaque_rgba (40, 50, 60)}));
  EXPECT_EQ (load ({3, 0, 1, 2, -1}, 2, 255),
             (Row{opaque_rgba (10, 20, 30), opaque_rgba (127, 40, 50)}));
  EXPECT_EQ (load ({3, 2, 1, 0, -1}, 2, 255),
             (Row{opaque_rgba (30, 20, 10), opaque_rgba (50, 40, 127)}));
  EXPECT_EQ (load ({1, 0, 0, 0, -1}, 3, 255), (Row{gray (10), gray (20), gray (30)}));
  EXPECT_EQ (load ({1, 0, 0, 0, -1, levels.data ()}, 2, 255), (Row{gray (245), gray (235)}));
}

TEST (PackedTest, RowsByTheirStride)
{
  const std::vector<std::uint8_t> bytes = {1, 2, 99, 3, 4, 99};
  const auto *data = reinterpret_cast<const std::byte *> (bytes.data ());
  const PackedFormat format{1, 0, 0, 0};
  std::vector<Rgba> row (2);
  load_row ({data, 3, {2, 2}, format}, 1, 128, row.data ());
  EXPECT_EQ (row, (std::vector<Rgba>{gray (3), gray (4)}));
  load_row ({data + 3, -3, {2, 2}, format}, 1, 128, row.data ());
  EXPECT_EQ (row, (std::vector<Rgba>{gray (1), gray (2)}));
}

// --- The file's blocks ---

TEST (GifFileTest, SymbolBits)
{
  for (const auto &[count, bits] :
       {std::pair{1, 1}, {2, 1}, {3, 2}, {4, 2}, {5, 3}, {128, 7}, {129, 8}, {256, 8}})
    EXPECT_EQ (symbol_bits (count), bits) << count;
}

TEST (GifFileTest, HeadByByte)
{
  const Palette palette{1, {opaque_rgba (7, 8, 9)}};
  Bytes out;
  put_head ({{0x1234, 0xffff}, &palette, 1, 0x0102, "hi"}, out);
  put_end (out);
  EXPECT_EQ (out, (Bytes{'G', 'I', 'F',  '8',  '9', 'a', 0x34, 0x12, 0xff, 0xff, 0xf0, 0,
                         0,   7,   8,    9,    0,   0,   0,    0x21, 0xff, 11,   'N',  'E',
                         'T', 'S', 'C',  'A',  'P', 'E', '2',  '.',  '0',  3,    1,    2,
                         1,   0,   0x21, 0xfe, 2,   'h', 'i',  0,    0x3b}));
}

TEST (GifFileTest, ImageHeadByByte)
{
  const Palette palette{3, {gray (1), gray (2), gray (3)}};
  Bytes out;
  put_image_head ({{1, 2, 0x300, 4}, 65535, Disposal::clear, 3, &palette, 2}, out);
  EXPECT_EQ (out, (Bytes{0x21, 0xf9, 4,    9, 255, 255, 3, 0, 0x2c, 1, 0, 2, 0, 0, 3,
                         4,    0,    0x81, 1, 1,   1,   2, 2, 2,    3, 3, 3, 0, 0, 0}));
  out.clear ();
  put_image_head ({{0, 0, 1, 1}, 2, Disposal::keep, -1, nullptr, 8}, out);
  EXPECT_EQ (out, (Bytes{0x21, 0xf9, 4, 4, 2, 0, 0, 0, 0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0}));
}

TEST (GifFileTest, LoopsAndComments)
{
  const Palette palette{2, {gray (0), gray (255)}};
  for (const int loop : {-1, 0, 5, 65535})
    for (const std::size_t length : {0u, 1u, 255u, 256u, 510u, 600u}) {
      std::string comment (length, 'x');
      for (std::size_t i = 0; i < length; i++) comment[i] = static_cast<char> (i * 7);
      Bytes out;
      put_head ({{3, 4}, &palette, 1, loop, comment}, out);
      put_end (out);
      const DecodedGif gif = read_gif (out);
      EXPECT_EQ (gif.size, (Size{3, 4}));
      EXPECT_EQ (gif.loop, loop);
      EXPECT_EQ (gif.comment, comment);
      EXPECT_EQ (gif.palette, (std::vector<Rgba>{gray (0), gray (255)}));
    }
}

// --- The clock ---

constexpr std::int64_t kTick = 10'000'000;

TEST (GifClockTest, ByHand)
{
  Clock clock (1000);
  EXPECT_EQ (clock.until (1000), 0);
  EXPECT_EQ (clock.until (1000 + kTick / 2 - 1), 0);
  EXPECT_EQ (clock.until (1000 + kTick / 2), 1);
  EXPECT_EQ (clock.until (1000 + 10 * kTick), 10);
  clock.pass (10);
  EXPECT_EQ (clock.until (1000 + 10 * kTick), 0);
  EXPECT_LT (clock.until (1000 + 5 * kTick), 0);
}

// Pictures that are too short to be written are added to the next; no written one is at a wrong
// time.
TEST (GifClockTest, NeverDrifts)
{
  for (std::uint32_t seed = 0; seed < 4; seed++) {
    Random random (seed);
    const std::int64_t first = seed == 3 ? -500 * kTick - 3 : random.below (1 << 30);
    Clock clock (first);
    std::int64_t time = first, written = 0;
    int pictures = 0;
    for (int i = 0; i < 10'000; i++) {
      time += seed == 0 ? 16'666'667 : random.below (random.one_in (100) ? 1 << 30 : 100'000'000);
      const std::int64_t delay = clock.until (time);
      if (delay < 2) continue;
      clock.pass (delay);
      written += delay;
      pictures++;
      ASSERT_LE (std::abs (written * kTick - (time - first)), kTick / 2) << seed << ": " << i;
    }
    EXPECT_GT (pictures, 4000);
  }
}

}  // namespace
}  // namespace quad::test
