// Scenes that the host's tests do not have: many layers, both orders of blocks, each way to draw a
// picture.
#include <gtest/gtest.h>

#include <map>

#include "cuda/scene_program.h"
#include "host/scenes.h"
#include "orders.h"
#include "tables.h"

namespace quad::test {
namespace {

constexpr int kScenes = 60;  // for each format

class CudaScenesTest : public ::testing::TestWithParam<PixelFormat> {};

TEST_P (CudaScenesTest, ManyLayers)
{
  Random random (301);
  for (int i = 0; i < kScenes && !HasFailure (); i++)
    draw_in_both_orders (
        random_scene (
            GetParam (), random,
            {.max_side = 160, .max_tiles = 3 + i % 14, .zooms = i % 4 == 3, .converts = i % 2 > 0})
            .scene);
}

// Halves that draw two words at once, and rows or neighbours that do not allow it.
TEST_P (CudaScenesTest, Halves)
{
  Random random (304);
  for (int i = 0; i < 40 && !HasFailure (); i++) {
    const Size half = {random.between (1, 150), random.between (1, 12)};
    OwnedScene s = scene_of (GetParam (), {2 * half.width, 2 * half.height}, half, Filter::area);
    paint (*s.pictures[0], random.pick (kPatterns), static_cast<std::uint32_t> (i));
    paint_alpha (*s.pictures[0], random.pick (kAlphaPatterns), static_cast<std::uint32_t> (i));
    draw_in_both_orders (s.scene);
  }
}

TEST_P (CudaScenesTest, WideAndTall)
{
  Random random (302);
  for (const Size size : {Size{1280, 5}, Size{5, 90}, Size{170, 40}}) {
    OwnedScene s = scene_of (GetParam (), {160, 36}, size, random.pick (kFilters));
    paint (*s.pictures[0], Pattern::noise, 3);
    paint_alpha (*s.pictures[0], AlphaPattern::noise, 4);
    s.scene.tiles.push_back (s.scene.tiles[0]);
    s.scene.tiles[1].orientation = random.pick (kOrientations);
    s.scene.tiles[1].alpha = 99;
    draw_in_both_orders (s.scene);
  }
}

// Draws the same scene with renderers that drew other ones before, with tables of all sizes.
TEST_P (CudaScenesTest, OneRendererThroughManyScenes)
{
  Random random (303);
  const auto renderer = make_renderer ();
  for (int i = 0; i < 30 && !HasFailure (); i++) {
    const OwnedScene s = random_scene (GetParam (), random,
                                       {.max_side = 1 + 9 * (i % 12),
                                        .max_tiles = 1 + i % 5,
                                        .zooms = i % 3 == 2,
                                        .converts = i % 4 > 1});
    const Picture out (s.scene.format, s.scene.canvas);
    ASSERT_EQ (renderer->prepare (s.scene), Status::ok);
    ASSERT_EQ (renderer->draw (s.scene, out.view ()), Status::ok);
  }
}

INSTANTIATE_TEST_SUITE_P (Formats, CudaScenesTest, ::testing::ValuesIn (every_format ()),
                          [] (const auto &p) { return format_name (p.param); });

struct Case {
  const char *name;
  PixelFormat format;
  Size source, target;
  Filter filter;
  Orientation orientation;
  cuda::Method method;  // the method for all planes
};

constexpr Orientation kUpright = Orientation::identity, kQuarter = Orientation::rotate_90;
constexpr Orientation kMirrored = Orientation::flip_horizontal;
constexpr Case kCases[] = {
    {"Equal", PixelFormat::nv12, {64, 36}, {64, 36}, Filter::area, kUpright, cuda::Method::copy},
    {"Turned", PixelFormat::i420, {64, 36}, {36, 64}, Filter::area, kQuarter, cuda::Method::copy},
    {"Equal16", PixelFormat::gray16_le, {9, 7}, {9, 7}, Filter::area, kUpright, cuda::Method::copy},
    {"Half", PixelFormat::nv12, {128, 72}, {64, 36}, Filter::area, kUpright, cuda::Method::halves},
    {"HalfRgba",
     PixelFormat::rgba,
     {66, 30},
     {33, 15},
     Filter::area,
     kUpright,
     cuda::Method::halves},
    {"HalfGray",
     PixelFormat::gray8,
     {26, 6},
     {13, 3},
     Filter::area,
     kUpright,
     cuda::Method::halves},
    {"HalfMirrored",
     PixelFormat::nv12,
     {128, 72},
     {64, 36},
     Filter::area,
     kMirrored,
     cuda::Method::staged},
    {"HalfTurned",
     PixelFormat::nv12,
     {128, 72},
     {36, 64},
     Filter::area,
     kQuarter,
     cuda::Method::staged},
    {"HalfYuy2",
     PixelFormat::yuy2,
     {64, 36},
     {32, 18},
     Filter::area,
     kUpright,
     cuda::Method::staged},
    {"EqualUyvy", PixelFormat::uyvy, {65, 9}, {65, 9}, Filter::area, kUpright, cuda::Method::copy},
    {"HalfRgb", PixelFormat::rgb, {64, 36}, {32, 18}, Filter::area, kUpright, cuda::Method::staged},
    {"Half10",
     PixelFormat::p010_10le,
     {64, 36},
     {32, 18},
     Filter::area,
     kUpright,
     cuda::Method::halves},
    {"Half10Lanczos",
     PixelFormat::p010_10le,
     {64, 36},
     {32, 18},
     Filter::lanczos,
     kUpright,
     cuda::Method::staged},
    {"HalfLanczos",
     PixelFormat::nv12,
     {64, 36},
     {32, 18},
     Filter::lanczos,
     kUpright,
     cuda::Method::staged},
    {"Third",
     PixelFormat::i420,
     {192, 108},
     {64, 36},
     Filter::bicubic,
     kUpright,
     cuda::Method::staged},
    {"Twice",
     PixelFormat::rgba,
     {20, 10},
     {40, 20},
     Filter::bilinear,
     kUpright,
     cuda::Method::staged},
    {"Third16",
     PixelFormat::gray16_le,
     {96, 36},
     {32, 12},
     Filter::area,
     kUpright,
     cuda::Method::direct},
    {"Strip", PixelFormat::gray8, {16384, 2}, {1, 2}, Filter::area, kUpright, cuda::Method::direct},
    {"StripRgba",
     PixelFormat::rgba,
     {16384, 2},
     {2, 1},
     Filter::lanczos,
     kUpright,
     cuda::Method::direct},
    {"StripTurned",
     PixelFormat::gray8,
     {16384, 1},
     {1, 1},
     Filter::area,
     kQuarter,
     cuda::Method::direct},
    {"TallStrip",
     PixelFormat::gray8,
     {2, 16384},
     {2, 1},
     Filter::area,
     kUpright,
     cuda::Method::staged},
};

class CudaMethodTest : public ::testing::TestWithParam<Case> {};

TEST_P (CudaMethodTest, IsReachedAndRight)
{
  const Case &c = GetParam ();
  OwnedScene s = scene_of (c.format, c.source, c.target, c.filter, c.orientation);
  const auto rasters = info_of (c.format).rasters;
  EXPECT_EQ (methods_of (s.scene), (std::map<cuda::Method, int>{{c.method, rasters}}));
  for (const AlphaPattern alpha :
       {AlphaPattern::opaque, AlphaPattern::noise, AlphaPattern::half_planes}) {
    paint (*s.pictures[0], Pattern::noise, 7);
    paint_alpha (*s.pictures[0], alpha, 8);
    draw_in_both_orders (s.scene);
  }
}

INSTANTIATE_TEST_SUITE_P (Cases, CudaMethodTest, ::testing::ValuesIn (kCases),
                          [] (const auto &p) { return std::string (p.param.name); });

}  // namespace
}  // namespace quad::test
