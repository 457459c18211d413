// A renderer that has drawn other scenes gives the same bytes as a new one.
#include <gtest/gtest.h>

#include "scenes.h"

namespace quad::test {
namespace {

void expect_same_frames (PixelFormat from, PixelFormat canvas, const GlidingScene::Way &way)
{
  GlidingScene gliding (from, canvas, way);
  const auto renderer = make_renderer ({.threads = 1});
  const Picture out (canvas, gliding.at (0).canvas);
  for (int frame = 0; frame < GlidingScene::kFrames; frame += 3) {
    const Scene &scene = gliding.at (frame);
    ASSERT_EQ (renderer->prepare (scene), Status::ok);
    ASSERT_EQ (renderer->draw (scene, out.view ()), Status::ok);
    ASSERT_EQ (first_difference (out, draw (scene)), "") << "frame " << frame;
  }
}

TEST (Gliding, FramesAreAsThoseOfANewRenderer)
{
  for (const auto &[from, canvas] : {std::pair{PixelFormat::i420, PixelFormat::i420},
                                     std::pair{PixelFormat::nv12, PixelFormat::nv12},
                                     std::pair{PixelFormat::rgba, PixelFormat::rgba},
                                     std::pair{PixelFormat::rgba, PixelFormat::nv12}})
    for (const bool scales : {false, true})
      for (const Orientation orientation : {Orientation::identity, Orientation::rotate_90})
        for (const bool still : {false, true})
          expect_same_frames (from, canvas, {scales, Filter::bicubic, orientation, still});
}

// One that moves leaves the others as they are. What a solid tile hides, or another count of
// tiles, changes the places of all.
TEST (Gliding, OtherTilesStay)
{
  Random random (11);
  const auto renderer = make_renderer ({.threads = 2});
  GlidingScene gliding (PixelFormat::i420, PixelFormat::i420, {});
  Scene scene = gliding.at (0);
  const Picture out (scene.format, scene.canvas);
  for (int step = 0; step < 200; step++) {
    const Scene &now = gliding.at (step);
    const auto i = std::size_t (random.below (9));
    if (i < scene.tiles.size () && !scene.tiles[i].solid) scene.tiles[i] = now.tiles[i];
    if (random.one_in (4)) scene.tiles[std::size_t (random.below (2))].solid = Color{{9, 8, 7}};
    if (random.one_in (4)) scene.tiles[0].solid = scene.tiles[1].solid = std::nullopt;
    if (random.one_in (5)) scene.tiles.erase (scene.tiles.begin ());
    if (scene.tiles.size () < 5) scene.tiles = now.tiles;
    ASSERT_EQ (renderer->prepare (scene), Status::ok);
    ASSERT_EQ (renderer->draw (scene, out.view ()), Status::ok);
    ASSERT_EQ (first_difference (out, draw (scene)), "") << "step " << step;
  }
}

}  // namespace
}  // namespace quad::test
