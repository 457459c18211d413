// Crops that begin and end between samples: a digital zoom.
#include <gtest/gtest.h>

#include "core/placement.h"
#include "scenes.h"

namespace quad::test {
namespace {

class ZoomTest : public ::testing::TestWithParam<PixelFormat> {
 protected:
  const FormatInfo &info () const { return info_of (GetParam ()); }

  // All channels of all rasters.
  template <typename Visit>
  void visit (Size size, Visit visit) const
  {
    for (int r = 0; r < info ().rasters; r++) {
      const RasterInfo &raster = info ().raster[std::size_t (r)];
      const Size samples = raster_size (info (), r, size);
      for (int y = 0; y < samples.height; y++)
        for (int x = 0; x < samples.width; x++)
          for (int c = 0; c < raster.channels; c++)
            if (raster.stores (c)) visit (raster, r, x, y, c);
    }
  }

  // A ramp to the right in all channels but alpha, with the same value for luma and chroma that lie
  // at the same place.
  Picture ramp (Size size, int step) const
  {
    Picture p (GetParam (), size);
    visit (size, [&] (const RasterInfo &raster, int r, int x, int y, int c) {
      const bool alpha = raster.channel[std::size_t (c)].component == 3;
      const int luma = step * x * raster.sub.width + step * (raster.sub.width - 1) / 2;
      p.set (r, x, y, c, alpha ? 255 : luma);
    });
    return p;
  }
};

void show (const quad::Picture &picture, Size canvas, Fit fit, Tile &tile)
{
  const Placement p = place (picture, fit, rect_of (canvas), {.size = canvas}, 0.5, 0.5);
  tile.crop = p.crop;
  tile.part = p.part;
  tile.target = p.target;
  tile.hidden = p.hidden;
}

// A zoom that moves by a tenth of a sample: each sample of the picture changes steadily.
TEST_P (ZoomTest, AZoomMovesSmoothly)
{
  constexpr Size kSource = {60, 4}, kTarget = {24, 4};
  constexpr int kSteps = 40;
  const int slope = 4 * (max_value (info ()) / 255);
  const Picture source = ramp (kSource, slope);
  for (const Filter filter : kFilters)
    for (const double width : {0.2, 0.4, 0.7}) {
      OwnedScene s = scene_of (GetParam (), {1, 1}, kTarget, filter);
      Tile &tile = s.scene.tiles[0];
      tile.source = source.view ();
      std::unique_ptr<Picture> last;
      for (int i = 0; i < kSteps && i <= (1 - width) * 600; i++) {
        const Zoom zoom = {.x = i / 600.0, .width = width};
        show ({.part = rect_of (kSource), .zoom = zoom}, kTarget, Fit::fill, tile);
        auto drawn = std::make_unique<Picture> (draw (s.scene));
        visit (kTarget, [&] (const RasterInfo &raster, int r, int x, int y, int c) {
          if (!last || HasFailure () || raster.channel[std::size_t (c)].component == 3) return;
          const int moved = drawn->get (r, x, y, c) - last->get (r, x, y, c);
          EXPECT_GE (moved, 0) << describe (s.scene) << " raster " << r << " " << x;
          EXPECT_LE (moved, 1 + slope / 4) << describe (s.scene) << " raster " << r << " " << x;
        });
        if (HasFailure ()) return;
        last = std::move (drawn);
      }
    }
}

// Samples beyond the part do not show; those inside of it and beside the crop do.
TEST_P (ZoomTest, OnlyThePartIsRead)
{
  Random random (81);
  const Size unit = info ().chroma_unit ();
  for (int i = 0; i < 60; i++) {
    OwnedScene s = scene_of (GetParam (), {40, 30}, {29, 23}, random.pick (kFilters),
                             random.pick (kOrientations));
    Tile &tile = s.scene.tiles[0];
    const Rect part = {8, 6, 16 + random.below (9), 12 + random.below (9)};
    tile.part = part;
    tile.crop = {part.x + random.below (200) / 100.0, part.y + random.below (200) / 100.0,
                 5 + random.below (800) / 100.0, 4 + random.below (600) / 100.0};
    Picture &source = *s.pictures[0];
    paint (source, Pattern::noise, 9);
    paint_alpha (source, AlphaPattern::opaque, 0);
    const Picture before = draw (s.scene);
    visit ({40, 30}, [&] (const RasterInfo &raster, int r, int x, int y, int c) {
      // With all that belongs to the same chroma sample.
      const int left = x * raster.sub.width, top = y * raster.sub.height;
      const Rect sample = {left - left % unit.width, top - top % unit.height, unit.width,
                           unit.height};
      if (intersect (sample, part).empty ()) source.set (r, x, y, c, (x * 37 + y * 11 + c) & 255);
    });
    ASSERT_EQ (first_difference (draw (s.scene), before), "") << describe (s.scene);
  }
}

TEST_P (ZoomTest, TheSamplesBesideTheCropAreSeen)
{
  OwnedScene s = scene_of (GetParam (), {40, 30}, {40, 30}, Filter::bicubic);
  paint (*s.pictures[0], Pattern::noise, 9);
  s.scene.tiles[0].crop = {8, 8, 10, 10};
  const Picture clamped = draw (s.scene);
  s.scene.tiles[0].part = {8, 8, 10, 10};
  EXPECT_EQ (first_difference (draw (s.scene), clamped), "");
  s.scene.tiles[0].part = {0, 0, 40, 30};
  EXPECT_NE (first_difference (draw (s.scene), clamped), "");
}

// The zoomed part of the upright picture, in each orientation: at whole samples it is cut out of
// the picture that is drawn without a zoom.
TEST_P (ZoomTest, AZoomIsOfTheUprightPicture)
{
  for (const Orientation orientation : kOrientations)
    for (const Filter filter : kFilters) {
      const Size source = {24, 32};
      const Size upright = steps_of (orientation).swap_axes ? source.transposed () : source;
      OwnedScene s = scene_of (GetParam (), source, upright, filter, orientation);
      paint (*s.pictures[0], Pattern::noise, 4);
      s.scene.tiles[0].blend = Blend::source;
      const Picture whole = draw (s.scene);
      const Zoom zoom = {.x = 0.25, .y = 0.5, .width = 0.5, .height = 0.25};
      const Size target = {upright.width / 2, upright.height / 4};
      s.scene.canvas = target;
      show ({.part = rect_of (source), .orientation = orientation, .zoom = zoom}, target, Fit::fill,
            s.scene.tiles[0]);
      const Picture zoomed = draw (s.scene);
      visit (target, [&] (const RasterInfo &raster, int r, int x, int y, int c) {
        const int from_x = x + upright.width / 4 / raster.sub.width;
        const int from_y = y + upright.height / 2 / raster.sub.height;
        if (!HasFailure ()) {
          EXPECT_EQ (zoomed.get (r, x, y, c), whole.get (r, from_x, from_y, c))
              << describe (s.scene) << " raster " << r << " (" << x << ", " << y << ")";
        }
      });
      if (HasFailure ()) return;
    }
}

// A crop of whole samples is recognised, whatever may be read around it.
TEST_P (ZoomTest, WholeSamplesAreCopiedAndHalved)
{
  for (const int times : {1, 2}) {
    OwnedScene s = scene_of (GetParam (), {64, 48}, {16, 12}, Filter::area);
    paint (*s.pictures[0], Pattern::noise, 6);
    s.scene.tiles[0].crop = {8, 4, 16.0 * times, 12.0 * times};
    const Picture clamped = draw (s.scene);
    s.scene.tiles[0].part = {0, 0, 64, 48};
    EXPECT_EQ (first_difference (draw (s.scene), clamped), "");
  }
}

INSTANTIATE_TEST_SUITE_P (Formats, ZoomTest, ::testing::ValuesIn (every_format ()),
                          [] (const auto &p) { return format_name (p.param); });

}  // namespace
}  // namespace quad::test
