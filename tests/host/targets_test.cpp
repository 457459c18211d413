// The bytes depend on neither the instruction set nor the number of threads.
#include <gtest/gtest.h>

#include "scenes.h"
#include "targets.h"

namespace quad::test {
namespace {

constexpr int kScenes = 24;  // for each format

class SameBytesTest : public ::testing::TestWithParam<PixelFormat> {};

void expect_scalar_on_every_target (const OwnedScene &s)
{
  const Picture reference = draw (s.scene, {.scalar = true});
  for (const std::int64_t target : machine_targets ()) {
    const UseTarget use (target);
    const Picture drawn = draw (s.scene);
    ASSERT_EQ (first_difference (reference, drawn), "")
        << hwy::TargetName (target) << ": " << describe (s.scene);
  }
}

TEST_P (SameBytesTest, EveryTargetDrawsAsScalar)
{
  Random random (41);
  for (int i = 0; i < kScenes && !HasFatalFailure (); i++)
    expect_scalar_on_every_target (random_scene (GetParam (), random, {}));
}

TEST_P (SameBytesTest, EveryTargetConvertsAsScalar)
{
  Random random (44);
  for (int i = 0; i < kScenes && !HasFatalFailure (); i++)
    expect_scalar_on_every_target (
        random_scene (GetParam (), random, {.zooms = i % 4 == 0, .converts = true}));
}

TEST_P (SameBytesTest, EveryTargetDrawsWideRowsAsScalar)
{
  Random random (42);
  for (const Size width : {Size{1920, 960}, Size{1280, 426}, Size{3840, 361}, Size{500, 1333}}) {
    const Orientation orientation =
        random.one_in (2) ? Orientation::identity : Orientation::rotate_180;
    OwnedScene s = scene_of (GetParam (), {width.width, 12}, {width.height, 6},
                             random.pick (kFilters), orientation);
    paint (*s.pictures[0], Pattern::noise, 9);
    paint_alpha (*s.pictures[0], random.pick (kAlphaPatterns), 9);
    expect_scalar_on_every_target (s);
    if (HasFatalFailure ()) return;
  }
}

// The special path for exactly 2:1 gives the bytes of the general one, also beside rows whose alpha
// needs the general path.
TEST_P (SameBytesTest, HalvingIsNothingSpecial)
{
  Random random (43);
  for (int i = 0; i < kScenes && !HasFatalFailure (); i++) {
    const Size half = {random.between (1, 150), random.between (1, 12)};
    OwnedScene s = scene_of (GetParam (), {2 * half.width, 2 * half.height}, half, Filter::area);
    paint (*s.pictures[0], random.pick (kPatterns), static_cast<std::uint32_t> (i));
    paint_alpha (*s.pictures[0], random.pick (kAlphaPatterns), static_cast<std::uint32_t> (i));
    expect_scalar_on_every_target (s);
  }
}

// The samples of a component, position by position.
std::vector<int> samples_of (const Picture &picture, int component)
{
  std::vector<int> samples;
  for (int r = 0; r < picture.info ().rasters; r++) {
    const RasterInfo &raster = picture.info ().raster[std::size_t (r)];
    const Size size = raster_size (picture.info (), r, picture.size ());
    for (int c = 0; c < raster.channels; c++) {
      if (raster.channel[std::size_t (c)].component != component || !raster.stores (c)) continue;
      for (int y = 0; y < size.height; y++)
        for (int x = 0; x < size.width; x++) samples.push_back (picture.get (r, x, y, c));
    }
  }
  return samples;
}

// Components that only move to another place have the samples that they have in the source's own
// format.
TEST (SamePlaces, HalvingOnlyMovesSamples)
{
  const std::vector<std::vector<PixelFormat>> alike = {
      {PixelFormat::i420, PixelFormat::yv12, PixelFormat::nv12, PixelFormat::nv21},
      {PixelFormat::yuy2, PixelFormat::uyvy, PixelFormat::y42b}};
  std::uint32_t seed = 0;
  for (const auto &formats : alike)
    for (const PixelFormat from : formats)
      for (const PixelFormat to : formats)
        for (const Size half : {Size{60, 8}, Size{7, 3}}) {
          OwnedScene s = scene_of (from, {2 * half.width, 2 * half.height}, half, Filter::area);
          paint (*s.pictures[0], Pattern::noise, seed++);
          const Picture own = draw (s.scene);
          s.scene.format = to;
          const Picture moved = draw (s.scene);
          for (int k = 0; k < 3; k++)
            EXPECT_EQ (samples_of (moved, k), samples_of (own, k))
                << format_name (from) << " " << format_name (to) << " " << k;
        }
}

TEST_P (SameBytesTest, AnyNumberOfThreads)
{
  Random random (44);
  for (int i = 0; i < kScenes / 2; i++) {
    const OwnedScene s = random_scene (GetParam (), random, {.converts = i % 2 == 0});
    const Picture one = draw (s.scene, {.threads = 1});
    for (const int threads : {2, 3, 8})
      ASSERT_EQ (first_difference (one, draw (s.scene, {.threads = threads})), "")
          << threads << " threads: " << describe (s.scene);
  }
}

INSTANTIATE_TEST_SUITE_P (Formats, SameBytesTest, ::testing::ValuesIn (every_format ()),
                          [] (const auto &p) { return format_name (p.param); });

}  // namespace
}  // namespace quad::test
