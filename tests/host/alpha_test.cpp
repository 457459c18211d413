// Pictures with alpha are filtered premultiplied and written straight.
#include <gtest/gtest.h>

#include "scenes.h"

namespace quad::test {
namespace {

constexpr std::pair<PixelFormat, PixelFormat> kPeers[] = {
    {PixelFormat::rgba, PixelFormat::rgbx}, {PixelFormat::bgra, PixelFormat::bgrx},
    {PixelFormat::argb, PixelFormat::xrgb}, {PixelFormat::abgr, PixelFormat::xbgr},
    {PixelFormat::ayuv, PixelFormat::xrgb},  // xRGB has its colours in the same places
};

// Scenes of two formats that are else alike: a random size, filter and orientation.
std::pair<OwnedScene, OwnedScene> scenes_alike (std::pair<PixelFormat, PixelFormat> formats,
                                                Random &random)
{
  const Size source = {random.between (1, 150), random.between (1, 20)};
  const Size target = {random.between (1, 150), random.between (1, 20)};
  const Filter filter = random.pick (kFilters);
  const Orientation orientation = random.pick (kOrientations);
  return {scene_of (formats.first, source, target, filter, orientation),
          scene_of (formats.second, source, target, filter, orientation)};
}

class AlphaTest : public ::testing::TestWithParam<std::pair<PixelFormat, PixelFormat>> {
 protected:
  PixelFormat format () const { return GetParam ().first; }
  int alpha () const { return info_of (format ()).raster[0].alpha; }
};

TEST_P (AlphaTest, AnOpaquePictureIsDrawnAsOneWithoutAlpha)
{
  Random random (61);
  for (int i = 0; i < 60; i++) {
    auto [with, without] = scenes_alike (GetParam (), random);
    for (OwnedScene *s : {&with, &without}) {
      Picture &picture = *s->pictures[0];
      paint (picture, Pattern::noise, 4);
      for (int y = 0; y < picture.size ().height; y++)
        for (int x = 0; x < picture.size ().width; x++) picture.set (0, x, y, alpha (), 255);
    }
    ASSERT_EQ (draw (with.scene).bytes (), draw (without.scene).bytes ()) << describe (with.scene);
  }
}

// Visible pixels have one colour, transparent ones have any. If the result is visible at all, it
// has that one colour, as exactly as the fractions of its alpha allow: half a unit of 1/64 in the
// alpha and in the weighted colour, plus the kernel's lobes.
TEST_P (AlphaTest, TransparentNeighboursLendNoColour)
{
  const std::array<int, 4> seen = {200, 100, 30, 0};
  Random random (62);
  for (int i = 0; i < 300; i++) {
    const Size source = {random.between (1, 60), random.between (1, 40)};
    const Size target = {random.between (1, 60), random.between (1, 40)};
    OwnedScene s =
        scene_of (format (), source, target, random.pick (kFilters), random.pick (kOrientations));
    Picture &picture = *s.pictures[0];
    paint (picture, random.one_in (2) ? Pattern::noise : Pattern::extremes, 4);
    paint_alpha (picture, random.pick (kAlphaPatterns), static_cast<std::uint32_t> (i));
    for (int y = 0; y < source.height; y++)
      for (int x = 0; x < source.width; x++)
        for (int c = 0; c < 4; c++)
          if (c != alpha () && picture.get (0, x, y, alpha ()) > 0)
            picture.set (0, x, y, c, seen[std::size_t (c)]);
    const Picture drawn = draw (s.scene);
    for (int y = 0; y < target.height; y++)
      for (int x = 0; x < target.width; x++) {
        const int a = drawn.get (0, x, y, alpha ());
        for (int c = 0; c < 4 && a > 0; c++)
          if (c != alpha ()) {
            ASSERT_NEAR (drawn.get (0, x, y, c), seen[std::size_t (c)], 0.5 + 4.0 / a)
                << "(" << x << ", " << y << ") of alpha " << a << ": " << describe (s.scene);
          }
      }
  }
}

TEST_P (AlphaTest, ClearStaysClear)
{
  OwnedScene s = scene_of (format (), {40, 30}, {17, 13}, Filter::lanczos);
  paint (*s.pictures[0], Pattern::noise, 4);
  paint_alpha (*s.pictures[0], AlphaPattern::clear, 0);
  const Picture drawn = draw (s.scene);
  for (const std::byte b : drawn.bytes ()) ASSERT_EQ (b, std::byte{0});
}

// Calculated by hand: white at alpha 128 over opaque black, and over a half transparent colour.
TEST_P (AlphaTest, OverByHand)
{
  for (const auto &[below, grey, whole] :
       {std::tuple{255, 128, 255}, {0, 255, 128}, {128, 170, 192}}) {
    OwnedScene s;
    s.scene.format = format ();
    s.scene.canvas = {9, 2};
    s.scene.background = {{0, 0, 0, static_cast<std::uint16_t> (below)}};
    Tile tile;
    tile.target = rect_of (s.scene.canvas);
    tile.solid = Color{{255, 255, 255, 128}};
    s.scene.tiles.push_back (tile);
    const Picture drawn = draw (s.scene);
    for (int c = 0; c < 4; c++)
      EXPECT_EQ (drawn.get (0, 4, 1, c), c == alpha () ? whole : grey) << "over " << below;
  }
}

// Blend::source puts the tile's own alpha on the canvas.
TEST_P (AlphaTest, SourceReplaces)
{
  OwnedScene s = scene_of (format (), {20, 10}, {20, 10}, Filter::area);
  s.scene.background = {{9, 9, 9, 255}};
  s.scene.tiles[0].blend = Blend::source;
  paint (*s.pictures[0], Pattern::noise, 4);
  EXPECT_EQ (first_difference (draw (s.scene), *s.pictures[0]), "");
}

INSTANTIATE_TEST_SUITE_P (Formats, AlphaTest, ::testing::ValuesIn (kPeers),
                          [] (const auto &p) { return format_name (p.param.first); });

// --- Alpha in a plane of its own ---

constexpr std::pair<PixelFormat, PixelFormat> kPlanar[] = {
    {PixelFormat::a420, PixelFormat::i420},
    {PixelFormat::av12, PixelFormat::nv12},
};

class AlphaPlaneTest : public ::testing::TestWithParam<std::pair<PixelFormat, PixelFormat>> {
 protected:
  void SetUp () override
  {
    if (!is_drawn (info_of (format ()))) GTEST_SKIP () << "no raster of several planes is drawn";
  }
  PixelFormat format () const { return GetParam ().first; }

  // The raster and the channel of a component.
  static std::pair<int, int> place_of (const FormatInfo &f, int component)
  {
    for (int r = 0; r < f.rasters; r++)
      for (int c = 0; c < f.raster[std::size_t (r)].channels; c++)
        if (f.raster[std::size_t (r)].stores (c) &&
            f.raster[std::size_t (r)].channel[std::size_t (c)].component == component)
          return {r, c};
    throw std::invalid_argument ("no such component");
  }
  static int get (const Picture &p, int component, int x, int y)
  {
    const auto [r, c] = place_of (p.info (), component);
    return p.get (r, x, y, c);
  }
  static void set (Picture &p, int component, int x, int y, int value)
  {
    const auto [r, c] = place_of (p.info (), component);
    p.set (r, x, y, c, value);
  }
  template <typename F>
  static void for_each_color (const Picture &p, F f)
  {
    for (int component = 0; component < 3; component++) {
      const Size size = raster_size (p.info (), component > 0 ? 1 : 0, p.size ());
      for (int y = 0; y < size.height; y++)
        for (int x = 0; x < size.width; x++) f (component, x, y);
    }
  }
  // The alpha of the chroma sample (x, y).
  static int chroma_alpha (const Picture &p, int x, int y)
  {
    int sum = 2;
    for (int k = 0; k < 4; k++)
      sum += get (p, 3, std::min (2 * x + k % 2, p.size ().width - 1),
                  std::min (2 * y + k / 2, p.size ().height - 1));
    return sum / 4;
  }
};

TEST_P (AlphaPlaneTest, AnOpaquePictureIsDrawnAsOneWithoutAlpha)
{
  Random random (63);
  for (int i = 0; i < 60; i++) {
    auto [with, without] = scenes_alike (GetParam (), random);
    with.scene.site = without.scene.site = random.pick (kSites);
    Picture &picture = *with.pictures[0];
    paint (picture, Pattern::noise, 4);
    paint_alpha (picture, AlphaPattern::opaque, 0);
    for_each_color (picture, [&] (int c, int x, int y) {
      set (*without.pictures[0], c, x, y, get (picture, c, x, y));
    });
    const Picture a = draw (with.scene), b = draw (without.scene);
    for_each_color (a, [&] (int c, int x, int y) {
      ASSERT_EQ (get (a, c, x, y), get (b, c, x, y)) << describe (with.scene);
    });
    for (int y = 0; y < a.size ().height; y++)
      for (int x = 0; x < a.size ().width; x++) ASSERT_EQ (get (a, 3, x, y), 255);
  }
}

// Visible pixels have one colour, transparent ones any other.
TEST_P (AlphaPlaneTest, TransparentNeighboursLendNoColour)
{
  constexpr int kSeen[] = {200, 90, 30};
  Random random (64);
  for (int i = 0; i < 200; i++) {
    OwnedScene s = scene_of (format (), {random.between (1, 60), random.between (1, 40)},
                             {random.between (1, 60), random.between (1, 40)},
                             random.pick (kFilters), random.pick (kOrientations));
    Picture &picture = *s.pictures[0];
    paint (picture, Pattern::extremes, static_cast<std::uint32_t> (i));
    paint_alpha (picture, i % 2 == 0 ? AlphaPattern::binary : AlphaPattern::half_planes,
                 static_cast<std::uint32_t> (i));
    for_each_color (picture, [&] (int c, int x, int y) {
      if ((c == 0 ? get (picture, 3, x, y) : chroma_alpha (picture, x, y)) > 0)
        set (picture, c, x, y, kSeen[c]);
    });
    s.scene.tiles[0].blend = Blend::source;
    const Picture drawn = draw (s.scene);
    for_each_color (drawn, [&] (int c, int x, int y) {
      const int a = c == 0 ? get (drawn, 3, x, y) : chroma_alpha (drawn, x, y);
      // If a chroma sample's own alpha is 0, it has no colour.
      if (a < (c == 0 ? 1 : 128)) return;
      ASSERT_NEAR (get (drawn, c, x, y), kSeen[c], 0.5 + 4.0 / a) << describe (s.scene);
    });
  }
}

// A quarter of the chroma sample's area is opaque.
TEST_P (AlphaPlaneTest, ChromaHasTheMeanOfItsAlpha)
{
  OwnedScene s = scene_of (format (), {2, 2}, {2, 2}, Filter::area);
  s.scene.background = {{10, 0, 0, 255}};
  Picture &picture = *s.pictures[0];
  paint_constant (picture, {{200, 255, 255, 0}});
  set (picture, 3, 1, 0, 255);
  const Picture over = draw (s.scene);
  EXPECT_EQ (get (over, 0, 1, 0), 200);
  EXPECT_EQ (get (over, 0, 0, 0), 10);
  EXPECT_EQ (get (over, 1, 0, 0), 64);
  EXPECT_EQ (get (over, 2, 0, 0), 64);
  for (int k = 0; k < 4; k++) EXPECT_EQ (get (over, 3, k % 2, k / 2), 255);

  s.scene.tiles[0].blend = Blend::source;
  EXPECT_EQ (first_difference (draw (s.scene), picture), "");
}

INSTANTIATE_TEST_SUITE_P (Formats, AlphaPlaneTest, ::testing::ValuesIn (kPlanar),
                          [] (const auto &p) { return format_name (p.param.first); });

}  // namespace
}  // namespace quad::test
