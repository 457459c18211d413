// Tests the results of prepare () and draw ().
#include <gtest/gtest.h>

#include <functional>

#include "scenes.h"

namespace quad::test {
namespace {

OwnedScene two_tiles (PixelFormat format = PixelFormat::i420)
{
  OwnedScene s = scene_of (format, {40, 30}, {20, 16}, Filter::bilinear);
  paint (*s.pictures[0], Pattern::noise, 1);
  s.scene.canvas = {44, 16};
  Tile second = s.scene.tiles[0];
  second.target.x = 24;
  second.source = s.add_picture ({17, 19}).view ();
  second.crop = {2, 2, 15, 17};
  paint (*s.pictures[1], Pattern::noise, 2);
  s.scene.tiles.push_back (second);
  return s;
}

using Change = std::function<void (Scene &)>;

const Change kChanges[] = {
    [] (Scene &s) { s.tiles.pop_back (); },
    [] (Scene &s) { s.tiles.push_back (s.tiles[0]); },
    [] (Scene &s) { s.tiles[0].target.width = 10; },
    [] (Scene &s) {
      s.tiles[1].crop = {0, 0, 17, 19};
    },
    [] (Scene &s) { s.tiles[0].filter = Filter::lanczos; },
    [] (Scene &s) { s.tiles[0].alpha = 254; },
    [] (Scene &s) { s.tiles[0].blend = Blend::source; },
    [] (Scene &s) { s.tiles[1].orientation = Orientation::rotate_90; },
    [] (Scene &s) { s.tiles[1].site.cosited_x = true; },
    [] (Scene &s) {
      s.tiles[1].solid = Color{{1, 2, 3, 255}};
    },
    [] (Scene &s) { s.site.cosited_y = true; },
    [] (Scene &s) { s.background.value[0] = 99; },
    [] (Scene &s) { s.canvas.height = 18; },
    [] (Scene &s) { std::swap (s.tiles[0], s.tiles[1]); },
};

TEST (Contract, DrawWantsPrepare)
{
  const OwnedScene s = two_tiles ();
  Picture out (s.scene.format, s.scene.canvas);
  const auto renderer = make_renderer ();
  EXPECT_EQ (renderer->memory (), Memory::host);
  EXPECT_EQ (renderer->draw (s.scene, out.view ()), Status::not_prepared);
}

TEST (Contract, AnotherShapeWantsPrepareAgain)
{
  for (const Change &change : kChanges) {
    const OwnedScene s = two_tiles ();
    const auto renderer = make_renderer ();
    ASSERT_EQ (renderer->prepare (s.scene), Status::ok);
    Scene other = s.scene;
    change (other);
    Picture out (other.format, other.canvas);
    out.fill (0x5a);
    const auto untouched = out.bytes ();
    ASSERT_EQ (renderer->draw (other, out.view ()), Status::not_prepared) << describe (other);
    EXPECT_EQ (out.bytes (), untouched);
    ASSERT_EQ (renderer->prepare (other), Status::ok) << describe (other);
    ASSERT_EQ (renderer->draw (other, out.view ()), Status::ok);
    EXPECT_EQ (first_difference (out, draw (other)), "") << describe (other);
  }
}

TEST (Contract, OtherPicturesOfTheSameShapeDoNot)
{
  OwnedScene s = two_tiles ();
  const auto renderer = make_renderer ();
  ASSERT_EQ (renderer->prepare (s.scene), Status::ok);
  for (std::uint32_t seed = 0; seed < 3; seed++) {
    Picture &fresh = s.add_picture ({40, 30}, {.padding = static_cast<int> (seed)});
    paint (fresh, Pattern::noise, seed);
    s.scene.tiles[0].source = fresh.view ();
    Picture out (s.scene.format, s.scene.canvas);
    ASSERT_EQ (renderer->draw (s.scene, out.view ()), Status::ok);
    EXPECT_EQ (first_difference (out, draw (s.scene)), "");
  }
}

// What is kept from raster to raster is not kept from frame to frame.
TEST (Contract, OtherPicturesThatAreConverted)
{
  if (!converts ()) GTEST_SKIP () << "this renderer does not convert";
  Random random (7);
  for (const PixelFormat from : {PixelFormat::nv12, PixelFormat::rgba})
    for (const PixelFormat to : {PixelFormat::rgbp, PixelFormat::i420, PixelFormat::nv12})
      // In some a filter's only rows are those of the frame before.
      for (int i = 0; i < 30; i++) {
        const OwnedScene s = converted_scene (info_of (from), info_of (to), random);
        const auto renderer = make_renderer ({.threads = 1 + i % 3});
        ASSERT_EQ (renderer->prepare (s.scene), Status::ok);
        for (std::uint32_t seed = 0; seed < 3; seed++) {
          paint (*s.pictures[0], Pattern::noise, seed);
          Picture out (s.scene.format, s.scene.canvas);
          ASSERT_EQ (renderer->draw (s.scene, out.view ()), Status::ok);
          EXPECT_EQ (first_difference (out, draw (s.scene)), "") << describe (s.scene);
        }
      }
}

TEST (Contract, AnotherOutputIsRefused)
{
  const OwnedScene s = two_tiles ();
  const auto renderer = make_renderer ();
  ASSERT_EQ (renderer->prepare (s.scene), Status::ok);
  const Picture small (s.scene.format, {42, 16}), other (PixelFormat::yv12, s.scene.canvas);
  EXPECT_EQ (renderer->draw (s.scene, small.view ()), Status::not_prepared);
  EXPECT_EQ (renderer->draw (s.scene, other.view ()), Status::not_prepared);
}

TEST (Contract, PrepareRefusesWhatCannotBeDrawn)
{
  const auto renderer = make_renderer ();
  const auto refused = [&] (const Change &change) {
    OwnedScene s = two_tiles ();
    change (s.scene);
    const Status status = renderer->prepare (s.scene);
    Picture out (PixelFormat::i420, {44, 16});
    EXPECT_EQ (renderer->draw (s.scene, out.view ()), Status::not_prepared);
    return status;
  };
  EXPECT_EQ (refused ([] (Scene &s) { s.format = PixelFormat::unknown; }),
             Status::unsupported_format);
  EXPECT_EQ (refused ([] (Scene &s) { s.tiles[0].crop.width = 41; }), Status::bad_geometry);
  EXPECT_EQ (refused ([] (Scene &s) { s.tiles[0].target.x = 1; }), Status::bad_geometry);
  EXPECT_EQ (refused ([] (Scene &s) { s.tiles[0].source.format = PixelFormat::rgba; }),
             Status::mixed_sources);
  EXPECT_EQ (refused ([] (Scene &s) { s.tiles[0].source.memory = Memory::cuda; }),
             Status::mixed_sources);
}

// A renderer that drew many scenes draws the same as a new one. Nothing that it keeps from a scene
// shows in the next.
TEST (Contract, NothingIsLeftOverFromOtherScenes)
{
  for (const PixelFormat format : {PixelFormat::i420, PixelFormat::rgba}) {
    const auto renderer = make_renderer ({.threads = 2});
    Random random (81);
    OwnedScene s = two_tiles (format);
    for (int i = 0; i < 120; i++) {
      if (random.one_in (12)) s = random_scene (format, random, {.max_side = 90});
      if (random.one_in (12)) s = two_tiles (format);
      Scene changed = s.scene;
      if (changed.tiles.size () == 2) random.pick (kChanges) (changed);
      if (check_scene (changed, Memory::host, false) == Status::ok) s.scene = changed;
      Picture out (s.scene.format, s.scene.canvas);
      ASSERT_EQ (renderer->prepare (s.scene), Status::ok);
      ASSERT_EQ (renderer->draw (s.scene, out.view ()), Status::ok);
      ASSERT_EQ (first_difference (out, draw (s.scene)), "") << describe (s.scene);
    }
  }
}

}  // namespace
}  // namespace quad::test
