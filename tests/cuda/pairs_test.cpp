// Pictures of each format on canvases of each format: the host's bytes, in one launch.
#include <gtest/gtest.h>

#include "cuda/cuda_renderer.h"
#include "orders.h"
#include "tables.h"

namespace quad::test {
namespace {

constexpr int kScenes = 4;  // for each pair

class CudaPairsTest : public ::testing::TestWithParam<PixelFormat> {
 protected:
  const FormatInfo &canvas () const { return info_of (GetParam ()); }
};

std::uint64_t launches () { return hostcuda::counters ().launches; }

// draw() compares with the host.
TEST_P (CudaPairsTest, TheHostsBytesInOneLaunch)
{
  Random random (701);
  for (const PixelFormat from : every_format ())
    for (int i = 0; i < kScenes; i++) {
      const OwnedScene s = converted_scene (info_of (from), canvas (), random);
      const std::uint64_t before = launches ();
      (void)draw (s.scene);
      ASSERT_EQ (launches (), before + 1);
      ASSERT_FALSE (HasFailure ()) << info_of (from).name << " to " << canvas ().name;
    }
}

TEST_P (CudaPairsTest, TilesOverOneAnother)
{
  Random random (702);
  for (int i = 0; i < 6 && !HasFailure (); i++)
    draw_in_both_orders (
        random_scene (
            GetParam (), random,
            {.max_side = 120, .max_tiles = 2 + 5 * i, .zooms = i % 2 > 0, .converts = true})
            .scene);
}

// Several launches: each draws over the result of the one before.
TEST_P (CudaPairsTest, MorePicturesThanALaunchTakes)
{
  Random random (703);
  OwnedScene s = random_scene (GetParam (), random, {.max_side = 20, .converts = true});
  while (s.scene.tiles.size () < 80) {
    OwnedScene more =
        random_scene (GetParam (), random, {.max_side = 20, .max_tiles = 9, .converts = true});
    for (Tile &t : more.scene.tiles) {
      t.target = random_target (canvas (), s.scene.canvas, random);
      t.alpha = 90;
      t.blend = Blend::over;
      s.scene.tiles.push_back (t);
    }
    for (auto &p : more.pictures) s.pictures.push_back (std::move (p));
  }
  (void)draw (s.scene);
}

INSTANTIATE_TEST_SUITE_P (Formats, CudaPairsTest, ::testing::ValuesIn (every_format ()),
                          [] (const auto &p) { return format_name (p.param); });

using Methods = std::map<cuda::Method, int>;

struct Case {
  const char *name;
  PixelFormat from, to;
  Size source, target;
  Orientation orientation;
  bool same_colors;
  Methods methods;  // of all rasters
};

constexpr auto kStaged = cuda::Method::staged, kDirect = cuda::Method::direct;
constexpr Orientation kUpright = Orientation::identity, kQuarter = Orientation::rotate_90;
const Case kCases[] = {
    // Luma and chroma for each raster of the canvas.
    {"Half",
     PixelFormat::nv12,
     PixelFormat::rgba,
     {64, 36},
     {32, 18},
     kUpright,
     false,
     {{kStaged, 2}}},
    {"Turned",
     PixelFormat::i420,
     PixelFormat::bgrx,
     {64, 36},
     {20, 30},
     kQuarter,
     false,
     {{kStaged, 3}}},
    {"FromRgba",
     PixelFormat::rgba,
     PixelFormat::i420,
     {64, 36},
     {40, 20},
     kUpright,
     false,
     {{kStaged, 3}}},
    {"Equal",
     PixelFormat::bgra,
     PixelFormat::nv12,
     {24, 18},
     {24, 18},
     kUpright,
     false,
     {{kStaged, 2}}},
    {"From16",
     PixelFormat::gray16_le,
     PixelFormat::rgb,
     {9, 7},
     {5, 6},
     kUpright,
     false,
     {{kDirect, 1}}},
    {"StripFromI420",
     PixelFormat::i420,
     PixelFormat::rgb,
     {16384, 2},
     {1, 2},
     kUpright,
     false,
     {{kDirect, 3}}},
    // Luma needs more room than each of three may have.
    {"SomeFit",
     PixelFormat::i420,
     PixelFormat::rgb,
     {4000, 4},
     {8, 2},
     kUpright,
     false,
     {{kDirect, 1}, {kStaged, 2}}},
    {"StripFromRgba",
     PixelFormat::rgba,
     PixelFormat::gray8,
     {16384, 2},
     {2, 1},
     kUpright,
     false,
     {{kDirect, 1}}},
    // Rasters that only lie elsewhere are not converted.
    {"Places",
     PixelFormat::nv12,
     PixelFormat::yv12,
     {128, 72},
     {64, 36},
     kUpright,
     true,
     {{cuda::Method::halves, 1}, {kStaged, 2}}},
    {"PlacesInPairs",
     PixelFormat::y444,
     PixelFormat::yuy2,
     {64, 36},
     {32, 18},
     kUpright,
     true,
     {{kStaged, 3}}},
    {"PlacesOutOfPairs",
     PixelFormat::uyvy,
     PixelFormat::y42b,
     {31, 9},
     {31, 9},
     kUpright,
     true,
     {{cuda::Method::copy, 1}, {kStaged, 2}}},
    {"PlacesEqual",
     PixelFormat::yv12,
     PixelFormat::i420,
     {30, 20},
     {30, 20},
     kUpright,
     true,
     {{cuda::Method::copy, 3}}},
};

class CudaPairMethodTest : public ::testing::TestWithParam<Case> {};

TEST_P (CudaPairMethodTest, IsReachedAndRight)
{
  const Case &c = GetParam ();
  Random random (704);
  OwnedScene s = scene_of (c.to, {1, 1}, c.target, Filter::area, c.orientation);
  Picture &picture = s.add_picture (c.from, c.source);
  Tile &tile = s.scene.tiles[0];
  tile.source = picture.view ();
  tile.crop = rect_of (c.source);
  if (!c.same_colors) {
    const FormatInfo &from = info_of (c.from), &to = info_of (c.to);
    tile.colors = color_map (real_matrix (from, kColors[0], to, kColors[1]), from.depth, to.depth);
  }
  EXPECT_EQ (methods_of (s.scene), c.methods);
  for (const AlphaPattern alpha :
       {AlphaPattern::opaque, AlphaPattern::noise, AlphaPattern::half_planes}) {
    paint (picture, Pattern::noise, 7);
    paint_alpha (picture, alpha, 8);
    draw_in_both_orders (s.scene);
    tile.alpha = 200;
  }
}

INSTANTIATE_TEST_SUITE_P (Cases, CudaPairMethodTest, ::testing::ValuesIn (kCases),
                          [] (const auto &p) { return std::string (p.param.name); });

// Refused before anything is drawn.
TEST (CudaPairs, ASourceThatNoKernelReads)
{
  OwnedScene s = scene_of (PixelFormat::i420, {8, 6}, {8, 6}, Filter::area);
  s.scene.tiles[0].source = s.add_picture (PixelFormat::a420, {8, 6}).view ();
  const auto renderer = cuda::make_cuda_renderer (gpu_context (), nullptr);
  EXPECT_EQ (renderer->prepare (without_pointers (s.scene)), Status::unsupported_format);
}

}  // namespace
}  // namespace quad::test
