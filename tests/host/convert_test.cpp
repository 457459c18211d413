// Tiles of other formats and colours than the canvas's.
#include <gtest/gtest.h>

#include <map>

#include "scenes.h"
#include "support/oracle.h"

namespace quad::test {
namespace {

class ConvertTest : public ::testing::TestWithParam<PixelFormat> {
 protected:
  const FormatInfo &canvas () const { return info_of (GetParam ()); }
};

// In code values of the canvas: one of 8 bits is four of 10, and 257 of 16.
double limit_of (const FormatInfo &canvas)
{
  return canvas.depth == 8 ? 1 : canvas.depth == 10 ? 4 : 257;
}

void expect_near_oracle (const OwnedScene &s, double limit, bool scalar)
{
  const Picture drawn = draw (s.scene, {.scalar = scalar});
  const Distance d = distance (render (s.scene, s.matrices), drawn);
  EXPECT_LE (d.worst_rounded, limit) << d.where << "\n" << describe (s.scene);
}

// From every format to every format.
TEST_P (ConvertTest, IsNearTheStandards)
{
  Random random (2029);
  for (const PixelFormat format : every_format ())
    for (int i = 0; i < scenes (24); i++) {
      const FormatInfo &from = info_of (format);
      const OwnedScene s = converted_scene (from, canvas (), random);
      SCOPED_TRACE (std::string{from.name} + " to " + canvas ().name);
      expect_near_oracle (s, limit_of (canvas ()), i % 4 == 0);
      if (HasFailure ()) return;
    }
}

TEST_P (ConvertTest, TilesOverOneAnother)
{
  Random random (2030);
  for (int i = 0; i < scenes (60); i++) {
    const OwnedScene s =
        random_scene (GetParam (), random, {.max_side = 40, .max_tiles = 3, .converts = true});
    expect_near_oracle (s, limit_of (canvas ()) + 1, i % 4 == 0);
    if (HasFailure ()) return;
  }
}

// Copies component by component. `to` has the components of `from` at the same positions.
bool copy_components (const Picture &from, Picture &to)
{
  const FormatInfo &a = from.info (), &b = to.info ();
  for (int r = 0; r < b.rasters; r++)
    for (int c = 0; c < b.raster[std::size_t (r)].channels; c++) {
      const ChannelInfo &want = b.raster[std::size_t (r)].channel[std::size_t (c)];
      if (want.component < 0 || want.step == 0 || want.sub != b.raster[std::size_t (r)].sub)
        continue;
      bool found = false;
      for (int s = 0; s < a.rasters && !found; s++)
        for (int d = 0; d < a.raster[std::size_t (s)].channels && !found; d++) {
          const ChannelInfo &has = a.raster[std::size_t (s)].channel[std::size_t (d)];
          if (has.component != want.component || has.sub != want.sub || has.step == 0 ||
              a.raster[std::size_t (s)].sub != want.sub)
            continue;
          found = true;
          const Size size = raster_size (b, r, to.size ());
          for (int y = 0; y < size.height; y++)
            for (int x = 0; x < size.width; x++) to.set (r, x, y, c, from.get (s, x, y, d));
        }
      if (!found) return false;
    }
  return true;
}

// Formats that differ only in the places of their samples: the bytes are those of the canvas's own
// format.
TEST_P (ConvertTest, PlacesOfSamplesDoNotCount)
{
  Random random (2031);
  for (const PixelFormat format : every_format ()) {
    const FormatInfo &from = info_of (format);
    if (from.format == canvas ().format || from.rgb != canvas ().rgb ||
        from.depth != canvas ().depth || (from.components > 1) != (canvas ().components > 1) ||
        from.has_alpha () != canvas ().has_alpha ())
      continue;
    for (int i = 0; i < scenes (24); i++) {
      OwnedScene s = converted_scene (from, canvas (), random);
      s.scene.tiles[0].colors.reset ();
      OwnedScene own;
      own.scene = s.scene;
      Picture &picture = own.add_picture (s.pictures[0]->size ());
      picture.fill (255);  // padding
      if (!copy_components (*s.pictures[0], picture)) break;
      own.scene.tiles[0].source = picture.view ();
      ASSERT_EQ (first_difference (draw (s.scene), draw (own.scene)), "")
          << from.name << ": " << describe (s.scene);
    }
  }
}

// R, G and B are equal, chroma has no colour.
void expect_grey (const Picture &drawn, const FormatInfo &from)
{
  const FormatInfo &f = drawn.info ();
  const int neutral = (max_value (f) + 1) / 2;
  std::map<int, int> first;  // the first of R, G and B at each position
  for (int r = 0; r < f.rasters; r++) {
    const RasterInfo &raster = f.raster[std::size_t (r)];
    for (int c = 0; c < raster.channels; c++) {
      const ChannelInfo &channel = raster.channel[std::size_t (c)];
      const int k = channel.component;
      if (k < 0 || k > 2 || channel.step == 0 || (!f.rgb && k == 0)) continue;
      for (int x = 0; x < raster_size (f, r, drawn.size ()).width; x++) {
        const int value = drawn.get (r, x, 0, c);
        const int want = f.rgb ? first.try_emplace (x, value).first->second : neutral;
        ASSERT_EQ (value, want) << from.name << " to " << f.name << " at " << x;
      }
    }
  }
}

// No value of grey gets a tint, and black and white stay black and white.
TEST_P (ConvertTest, GreyStaysGrey)
{
  for (const PixelFormat format : every_format ())
    for (const Colors &a : kColors)
      for (const Colors &b : kColors) {
        const FormatInfo &from = info_of (format);
        const ColorMatrix matrix = real_matrix (from, a, canvas (), b);
        OwnedScene s;
        s.scene.format = GetParam ();
        s.scene.canvas = {64, 2};
        Picture &picture = s.add_picture (from.format, s.scene.canvas);
        const int most = max_value (from);
        Color grey;
        for (std::size_t k = 0; k < 3; k++)
          grey.value[k] =
              static_cast<std::uint16_t> (!from.rgb && k > 0 ? (most + 1) / 2 : most * 3 / 7);
        grey.value[3] = 255;
        paint_constant (picture, grey);
        // Luma, or all of R, G and B, from the least to the greatest code.
        const RasterInfo &raster = from.raster[0];
        for (int x = 0; x < 64; x++)
          for (int c = 0; c < (from.rgb ? raster.channels : 1); c++)
            if (const int k = raster.channel[std::size_t (c)].component; k >= 0 && k < 3)
              for (int y = 0; y < 2; y++)
                for (int r = 0; r < (from.rgb ? from.rasters : 1); r++)
                  picture.set (r, x, y, c, most * x / 63);
        Tile tile;
        tile.target = rect_of (s.scene.canvas);
        tile.source = picture.view ();
        tile.crop = tile.target;
        tile.colors = color_map (matrix, from.depth, canvas ().depth);
        s.scene.tiles.push_back (tile);
        expect_grey (draw (s.scene), from);
        if (HasFailure ()) return;
      }
}

INSTANTIATE_TEST_SUITE_P (Formats, ConvertTest, ::testing::ValuesIn (every_format ()),
                          [] (const auto &p) { return format_name (p.param); });

}  // namespace
}  // namespace quad::test
