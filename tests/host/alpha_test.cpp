// Pictures with alpha: filtered premultiplied, written straight.
#include <gtest/gtest.h>

#include "scenes.h"

namespace quad::test {
namespace {

constexpr std::pair<PixelFormat, PixelFormat> kPeers[] = {
    {PixelFormat::rgba, PixelFormat::rgbx},
    {PixelFormat::bgra, PixelFormat::bgrx},
    {PixelFormat::argb, PixelFormat::xrgb},
    {PixelFormat::abgr, PixelFormat::xbgr},
};

class AlphaTest : public ::testing::TestWithParam<std::pair<PixelFormat, PixelFormat>> {
 protected:
  PixelFormat format () const { return GetParam ().first; }
  int alpha () const { return info_of (format ()).alpha_channel; }
};

TEST_P (AlphaTest, AnOpaquePictureIsDrawnAsOneWithoutAlpha)
{
  Random random (61);
  for (int i = 0; i < 60; i++) {
    const Size source = {random.between (1, 150), random.between (1, 20)};
    const Size target = {random.between (1, 150), random.between (1, 20)};
    const Filter filter = random.pick (kFilters);
    const Orientation orientation = random.pick (kOrientations);
    OwnedScene with = scene_of (format (), source, target, filter, orientation);
    OwnedScene without = scene_of (GetParam ().second, source, target, filter, orientation);
    for (OwnedScene *s : {&with, &without}) {
      Picture &picture = *s->pictures[0];
      paint (picture, Pattern::noise, 4);
      for (int y = 0; y < source.height; y++)
        for (int x = 0; x < source.width; x++) picture.set (0, x, y, alpha (), 255);
    }
    ASSERT_EQ (draw (with.scene).bytes (), draw (without.scene).bytes ()) << describe (with.scene);
  }
}

// The colour of what is seen is one; what is not seen has any. Where the result
// can be seen at all, it has that one, as near as the fractions of its alpha
// allow: half a unit of 1/64 in both the alpha and the weighted colour, and a
// kernel's lobes on top.
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

// By hand: white at 128 over opaque black, and over what is half clear itself.
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

}  // namespace
}  // namespace quad::test
