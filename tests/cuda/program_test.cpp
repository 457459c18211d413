// Tests the tables that are sent to the device.
#include <gtest/gtest.h>

#include <climits>

#include "cuda/cuda_renderer.h"
#include "gpu.h"
#include "host/scenes.h"
#include "tables.h"

namespace quad::test {
namespace {

// One value for each position of each raster of a canvas.
class Canvas {
 public:
  explicit Canvas (const Scene &scene)
  {
    const FormatInfo &format = info_of (scene.format);
    for (int p = 0; p < format.rasters; p++) {
      const Size size = raster_size (format, p, scene.canvas);
      rasters_.push_back ({size, std::vector<int> (std::size_t (size.width * size.height), 0)});
    }
  }
  // Whether a patch lies on its raster.
  bool holds (int raster, const cuda::Patch &p) const
  {
    return p.width > 0 && p.height > 0 &&
           rect_of (rasters_[std::size_t (raster)].first).contains ({p.x, p.y, p.width, p.height});
  }
  template <typename F>
  void visit (int raster, const cuda::Patch &patch, F f)
  {
    auto &[size, value] = rasters_[std::size_t (raster)];
    for (int y = patch.y; y < patch.y + patch.height; y++)
      for (int x = patch.x; x < patch.x + patch.width; x++)
        f (value[std::size_t (y * size.width + x)]);
  }
  bool all_are (int wanted) const
  {
    for (const auto &[size, value] : rasters_)
      for (const int v : value)
        if (v != wanted) return false;
    return true;
  }

 private:
  std::vector<std::pair<Size, std::vector<int>>> rasters_;
};

// The bytes of shared memory that a block needs for one picture, calculated from the tables alone.
std::size_t shared_bytes (const Tables &t, const cuda::Picture &picture, const cuda::Patch &patch)
{
  const cuda::Samples &s = picture.samples;
  const int i = patch.x - picture.x, j = patch.y - picture.y;
  const bool swap = picture.swap_axes != 0;
  const int u = swap ? j : i, columns = swap ? patch.height : patch.width;
  const int rows = swap ? patch.width : patch.height;
  int first = INT_MAX, end = 0;
  for (int o = u; o < u + columns; o++) {
    const int left = t.left (picture.across, o);
    first = std::min (first, left);
    end = std::max (end, left + picture.across.taps);
  }
  const cuda::Extent extent = cuda::extent_of (picture, first, end);
  EXPECT_LE (extent.first, first * s.channels);
  EXPECT_GE (extent.first + extent.count, end * s.channels);
  EXPECT_LE (extent.first + extent.count, picture.row_samples);
  if (patch.draw == cuda::Draw::filtered) {
    EXPECT_EQ (patch.extent.first, extent.first);
    EXPECT_EQ (patch.extent.count, extent.count);
  }
  const auto mid = std::size_t (cuda::mid_pitch_of (extent) * rows) * sizeof (std::int16_t);
  const std::size_t weighted =
      s.alpha < 0 ? 0
                  : std::size_t (extent.count / 4 * rows * 3 + 3) / 4 * 4 * sizeof (std::int32_t);
  return mid + weighted;
}

// The patch lies inside the picture, and so inside its tables.
void expect_inside (const cuda::Picture &picture, const cuda::Patch &patch)
{
  const bool swap = picture.swap_axes != 0;
  const int width = swap ? picture.down.count : picture.across.count;
  const int height = swap ? picture.across.count : picture.down.count;
  EXPECT_TRUE (Rect ({picture.x, picture.y, width, height})
                   .contains ({patch.x, patch.y, patch.width, patch.height}));
}

void check_patch (const Tables &t, const cuda::Launch &launch, const cuda::Patch &patch,
                  const FormatInfo &format)
{
  const cuda::Part part = t.part (patch.part);
  const cuda::Samples s = cuda::samples_of (format, part.raster);
  const int size = s.bytes * s.channels, group = size < 4 && size != 3 ? 4 / size : 1;
  if (patch.draw == cuda::Draw::layers) {
    EXPECT_LE (ceil_div (patch.width, group) * patch.height, cuda::kWords);
  } else {
    EXPECT_EQ (part.layers, 1);
  }
  ASSERT_GT (part.layers, 0);
  for (int k = 0; k < part.layers; k++) {
    const cuda::Layer layer = t.layer (part.first_layer + k);
    EXPECT_TRUE (layer.source != cuda::kBelow || k == 0);
    if (layer.source < 0) continue;
    ASSERT_LT (layer.source, int (launch.sources.size ()));
    std::size_t bytes = 0;
    for (const cuda::Picture &picture : t.pictures (layer)) {
      expect_inside (picture, patch);
      if (picture.method == cuda::Method::staged) bytes += shared_bytes (t, picture, patch);
    }
    EXPECT_LE (bytes, std::size_t{cuda::kMidBytes});
  }
}

void check_tables (const Scene &scene)
{
  const Tables t (without_pointers (scene));
  const FormatInfo &format = info_of (scene.format);
  // The launch that drew a position last, counted from 1.
  Canvas drawn (scene), begun (scene);
  int n = 0;
  for (const cuda::Launch &launch : t.launches ()) {
    n++;
    ASSERT_GT (launch.count, 0);
    ASSERT_LE (launch.sources.size (), std::size_t{cuda::kSourcesPerLaunch});
    for (int i = 0; i < launch.count; i++) {
      const cuda::Patch patch = t.patch (launch, i);
      const cuda::Part part = t.part (patch.part);
      ASSERT_TRUE (drawn.holds (part.raster, patch));
      check_patch (t, launch, patch, format);
      const bool below = t.layer (part.first_layer).source == cuda::kBelow;
      drawn.visit (part.raster, patch, [&] (int &last) {
        EXPECT_LT (last, n) << "drawn twice in a launch";
        EXPECT_EQ (below, last > 0) << "drawn on nothing, or anew";
        last = n;
      });
      if (!below) begun.visit (part.raster, patch, [] (int &count) { count++; });
    }
  }
  EXPECT_TRUE (begun.all_are (1)) << "a part of the canvas is drawn never, or twice";
}

TEST (CudaFormats, WhatIsOfferedIsDrawn)
{
  for (const FormatInfo &f : all_formats ())
    if (f.in_cuda_since > 0) {
      EXPECT_TRUE (cuda::draws (f)) << f.name;
    }
  // Alpha in one plane weights the colours of other planes.
  for (const PixelFormat format : {PixelFormat::a420, PixelFormat::av12}) {
    EXPECT_FALSE (cuda::draws (info_of (format)));
    const auto renderer = cuda::make_cuda_renderer (gpu_context (), nullptr);
    const OwnedScene s = scene_of (format, {8, 6}, {4, 3}, Filter::area);
    EXPECT_EQ (renderer->prepare (without_pointers (s.scene)), Status::unsupported_format);
  }
}

class CudaProgramTest : public ::testing::TestWithParam<PixelFormat> {};

TEST_P (CudaProgramTest, EveryPositionIsDrawnOnceAndFits)
{
  Random random (401);
  for (int i = 0; i < 150 && !HasFailure (); i++) {
    SCOPED_TRACE (i);
    check_tables (random_scene (GetParam (), random,
                                {.max_side = 300, .max_tiles = 1 + i % 12, .converts = i % 2 > 0})
                      .scene);
  }
}

// At each ratio up to the greatest, the program uses staging only if it fits.
TEST_P (CudaProgramTest, EveryRatioFits)
{
  for (int length = 1; length <= kMaxSide; length += 1 + length / 3)
    for (const int target : {1, 2, 7, 40, 300})
      for (const Filter filter : kFilters)
        for (const Orientation o : {Orientation::identity, Orientation::transpose}) {
          check_tables (scene_of (GetParam (), {length, 3}, {target, 2}, filter, o).scene);
          check_tables (scene_of (GetParam (), {3, length}, {2, target}, filter, o).scene);
          if (HasFailure ()) FAIL () << length << " to " << target;
        }
}

// More pictures lie on top of one another than a launch can have.
TEST_P (CudaProgramTest, MoreLayersThanALaunchTakes)
{
  OwnedScene s = scene_of (GetParam (), {8, 6}, {8, 6}, Filter::area);
  s.scene.tiles[0].alpha = 100;
  for (const std::size_t count : {64, 65, 128, 129, 200}) {
    s.scene.tiles.resize (count, s.scene.tiles[0]);
    check_tables (s.scene);
    EXPECT_EQ (Tables (without_pointers (s.scene)).launches ().size (),
               (count + cuda::kSourcesPerLaunch - 1) / cuda::kSourcesPerLaunch);
  }
}

std::vector<PixelFormat> formats_drawn ()
{
  std::vector<PixelFormat> formats;
  for (const FormatInfo &f : all_formats ())
    if (cuda::draws (f)) formats.push_back (f.format);
  return formats;
}

INSTANTIATE_TEST_SUITE_P (Formats, CudaProgramTest, ::testing::ValuesIn (formats_drawn ()),
                          [] (const auto &p) { return format_name (p.param); });

}  // namespace
}  // namespace quad::test
