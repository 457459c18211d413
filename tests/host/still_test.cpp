// Sources that are still: the bytes of any others, made once.
#include <gtest/gtest.h>

#include "scenes.h"

namespace quad::test {
namespace {

class StillTest : public ::testing::TestWithParam<PixelFormat> {};

void set_still (Scene &scene, std::uint64_t first)
{
  for (Tile &t : scene.tiles)
    if (!t.solid) t.still = first == 0 ? 0 : first++;
}

Picture drawn_by (Renderer &renderer, const Scene &scene)
{
  Picture out (scene.format, scene.canvas);
  out.fill (0xee);
  EXPECT_EQ (renderer.prepare (scene), Status::ok);
  EXPECT_EQ (renderer.draw (scene, out.view ()), Status::ok);
  return out;
}

TEST_P (StillTest, HaveTheSameBytesAndAreMadeOnce)
{
  Random random (4711);
  for (int i = 0; i < 60; i++) {
    OwnedScene s = random_scene (GetParam (), random,
                                 {.max_side = 60, .max_tiles = 4, .zooms = true, .converts = true});
    SCOPED_TRACE (describe (s.scene));
    const auto plain = draw (s.scene).bytes ();
    const std::unique_ptr<Renderer> renderer = make_renderer ({.threads = random.between (1, 3)});
    set_still (s.scene, 10);
    ASSERT_EQ (drawn_by (*renderer, s.scene).bytes (), plain);

    for (const auto &picture : s.pictures) paint (*picture, Pattern::noise, i);
    ASSERT_EQ (drawn_by (*renderer, s.scene).bytes (), plain) << "it was kept";
    // Alpha is no part of what is kept.
    for (Tile &t : s.scene.tiles) t.alpha = random.below (256);
    (void)drawn_by (*renderer, s.scene);

    const auto changed = draw (s.scene).bytes ();
    set_still (s.scene, 20);
    ASSERT_EQ (drawn_by (*renderer, s.scene).bytes (), changed);
    set_still (s.scene, 0);
    ASSERT_EQ (drawn_by (*renderer, s.scene).bytes (), changed);
    set_still (s.scene, 10);
    ASSERT_EQ (drawn_by (*renderer, s.scene).bytes (), changed) << "it was not kept meanwhile";
  }
}

// A picture that moves is made anew; others stay.
TEST (Still, MayMove)
{
  OwnedScene s;
  s.scene.format = PixelFormat::i420;
  s.scene.canvas = {64, 64};
  Tile tiles[2];
  for (Tile &t : tiles) {
    Picture &picture = s.add_picture ({16, 16});
    paint (picture, Pattern::noise, 3);
    t.source = picture.view ();
    t.crop = rect_of (picture.size ());
    t.still = 1;
  }
  const std::unique_ptr<Renderer> renderer = make_renderer ();
  for (int x = 0; x < 32; x += 2) {
    tiles[0].target = {0, 0, 16, 16};
    tiles[1].target = {x, 20, 16, 16};
    s.scene.tiles = {tiles[0], tiles[1]};
    OwnedScene plain;
    plain.scene = s.scene;
    set_still (plain.scene, 0);
    EXPECT_EQ (drawn_by (*renderer, s.scene).bytes (), draw (plain.scene).bytes ());
  }
}

INSTANTIATE_TEST_SUITE_P (Formats, StillTest,
                          ::testing::Values (PixelFormat::i420, PixelFormat::nv12,
                                             PixelFormat::rgba, PixelFormat::a420,
                                             PixelFormat::yuy2, PixelFormat::p010_10le),
                          [] (const auto &i) { return format_name (i.param); });

}  // namespace
}  // namespace quad::test
