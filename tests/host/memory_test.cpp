// Tests which memory the renderer reads, writes and leaves alone.
#include <gtest/gtest.h>

#include "scenes.h"
#include "targets.h"

namespace quad::test {
namespace {

constexpr Layout kLayouts[] = {
    {}, {.padding = 1}, {.padding = 37}, {.bottom_up = true}, {.padding = 64, .bottom_up = true}};

class MemoryTest : public ::testing::TestWithParam<PixelFormat> {};

TEST_P (MemoryTest, AnyStrideAndNothingBesideTheRows)
{
  for (const Layout &layout : kLayouts)
    for (const Layout &out : kLayouts) {
      // Make the same scene twice, with different strides.
      Random first (71), second (71);
      for (int i = 0; i < 4; i++) {
        const bool converts = i % 2 > 0;
        const OwnedScene plain =
            random_scene (GetParam (), first, {.max_side = 100, .converts = converts});
        const OwnedScene strided = random_scene (
            GetParam (), second, {.max_side = 100, .layout = layout, .converts = converts});
        std::vector<std::vector<std::byte>> before;
        for (const auto &p : strided.pictures) before.push_back (p->bytes ());
        const Picture expected = draw (plain.scene);
        const Picture drawn = draw (strided.scene, {.threads = 1 + i % 2}, out);
        ASSERT_EQ (first_difference (expected, drawn), "") << describe (plain.scene);
        ASSERT_TRUE (drawn.guards_intact ()) << describe (plain.scene);
        for (std::size_t k = 0; k < before.size (); k++) {
          ASSERT_EQ (before[k], strided.pictures[k]->bytes ());
          ASSERT_TRUE (strided.pictures[k]->guards_intact ());
        }
      }
    }
}

TEST_P (MemoryTest, EveryByteIsWritten)
{
  Random random (72);
  for (int i = 0; i < 30; i++) {
    const OwnedScene s =
        random_scene (GetParam (), random, {.max_side = 120, .converts = i % 2 > 0});
    const Picture a = draw (s.scene, {}, {}, 0x00), b = draw (s.scene, {}, {}, 0xff);
    ASSERT_EQ (first_difference (a, b), "") << describe (s.scene);
  }
}

// A read or write outside a plane ends the test program.
TEST_P (MemoryTest, StaysInsideThePlanes)
{
  for (const std::int64_t target : machine_targets ()) {
    const UseTarget use (target);
    for (const Place place : {Place::fence_after, Place::fence_before})
      for (const bool bottom_up : {false, true}) {
        const Layout layout = {.bottom_up = bottom_up, .place = place};
        Random random (73);
        for (int i = 0; i < 12; i++) {
          const OwnedScene s = random_scene (
              GetParam (), random,
              {.max_side = 150, .layout = layout, .zooms = i % 3 == 2, .converts = i % 2 > 0});
          (void)draw (s.scene, {.scalar = i % 6 == 0}, layout);
        }
      }
    // Draw one row of each width at the fence, with every filter and at 2:1.
    for (int width = 1; width <= 140; width++)
      for (const Filter filter : {Filter::area, Filter::lanczos}) {
        const Layout layout = {.place = width % 2 == 0 ? Place::fence_after : Place::fence_before};
        OwnedScene s = scene_of (GetParam (), {width, 2}, {std::max (1, width / 2), 1}, filter,
                                 Orientation::identity, layout);
        (void)draw (s.scene, {}, layout);
      }
  }
}

INSTANTIATE_TEST_SUITE_P (Formats, MemoryTest, ::testing::ValuesIn (every_format ()),
                          [] (const auto &p) { return format_name (p.param); });

TEST (Strips, AsLongAsTheyMayBe)
{
  constexpr std::pair<Size, Size> kStrips[] = {
      {{16384, 3}, {16384, 2}}, {{3, 16384}, {2, 16384}}, {{16384, 2}, {8192, 1}},
      {{2, 16384}, {1, 8192}},  {{16384, 4}, {5461, 3}},  {{4, 16383}, {3, 777}},
      {{1, 1}, {16384, 2}},     {{16383, 2}, {16384, 3}},
  };
  Random random (74);
  for (const PixelFormat format : {PixelFormat::i420, PixelFormat::nv12, PixelFormat::rgba,
                                   PixelFormat::p010_10le, PixelFormat::gray16_le})
    for (const auto &[source, target] : kStrips)
      for (const Orientation o : {Orientation::identity, Orientation::rotate_90}) {
        OwnedScene s =
            scene_of (format, source, steps_of (o).swap_axes ? target.transposed () : target,
                      random.pick (kFilters), o);
        paint (*s.pictures[0], Pattern::noise, 3);
        const Picture simd = draw (s.scene, {.threads = 2});
        ASSERT_TRUE (simd.guards_intact ());
        ASSERT_EQ (first_difference (simd, draw (s.scene, {.scalar = true})), "")
            << describe (s.scene);
      }
}

// The largest picture. All its rows are the same row of memory.
TEST (Strips, TheLargestPicture)
{
  Picture row (PixelFormat::gray8, {kMaxSide, 1});
  paint_constant (row, {{77, 0, 0, 0}});
  OwnedScene s = scene_of (PixelFormat::gray8, {1, 1}, {7, 5}, Filter::area);
  FrameView &source = s.scene.tiles[0].source;
  source.size = source.plane[0].size = {kMaxSide, kMaxSide};
  source.plane[0].data = row.view ().plane[0].data;
  source.plane[0].stride = 0;
  s.scene.tiles[0].crop = rect_of (source.size);
  Picture expected (PixelFormat::gray8, {7, 5});
  paint_constant (expected, {{77, 0, 0, 0}});
  EXPECT_EQ (first_difference (draw (s.scene), expected), "");
}

}  // namespace
}  // namespace quad::test
