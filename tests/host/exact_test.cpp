// Tests what the pixel contract promises bit for bit.
#include <gtest/gtest.h>

#include "scenes.h"

namespace quad::test {
namespace {

class ExactTest : public ::testing::TestWithParam<PixelFormat> {
 protected:
  const FormatInfo &info () const { return info_of (GetParam ()); }
};

constexpr std::pair<Size, Size> kSizes[] = {
    {{1, 1}, {1, 1}},     {{1, 1}, {9, 5}},     {{2, 1}, {1, 2}},   {{3, 3}, {2, 2}},
    {{7, 5}, {3, 11}},    {{64, 48}, {32, 24}}, {{48, 32}, {9, 6}}, {{13, 17}, {31, 29}},
    {{90, 60}, {30, 20}}, {{131, 3}, {130, 4}}, {{200, 2}, {1, 1}},
};

TEST_P (ExactTest, ConstantStaysConstant)
{
  const int max = max_value (info ());
  std::vector<int> values = {0, 1, 16, 235, 255, max / 2, max - 16, max - 1, max};
  if (info ().depth >= 10) values.insert (values.end (), {64, 940, 959, 960});
  Random random (51);
  for (const auto &[source, target] : kSizes)
    for (const Filter filter : kFilters)
      for (std::size_t i = 0; i < values.size (); i++) {
        OwnedScene s = scene_of (GetParam (), source, target, filter, random.pick (kOrientations));
        s.scene.tiles[0].site = random.pick (kSites);
        s.scene.site = random.pick (kSites);
        Color color;
        for (std::size_t c = 0; c < 3; c++)
          color.value[c] = static_cast<std::uint16_t> (values[(i + c) % values.size ()]);
        // At alpha 0 every colour becomes black, so alpha is at least 1.
        color.value[3] = static_cast<std::uint16_t> (std::max (1, values[i]));
        paint_constant (*s.pictures[0], color);
        Picture expected (GetParam (), target);
        paint_constant (expected, color);
        ASSERT_EQ (first_difference (draw (s.scene), expected), "")
            << "colour " << color.value[0] << " " << color.value[1] << " " << color.value[2] << " "
            << color.value[3] << ": " << describe (s.scene);
      }
}

TEST_P (ExactTest, ConstantStaysConstantAtExtremeRatios)
{
  for (const auto &[source, target] : {std::pair{Size{16384, 1}, Size{1, 1}},
                                       {Size{1, 16384}, Size{2, 1}},
                                       {Size{1, 1}, Size{16384, 1}},
                                       {Size{2, 1}, Size{1, 16384}},
                                       {Size{16383, 2}, Size{5, 3}}})
    for (const Filter filter : kFilters)
      for (const int value : {0, 1, max_value (info ())}) {
        OwnedScene s = scene_of (GetParam (), source, target, filter);
        const auto v = static_cast<std::uint16_t> (value);
        paint_constant (*s.pictures[0], {{v, v, v, 255}});
        Picture expected (GetParam (), target);
        paint_constant (expected, {{v, v, v, 255}});
        ASSERT_EQ (first_difference (draw (s.scene), expected), "") << describe (s.scene);
      }
}

void paint_everything (Picture &picture, std::uint32_t seed)
{
  paint (picture, Pattern::noise, seed);
  paint_junk_bits (picture, seed + 1);
}

// Position (x, y) of raster `r` in one picture is bit for bit that of (u, v) in another.
bool same_position (const Picture &a, int r, int x, int y, const Picture &b, int u, int v)
{
  const RasterInfo &raster = a.info ().raster[std::size_t (r)];
  for (int c = 0; c < raster.channels; c++)
    if (raster.stores (c) && a.stored (r, x, y, c) != b.stored (r, u, v, c)) return false;
  return true;
}

TEST_P (ExactTest, OneToOneIsACopy)
{
  Random random (52);
  for (const Filter filter : kFilters)
    for (const ChromaSite site : kSites)
      for (const Size size : {Size{1, 1}, Size{2, 2}, Size{3, 5}, Size{64, 8}, Size{131, 17}}) {
        OwnedScene s = scene_of (GetParam (), size, size, filter);
        s.scene.site = s.scene.tiles[0].site = site;
        s.scene.tiles[0].blend = Blend::source;
        paint_everything (*s.pictures[0], 5);
        ASSERT_EQ (first_difference (draw (s.scene), *s.pictures[0]), "") << describe (s.scene);
      }
}

TEST_P (ExactTest, OneToOneCropOnWholeChromaSamplesIsACopy)
{
  const Size unit = info ().chroma_unit ();
  Random random (53);
  for (int i = 0; i < 40; i++) {
    const Size size = {random.between (1, 90), random.between (1, 20)};
    const Rect crop = {random.below (9) * unit.width, random.below (9) * unit.height, size.width,
                       size.height};
    OwnedScene s = scene_of (GetParam (),
                             {crop.right () + random.below (5) * unit.width,
                              crop.bottom () + random.below (5) * unit.height},
                             size, random.pick (kFilters));
    s.scene.tiles[0].crop = crop;
    s.scene.tiles[0].blend = Blend::source;
    s.scene.site = s.scene.tiles[0].site = random.pick (kSites);
    paint_everything (*s.pictures[0], 6);
    const Picture drawn = draw (s.scene);
    for (int p = 0; p < info ().rasters; p++) {
      const Size sub = info ().raster[std::size_t (p)].sub;
      const Size plane = raster_size (info (), p, drawn.size ());
      for (int y = 0; y < plane.height; y++)
        for (int x = 0; x < plane.width; x++)
          ASSERT_TRUE (same_position (drawn, p, x, y, *s.pictures[0], x + crop.x / sub.width,
                                      y + crop.y / sub.height))
              << "raster " << p << " (" << x << ", " << y << "): " << describe (s.scene);
    }
  }
}

// A picture that the canvas's edge cuts has the same bytes as on a larger canvas.
TEST_P (ExactTest, WhatIsCutAwayChangesNothing)
{
  Random random (54);
  for (int i = 0; i < 150; i++) {
    OwnedScene room = scene_of (GetParam (), {random.between (1, 60), random.between (1, 40)},
                                {random.between (8, 70), random.between (8, 50)},
                                random.pick (kFilters), random.pick (kOrientations));
    Tile &tile = room.scene.tiles[0];
    room.scene.site = random.pick (kSites);
    tile.site = random.pick (kSites);
    tile.alpha = random.one_in (2) ? 255 : random.below (256);
    paint_everything (*room.pictures[0], 7);
    paint_alpha (*room.pictures[0], random.pick (kAlphaPatterns), 8);
    tile.target = random_target (info (), room.scene.canvas, random);
    const Rect seen = random_target (info (), room.scene.canvas, random);
    OwnedScene cut = {room.scene, {}};
    cut.scene.canvas = seen.size ();
    Tile &part = cut.scene.tiles[0];
    part.target = intersect (tile.target, seen);
    if (part.target.empty ()) continue;
    part.hidden = beyond (tile.target, part.target);
    part.target.x -= seen.x;
    part.target.y -= seen.y;
    const Picture all = draw (room.scene), some = draw (cut.scene);
    for (int p = 0; p < info ().rasters; p++) {
      const Size sub = info ().raster[std::size_t (p)].sub;
      const Size plane = raster_size (info (), p, some.size ());
      for (int y = 0; y < plane.height; y++)
        for (int x = 0; x < plane.width; x++)
          ASSERT_TRUE (
              same_position (some, p, x, y, all, x + seen.x / sub.width, y + seen.y / sub.height))
              << "raster " << p << " (" << x << ", " << y << "): " << describe (cut.scene);
    }
  }
}

// The position of a source of `size` that the orientation shows at (x, y).
std::pair<int, int> shown_at (Orientation o, int x, int y, Size size)
{
  const int right = size.width - 1, bottom = size.height - 1;
  switch (o) {
    case Orientation::identity: return {x, y};
    case Orientation::rotate_90: return {y, bottom - x};
    case Orientation::rotate_180: return {right - x, bottom - y};
    case Orientation::rotate_270: return {right - y, x};
    case Orientation::flip_horizontal: return {right - x, y};
    case Orientation::flip_vertical: return {x, bottom - y};
    case Orientation::transpose: return {y, x};
    case Orientation::anti_transpose: return {right - y, bottom - x};
  }
  return {};
}

// Compares luma at any size. Compares chroma only if the turned picture's chroma samples lie on the
// canvas's: at even sizes, with centred siting, and not for 4:2:2 turned by a quarter.
TEST_P (ExactTest, OrientationsPermute)
{
  for (const Size size : {Size{2, 2}, Size{1, 1}, Size{5, 3}, Size{64, 6}, Size{6, 130}})
    for (const Orientation o : kOrientations)
      for (const Filter filter : kFilters) {
        const bool swap = steps_of (o).swap_axes;
        OwnedScene s = scene_of (GetParam (), size, swap ? size.transposed () : size, filter, o);
        s.scene.tiles[0].blend = Blend::source;
        paint_everything (*s.pictures[0], 8);
        const Picture drawn = draw (s.scene);
        for (int p = 0; p < info ().rasters; p++) {
          const Size sub = info ().raster[std::size_t (p)].sub;
          const bool whole = size.width % sub.width == 0 && size.height % sub.height == 0;
          if (!whole || (swap && sub.width != sub.height)) continue;
          const Size source = raster_size (info (), p, s.pictures[0]->size ());
          const Size plane = raster_size (info (), p, drawn.size ());
          for (int y = 0; y < plane.height; y++)
            for (int x = 0; x < plane.width; x++) {
              const auto [u, v] = shown_at (o, x, y, source);
              ASSERT_TRUE (same_position (drawn, p, x, y, *s.pictures[0], u, v))
                  << "raster " << p << " (" << x << ", " << y << "): " << describe (s.scene);
            }
        }
      }
}

// In the last pair of an odd row, the second luma sample is 0.
TEST (ExactPairs, WhatNoSampleTakesIs0)
{
  for (const auto &[format, at] : {std::pair{PixelFormat::yuy2, 2}, {PixelFormat::uyvy, 3}}) {
    OwnedScene s = scene_of (format, {9, 3}, {5, 3}, Filter::area);
    s.pictures[0]->fill (0xff);
    Tile half = s.scene.tiles[0];
    half.target = {0, 0, 2, 3};
    half.alpha = 128;
    s.scene.tiles.push_back (half);
    const Picture drawn = draw (s.scene, {}, {}, 0x55);
    for (int y = 0; y < 3; y++)
      for (int i = 0; i < 12; i++)
        EXPECT_EQ (std::to_integer<int> (drawn.view ().plane[0].row (y)[i]), i == 8 + at ? 0 : 255);
  }
}

TEST_P (ExactTest, SolidsAndBackground)
{
  OwnedScene s;
  s.scene.format = GetParam ();
  s.scene.canvas = {23, 11};
  s.scene.background = {{16, 128, 200, 255}};
  Tile tile;
  tile.target = {4, 2, 10, 4};
  tile.solid = Color{{235, 90, 17, 255}};
  s.scene.tiles.push_back (tile);
  const Picture drawn = draw (s.scene);
  for (int p = 0; p < info ().rasters; p++) {
    const RasterInfo &plane = info ().raster[std::size_t (p)];
    const Size size = raster_size (info (), p, drawn.size ());
    for (int y = 0; y < size.height; y++)
      for (int x = 0; x < size.width; x++)
        for (int c = 0; c < plane.channels; c++) {
          const int lx = x * plane.sub.width, ly = y * plane.sub.height;
          const bool inside = lx >= 4 && lx < 14 && ly >= 2 && ly < 6;
          const Color &color = inside ? *tile.solid : s.scene.background;
          if (!plane.stores (c)) continue;
          const int component = plane.channel[std::size_t (c)].component;
          ASSERT_EQ (drawn.get (p, x, y, c),
                     component < 0 ? 255 : color.value[std::size_t (component)])
              << "raster " << p << " (" << x << ", " << y << ")";
        }
  }
}

INSTANTIATE_TEST_SUITE_P (Formats, ExactTest, ::testing::ValuesIn (every_format ()),
                          [] (const auto &p) { return format_name (p.param); });

}  // namespace
}  // namespace quad::test
