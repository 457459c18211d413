// If few colours change, they are shown exactly, whatever was drawn before.
#include <gtest/gtest.h>

#include <set>

#include "gif/pictures.h"

namespace quad::test {
namespace {

constexpr Size kSize{17, 270};

struct Way {
  PaletteMode mode;
  Dither dither;
  bool transparency;
  int colors;
};

class ExactTest : public ::testing::TestWithParam<Way> {};

std::vector<Way> every_way ()
{
  std::vector<Way> all;
  for (const PaletteMode mode : {PaletteMode::adaptive, PaletteMode::per_frame})
    for (const Dither dither : kDithers)
      for (const bool transparency : {true, false})
        for (const int colors : {256, 40}) all.push_back ({mode, dither, transparency, colors});
  return all;
}

std::string name_of (const Way &way)
{
  const char *dithers[] = {"Ordered", "Diffusion", "Nearest"};
  return std::string (way.mode == PaletteMode::adaptive ? "Adaptive" : "PerFrame") +
         dithers[static_cast<int> (way.dither)] + (way.transparency ? "Differences" : "Whole") +
         std::to_string (way.colors);
}

INSTANTIATE_TEST_SUITE_P (Ways, ExactTest, ::testing::ValuesIn (every_way ()),
                          [] (const auto &p) { return name_of (p.param); });

// Neighbours of one colour, each a level apart, or any colours.
std::vector<Rgba> some_colors (Random &random, int count)
{
  if (random.one_in (2)) return distinct_colors (random, count);
  const int r = random.below (248), g = random.below (248), b = random.below (248);
  std::vector<Rgba> all;
  for (int i = 0; i < count; i++)
    all.push_back (opaque_rgba (r + i % 8, g + i / 8 % 8, b + i / 64 % 8));
  return all;
}

struct Change {
  const char *name;
  Rect area;
  int colors;
  int density;  // one in so many pixels changes
};

// From a pixel to the whole picture, also in rows and columns that sampling skips.
Change any_change (Random &random, int most)
{
  const int x = random.below (kSize.width - 2), y = random.below (kSize.height - 2);
  const int some = random.between (1, most);
  switch (random.below (6)) {
    case 0: return {"dot", {x, y, 1, 1}, 1, 1};
    case 1: return {"dots", {x, y, 2, 2}, std::min (2, most), 1};
    case 2: return {"line", {0, y, kSize.width, random.between (1, 2)}, 1, 1};
    case 3: return {"column", {x, 0, 1, kSize.height}, some, 1};
    case 4: return {"scattered", {0, 0, kSize.width, kSize.height}, some, 200};
    default: return {"all", {0, 0, kSize.width, kSize.height}, some, random.between (1, 4)};
  }
}

using Background = Rgba (*) (Random &, int x, int y);
const Background kBackgrounds[] = {
    [] (Random &, int, int) { return opaque_rgba (40, 40, 40); },
    [] (Random &random, int, int) { return any_color (random); },
    [] (Random &random, int x, int y) {
      return opaque_rgba (x * 2, y * 255 / kSize.height, 100 + random.below (30));
    },
};

TEST_P (ExactTest, FewColorsThatChangeAreExact)
{
  const Way &way = GetParam ();
  const int most = std::min (255, way.colors);
  for (std::uint32_t seed = 0; seed < std::size (kBackgrounds); seed++) {
    Random random (seed + 1);
    Settings settings;
    settings.palette = way.mode;
    settings.dither = way.dither;
    settings.dither_strength = 1;
    settings.transparency = way.transparency;
    settings.colors = way.colors;
    std::vector<Colors> pictures = {Colors (kSize, 0)};
    pictures[0].paint (rect_of (kSize),
                       [&] (int x, int y) { return kBackgrounds[seed](random, x, y); });
    std::vector<const char *> names = {"background"};
    for (int i = 0; i < 12; i++) {
      Colors next = pictures.back ();
      // Sometimes everything is new, so that there is another palette that could mislead.
      if (i % 5 == 4) {
        next.paint (rect_of (kSize), [&] (int, int) { return any_color (random); });
        names.push_back ("noise");
      } else {
        // Whole rectangles are drawn, and unchanged pixels in them take part of the palette.
        const Change change = any_change (random, way.transparency ? most : most / 2);
        const std::vector<Rgba> colors = some_colors (random, change.colors);
        next.paint (change.area, [&] (int x, int y) {
          return random.one_in (change.density) ? random.pick (colors) : next.at (x, y);
        });
        names.push_back (change.name);
      }
      pictures.push_back (next);
    }
    Recording recording (kSize, settings);
    recording.add_all (pictures);
    const auto seen = recording.shown ();
    for (std::size_t k = 1; k < pictures.size (); k++) {
      if (std::string{names[k]} == "noise") continue;
      for (std::size_t i = 0; i < seen[k].size (); i++) {
        const Rgba before = pictures[k - 1].pixels[i], wanted = pictures[k].pixels[i];
        if (wanted != before) {
          ASSERT_EQ (seen[k][i], wanted) << seed << ", picture " << k << " " << names[k];
        } else if (way.transparency) {
          ASSERT_EQ (seen[k][i], seen[k - 1][i]) << seed << ", picture " << k << " " << names[k];
        }
      }
    }
  }
}

// A part with few colours throughout is always exact, even if pictures of many colours come
// between.
TEST_P (ExactTest, FewColorsAmongMany)
{
  const Way &way = GetParam ();
  Random random (4);
  Settings settings;
  settings.palette = way.mode;
  settings.dither = way.dither;
  settings.transparency = way.transparency;
  settings.colors = way.colors;
  Recording recording (kSize, settings);
  std::vector<Colors> pictures;
  for (int i = 0; i < 9; i++) {
    const std::vector<Rgba> colors = some_colors (random, std::min (255, way.colors));
    pictures.emplace_back (kSize, 0);
    pictures.back ().paint (rect_of (kSize), [&] (int, int) {
      return i % 3 == 1 ? any_color (random) : random.pick (colors);
    });
  }
  recording.add_all (pictures);
  const auto seen = recording.shown ();
  for (std::size_t k = 0; k < pictures.size (); k++)
    if (k % 3 != 1) {
      ASSERT_EQ (seen[k], pictures[k].pixels) << k;
    }
}

// Many colours move, and a few pixels have one that the palette lacks: all rows are checked before
// it is used.
TEST (ExactLineTest, ALineAmongManyColorsIsSeen)
{
  constexpr Size kWide{60, 270};
  for (const int y : {100, 101, 102, 103})
    for (const bool transparency : {true, false}) {
      Random random (5);
      Settings settings;
      settings.transparency = transparency;
      Recording recording (kWide, settings);
      std::vector<Colors> pictures;
      for (int i = 0; i < 3; i++) {
        pictures.emplace_back (kWide, 0);
        pictures.back ().paint (rect_of (kWide), [&] (int x, int line) {
          const int v = (x + line + 3 * i) % 256;
          return opaque_rgba (v / 8, v, random.below (8));
        });
      }
      const Rgba red = opaque_rgba (255, 0, 0);
      pictures[2].paint ({0, y, kWide.width, 1}, [&] (int, int) { return red; });
      recording.add_all (pictures);
      const auto seen = recording.shown ();
      for (int x = 0; x < kWide.width; x++)
        ASSERT_LT (distance (seen[2][static_cast<std::size_t> (y * kWide.width + x)], red), 100u)
            << y << ", " << x;
    }
}

}  // namespace
}  // namespace quad::test
