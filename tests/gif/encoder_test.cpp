#include "gif/encoder.h"

#include <gtest/gtest.h>

#include <set>
#include <utility>

#include "gif/pictures.h"

namespace quad::gif {

static void PrintTo (const Settings &s, std::ostream *out)
{
  *out << "mode " << static_cast<int> (s.palette) << ", dither " << static_cast<int> (s.dither)
       << (s.transparency ? ", differences" : ", whole");
}

}  // namespace quad::gif

namespace quad::test {
namespace {

// All ways of choosing colours, or only those that do not keep the first picture's.
std::vector<Settings> every_way (bool renewing = false)
{
  std::vector<Settings> all;
  for (const PaletteMode mode : kModes) {
    if (renewing && mode == PaletteMode::global_first) continue;
    for (const Dither dither : kDithers)
      for (const bool transparency : {true, false}) {
        Settings s;
        s.palette = mode;
        s.dither = dither;
        s.dither_strength = 1;
        s.transparency = transparency;
        all.push_back (s);
      }
  }
  return all;
}

class EveryWayTest : public ::testing::TestWithParam<Settings> {};
class RenewingWayTest : public EveryWayTest {};

std::string name_of (const Settings &s)
{
  const char *modes[] = {"Adaptive", "GlobalFirst", "PerFrame"},
             *dithers[] = {"Ordered", "Diffusion", "Nearest"};
  return std::string (modes[static_cast<int> (s.palette)]) + dithers[static_cast<int> (s.dither)] +
         (s.transparency ? "Differences" : "Whole");
}

INSTANTIATE_TEST_SUITE_P (Ways, EveryWayTest, ::testing::ValuesIn (every_way ()),
                          [] (const auto &p) { return name_of (p.param); });
INSTANTIATE_TEST_SUITE_P (Ways, RenewingWayTest, ::testing::ValuesIn (every_way (true)),
                          [] (const auto &p) { return name_of (p.param); });

Rect random_area (Random &random, Size size)
{
  const int w = random.between (1, size.width), h = random.between (1, size.height);
  return {random.below (size.width - w + 1), random.below (size.height - h + 1), w, h};
}

constexpr Size kSizes[] = {{1, 1}, {1, 2}, {2, 1}, {300, 1}, {1, 300}, {150, 2}, {3, 3}, {23, 17}};

TEST_P (EveryWayTest, FewColorsAreExact)
{
  Random random (1);
  for (const Size size : kSizes) {
    SCOPED_TRACE (describe (size));
    const int count = std::min (255, size.width * size.height);
    std::vector<Rgba> colors = distinct_colors (random, count);
    Recording recording (size, GetParam ());
    std::vector<Colors> pictures = {noise_of (random, size, colors)};
    for (int i = 0; i < 7; i++) {
      Colors next = pictures.back ();
      // A cut to other colours, if the palette may change.
      if (i == 3 && GetParam ().palette != PaletteMode::global_first) {
        colors = distinct_colors (random, count);
        next = noise_of (random, size, colors);
      } else {
        next.paint (random_area (random, size), [&] (int, int) { return random.pick (colors); });
      }
      pictures.push_back (next);
    }
    recording.add_all (pictures);
    expect_seen (recording, pictures);
  }
}

// Few pixels change: a pixel or a line, in any place.
TEST_P (RenewingWayTest, NewColorsAreFound)
{
  constexpr Size kSize{21, 270};
  Random random (2);
  Recording recording (kSize, GetParam ());
  std::vector<Colors> pictures = {Colors (kSize, opaque_rgba (40, 40, 40))};
  const auto paint = [&] (const Rect &area) {
    const Rgba color = random.pick (distinct_colors (random, 1));
    pictures.push_back (pictures.back ());
    pictures.back ().paint (area, [&] (int, int) { return color; });
  };
  for (int y = 0; y < kSize.height; y += 17) paint ({random.below (20), y, 1, 1});
  for (int y = 0; y < kSize.height; y += 31) paint ({0, y, kSize.width, 1});
  for (int x = 0; x < kSize.width; x += 4) paint ({x, 0, 1, kSize.height});
  recording.add_all (pictures);
  // The palette may serve if it nearly has the colours.
  expect_seen (recording, pictures, 1);
}

TEST_P (EveryWayTest, OnlyWhatChangedIsTouched)
{
  constexpr Size kSize{61, 43};
  Random random (3);
  const bool by_pixel = GetParam ().transparency;
  // More colours than allowed: the shown colours are not the exact ones.
  std::vector<Colors> pictures = {Colors (kSize, 0)};
  pictures[0].paint (rect_of (kSize), [&] (int, int) { return any_color (random); });
  for (int i = 0; i < 10; i++) {
    pictures.push_back (pictures.back ());
    const int density = random.between (1, 4);
    pictures.back ().paint (random_area (random, kSize), [&] (int x, int y) {
      return random.one_in (density) ? any_color (random) : pictures.back ().at (x, y);
    });
  }
  Recording recording (kSize, GetParam ());
  recording.add_all (pictures);
  const DecodedGif gif = recording.file ();
  ASSERT_EQ (gif.images.size (), pictures.size ());
  EXPECT_EQ (gif.images[0].area, rect_of (kSize));
  GifCanvas canvas (kSize);
  std::vector<Rgba> seen = canvas.show (gif.images[0]);
  for (std::size_t k = 1; k < pictures.size (); k++) {
    const DecodedImage &image = gif.images[k];
    const std::vector<Rgba> before = std::exchange (seen, canvas.show (image));
    int left = kSize.width, right = 0, top = kSize.height, bottom = 0;
    for (int y = 0; y < kSize.height; y++)
      for (int x = 0; x < kSize.width; x++) {
        const bool changed = pictures[k].at (x, y) != pictures[k - 1].at (x, y);
        if (changed) {
          left = std::min (left, x);
          right = std::max (right, x + 1);
          top = std::min (top, y);
          bottom = std::max (bottom, y + 1);
        }
        const Rect &a = image.area;
        const bool inside = x >= a.x && x < a.right () && y >= a.y && y < a.bottom ();
        const bool drawn =
            inside && image.draws (static_cast<std::size_t> ((y - a.y) * a.width + x - a.x));
        // An unchanged pixel is drawn, if at all, in its present colour.
        if (!by_pixel) {
          ASSERT_EQ (drawn, inside);
        } else if (!changed) {
          const auto i = static_cast<std::size_t> (y * kSize.width + x);
          ASSERT_EQ (seen[i], before[i]) << k << ": " << x << ", " << y;
        }
      }
    const Rect changes{left, top, right - left, bottom - top};
    EXPECT_TRUE (changes.contains (image.area)) << k;
    if (!by_pixel) {
      EXPECT_EQ (image.area, changes) << k;
    }
  }
}

TEST_P (EveryWayTest, WhatDoesNotChangeIsOnePixelThatStays)
{
  constexpr Size kSize{20, 20};
  Random random (4);
  const std::vector<Rgba> colors = distinct_colors (random, 100);
  std::vector<Colors> pictures = {noise_of (random, kSize, colors)};
  pictures.resize (4, pictures[0]);
  if (GetParam ().palette != PaletteMode::global_first)
    pictures.resize (8, noise_of (random, kSize, distinct_colors (random, 100)));
  Recording recording (kSize, GetParam ());
  recording.add_all (pictures);
  expect_seen (recording, pictures);
  const DecodedGif gif = recording.file ();
  for (const std::size_t i : {1u, 2u, 3u}) {
    EXPECT_EQ (gif.images[i].area, (Rect{0, 0, 1, 1}));
    EXPECT_FALSE (gif.images[i].draws (0));
  }
}

// Colours whose areas come and go. If `tells_next`, the encoder gets the next picture.
void expect_alpha_is_kept (const Settings &settings, Random &random, bool tells_next)
{
  const Size size{random.between (1, 25), random.between (1, 25)};
  const std::vector<Rgba> colors =
      distinct_colors (random, std::min (60, size.width * size.height));
  std::vector<Colors> pictures = {noise_of (random, size, colors)};
  for (int i = 0; i < 9; i++) {
    const auto alpha = [&] { return static_cast<Rgba> (random.below (256)) << 24; };
    pictures.push_back (pictures.back ());
    Colors &now = pictures.back ();
    for (int changes = random.below (4); changes > 0; changes--) {
      const int kind = random.below (4);
      const Rgba one = alpha ();
      now.paint (random_area (random, size), [&] (int x, int y) {
        const Rgba old = now.at (x, y);
        if (kind == 0) return random.pick (colors);
        if (kind == 1) return (random.pick (colors) & kColorMask) | one;
        return (old & kColorMask) | (kind == 2 ? one : alpha ());
      });
    }
  }
  const int threshold = settings.alpha_threshold;
  Recording recording (size, settings, kRgba);
  if (tells_next)
    recording.add_all (pictures, 4);
  else
    for (const Colors &picture : pictures)
      recording.add (picture, 2, random.one_in (2) ? nullptr : &random.pick (pictures));
  expect_seen (recording, pictures, 0, threshold);
  for (const Recording::Span &span : recording.spans ()) {
    if (tells_next)
      ASSERT_EQ (span.time, 4);
    else
      ASSERT_EQ (span.time, span.end - span.first == 1 ? 2 : 4);
    if (tells_next) {
      ASSERT_EQ (span.end - span.first, 1u);
    }
  }
}

TEST_P (EveryWayTest, AlphaComesAndGoes)
{
  Random random (5);
  for (int i = 0; i < 60 && !HasFatalFailure (); i++) {
    SCOPED_TRACE (i);
    Settings settings = GetParam ();
    settings.alpha_threshold = i % 3 ? random.below (256) : 128;
    expect_alpha_is_kept (settings, random, true);
  }
}

TEST_P (EveryWayTest, AlphaComesAndGoesUnannounced)
{
  Random random (6);
  for (int i = 0; i < 60 && !HasFatalFailure (); i++) {
    SCOPED_TRACE (i);
    expect_alpha_is_kept (GetParam (), random, false);
  }
}

TEST_P (EveryWayTest, NothingIsSeenAtFirst)
{
  constexpr Size kSize{16, 9};
  Random random (7);
  const Rgba black = opaque_rgba (0, 0, 0);
  const Colors none (kSize, opaque_rgba (9, 9, 9) & kColorMask), dark (kSize, black);
  std::vector<Rgba> colors = distinct_colors (random, 100);
  colors[0] = black;
  for (const std::vector<Colors> &pictures :
       {std::vector{none, none, noise_of (random, kSize, colors), none, dark, none},
        std::vector{none, dark, none}, std::vector{none}}) {
    Recording recording (kSize, GetParam (), kRgba);
    recording.add_all (pictures);
    expect_seen (recording, pictures);
  }
}

TEST_P (EveryWayTest, NoMoreColorsThanAsked)
{
  constexpr Size kSize{64, 48};
  Random random (8);
  for (const int colors : {2, 3, 16, 255, 256}) {
    Settings settings = GetParam ();
    settings.colors = colors;
    Recording recording (kSize, settings);
    for (int i = 0; i < 3; i++) {
      Colors picture (kSize, 0);
      picture.paint (rect_of (kSize), [&] (int, int) { return any_color (random); });
      recording.add (picture);
    }
    for (const DecodedImage &image : recording.file ().images) {
      std::set<Rgba> used;
      for (std::size_t i = 0; i < image.symbols.size (); i++)
        if (image.draws (i)) used.insert (image.palette[image.symbols[i]]);
      EXPECT_LE (used.size (), static_cast<std::size_t> (std::min (colors, 255)));
      EXPECT_GE (used.size (), 2u);
    }
  }
}

TEST_P (EveryWayTest, LossyIsWithinItsTolerance)
{
  constexpr Size kSize{48, 32};
  Random random (9);
  // Near each other, so that several may be used.
  std::vector<Rgba> colors;
  for (int i = 0; i < 250; i++)
    colors.push_back (opaque_rgba (100 + random.below (60), 90 + random.below (60), 40));
  std::vector<Colors> pictures;
  for (int i = 0; i < 4; i++) pictures.push_back (noise_of (random, kSize, colors));
  std::size_t exact = 0;
  for (const int lossy : {0, 10, 40, 100}) {
    Settings settings = GetParam ();
    settings.lossy = lossy;
    Recording recording (kSize, settings), changed (kSize, GetParam ());
    changed.encoder ().set_lossy (lossy);
    recording.add_all (pictures);
    changed.add_all (pictures);
    const auto tolerance = static_cast<std::uint32_t> (7 * lossy * lossy / 25);
    // A step of one level in two channels is not drawn anew.
    expect_seen (recording, pictures, std::max (tolerance, GetParam ().transparency ? 5u : 0u));
    EXPECT_EQ (recording.shown (), changed.shown ());
    if (lossy == 0) exact = recording.bytes ();
    if (lossy >= 40) {
      EXPECT_LT (recording.bytes (), exact * 3 / 4) << lossy;
    }
  }
}

}  // namespace
}  // namespace quad::test
