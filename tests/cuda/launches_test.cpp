// Tests which calls of the driver a frame needs.
#include <gtest/gtest.h>
#include <malloc.h>

#include <cstring>

#include "cuda/cuda_renderer.h"
#include "gpu.h"
#include "host/scenes.h"
#include "support/hostcuda/hostcuda.h"

namespace quad::test {
namespace {

using hostcuda::counters;

// A scene whose pictures are in device memory.
struct DeviceScene {
  explicit DeviceScene (const Scene &host) : scene (host)
  {
    for (Tile &t : scene.tiles) {
      if (t.solid) continue;
      pictures.push_back (std::make_unique<DevicePicture> (gpu_context (), t.source));
      t.source = pictures.back ()->view ();
    }
    Picture blank (scene.format, scene.canvas);
    canvas = std::make_unique<DevicePicture> (gpu_context (), blank.view ());
  }
  Scene scene;
  std::vector<std::unique_ptr<DevicePicture>> pictures;
  std::unique_ptr<DevicePicture> canvas;
};

// `count` pictures side by side, each two columns wide.
OwnedScene side_by_side (PixelFormat format, int count)
{
  OwnedScene s;
  s.scene.format = format;
  s.scene.canvas = {2 * count, 4};
  for (int i = 0; i < count; i++) {
    Tile t;
    t.target = {2 * i, 0, 2, 4};
    Picture &picture = s.add_picture ({5, 6});
    paint (picture, Pattern::noise, static_cast<std::uint32_t> (i));
    t.source = picture.view ();
    t.crop = rect_of (picture.size ());
    s.scene.tiles.push_back (t);
  }
  return s;
}

// `count` pictures on top of one another; all are visible.
OwnedScene on_top (PixelFormat format, int count)
{
  OwnedScene s;
  s.scene.format = format;
  s.scene.canvas = {20, 12};
  s.scene.background = {{200, 100, 50, 255}};
  for (int i = 0; i < count; i++) {
    Tile t;
    t.target = rect_of (s.scene.canvas);
    Picture &picture = s.add_picture ({7, 9});
    paint (picture, Pattern::noise, static_cast<std::uint32_t> (i));
    t.source = picture.view ();
    t.crop = rect_of (picture.size ());
    t.alpha = 40 + i % 100;
    s.scene.tiles.push_back (t);
  }
  return s;
}

std::uint64_t launches_of (const Scene &scene)
{
  const std::uint64_t before = counters ().launches;
  (void)draw (scene);  // compares with the host
  return counters ().launches - before;
}

constexpr PixelFormat kSome[] = {PixelFormat::nv12, PixelFormat::i420, PixelFormat::p010_10le,
                                 PixelFormat::rgba, PixelFormat::gray16_le};

TEST (CudaLaunches, OneUpTo64Pictures)
{
  for (const PixelFormat format : kSome) {
    for (const int count : {1, 4, 16, 63, 64}) {
      EXPECT_EQ (launches_of (side_by_side (format, count).scene), 1u) << count << " beside";
      EXPECT_EQ (launches_of (on_top (format, count).scene), 1u) << count << " on top";
    }
    OwnedScene none;
    none.scene.format = format;
    none.scene.canvas = {50, 30};
    EXPECT_EQ (launches_of (none.scene), 1u);
  }
}

TEST (CudaLaunches, OneMoreForEach64Pictures)
{
  for (const PixelFormat format : kSome)
    for (const int count : {65, 100, 128, 129, 200})
      EXPECT_EQ (launches_of (side_by_side (format, count).scene), std::uint64_t (count + 63) / 64)
          << count;
}

TEST (CudaLaunches, OneMoreForEach64PicturesOnTop)
{
  for (const PixelFormat format : kSome)
    for (const int count : {65, 100, 128, 129, 130})
      EXPECT_EQ (launches_of (on_top (format, count).scene), std::uint64_t (count + 63) / 64)
          << count;
}

// Solid colours do not count as pictures of a launch.
TEST (CudaLaunches, ColoursCostNone)
{
  OwnedScene s = on_top (PixelFormat::rgba, 64);
  Tile colour;
  colour.target = rect_of (s.scene.canvas);
  colour.solid = Color{{9, 99, 199, 80}};
  for (int i = 0; i < 30; i++) s.scene.tiles.insert (s.scene.tiles.begin () + 2 * i, colour);
  EXPECT_EQ (launches_of (s.scene), 1u);
}

// Solids and pictures, alone and on top of others, more than one launch can have.
TEST (CudaLaunches, ManyPicturesAnywhere)
{
  Random random (501);
  for (const PixelFormat format : kSome)
    for (int i = 0; i < 6; i++) {
      const OwnedScene s = random_scene (format, random, {.max_side = 24, .max_tiles = 220});
      OwnedScene more = random_scene (format, random, {.max_side = 60, .max_tiles = 1});
      more.scene.tiles.clear ();
      for (Tile t : s.scene.tiles) {
        t.target = random_target (info_of (format), more.scene.canvas, random);
        more.scene.tiles.push_back (t);
      }
      const std::uint64_t before = counters ().launches;
      (void)draw (more.scene);
      EXPECT_GE (counters ().launches - before, 1u);
      ASSERT_FALSE (HasFailure ());
    }
}

TEST (CudaLaunches, DrawDoesNothingButLaunch)
{
  Random random (502);
  for (const PixelFormat format : every_format ()) {
    const OwnedScene owned = random_scene (format, random, {.max_side = 60});
    const DeviceScene s (owned.scene);
    const auto renderer = cuda::make_cuda_renderer (gpu_context (), nullptr);
    ASSERT_EQ (renderer->prepare (s.scene), Status::ok);
    hostcuda::Counters expected = counters ();
    ASSERT_EQ (renderer->draw (s.scene, s.canvas->view ()), Status::ok);
    const hostcuda::Counters now = counters ();
    EXPECT_EQ (now.launches, expected.launches + 1);
    expected.launches = now.launches;
    EXPECT_GT (now.blocks, expected.blocks);
    expected.blocks = now.blocks;
    EXPECT_EQ (std::memcmp (&now, &expected, sizeof now), 0) << "something but launches";
    ASSERT_EQ (renderer->finish (), Status::ok);
    EXPECT_EQ (counters ().syncs, expected.syncs + 1);
  }
}

TEST (CudaLaunches, PreparedOnceTheSameShapeCostsNothing)
{
  OwnedScene owned = side_by_side (PixelFormat::nv12, 9);
  const DeviceScene s (owned.scene), other (owned.scene);
  const auto renderer = cuda::make_cuda_renderer (gpu_context (), nullptr);
  ASSERT_EQ (renderer->prepare (s.scene), Status::ok);
  const hostcuda::Counters before = counters ();
  // Draw other pictures of the same shape, at other addresses.
  ASSERT_EQ (renderer->prepare (s.scene), Status::ok);
  ASSERT_EQ (renderer->prepare (other.scene), Status::ok);
  const hostcuda::Counters after = counters ();
  EXPECT_EQ (std::memcmp (&before, &after, sizeof before), 0);
}

// For another shape the tables are sent once, if they fit in the same memory.
TEST (CudaLaunches, AnotherShapeSendsTheTables)
{
  const DeviceScene large (side_by_side (PixelFormat::nv12, 30).scene);
  const DeviceScene small (side_by_side (PixelFormat::nv12, 3).scene);
  const auto renderer = cuda::make_cuda_renderer (gpu_context (), nullptr);
  ASSERT_EQ (renderer->prepare (large.scene), Status::ok);
  const hostcuda::Counters before = counters ();
  ASSERT_EQ (renderer->prepare (small.scene), Status::ok);
  const hostcuda::Counters after = counters ();
  EXPECT_EQ (after.copies_h2d, before.copies_h2d + 1);
  EXPECT_EQ (after.allocs, before.allocs);
  EXPECT_EQ (after.launches, before.launches);
  EXPECT_EQ (after.live_modules, before.live_modules);
}

TEST (CudaLaunches, NothingGrows)
{
  const DeviceScene s (side_by_side (PixelFormat::nv12, 2).scene);
  const auto renderer = cuda::make_cuda_renderer (gpu_context (), nullptr);
  const auto frames = [&] (int count) {
    for (int i = 0; i < count; i++) {
      ASSERT_EQ (renderer->prepare (s.scene), Status::ok);
      ASSERT_EQ (renderer->draw (s.scene, s.canvas->view ()), Status::ok);
      if (i % 3 == 0) {
        ASSERT_EQ (renderer->finish (), Status::ok);
      }
    }
  };
  frames (100);
  const std::uint64_t alive = things_alive ();
  const auto heap = mallinfo2 ().uordblks;
  const hostcuda::Counters before = counters ();
  frames (10000);
  const hostcuda::Counters after = counters ();
  EXPECT_EQ (after.launches, before.launches + 10000);
  EXPECT_EQ (after.allocs, before.allocs);
  EXPECT_EQ (after.live_bytes, before.live_bytes);
  EXPECT_EQ (things_alive (), alive);
  EXPECT_LE (mallinfo2 ().uordblks, heap + 4096);
}

TEST (CudaLaunches, ScenesByTurnsLeaveNothing)
{
  Random random (503);
  const std::uint64_t alive = things_alive ();
  const std::uint64_t bytes = counters ().live_bytes;
  for (int k = 0; k < 20; k++) {
    const auto renderer = cuda::make_cuda_renderer (gpu_context (), nullptr);
    for (int i = 0; i < 10; i++) {
      const OwnedScene owned = random_scene (PixelFormat::rgba, random, {.max_side = 90});
      const DeviceScene s (owned.scene);
      ASSERT_EQ (renderer->prepare (s.scene), Status::ok);
      ASSERT_EQ (renderer->draw (s.scene, s.canvas->view ()), Status::ok);
      ASSERT_EQ (renderer->finish (), Status::ok);
    }
  }
  EXPECT_EQ (things_alive (), alive);
  EXPECT_EQ (counters ().live_bytes, bytes);
  EXPECT_EQ (counters ().misuses, 0u);
}

// The stream's owner is the last user of the context.
TEST (CudaLaunches, TheContextOutlivesRendererAndStream)
{
  const hostcuda::Counters before = counters ();
  const std::uint64_t destroyed = hostcuda::calls ("cuStreamDestroy");
  GstCudaContext *context = gst_cuda_context_new (0);
  ASSERT_NE (context, nullptr);
  auto stream = std::make_shared<cuda::Stream> (context);
  ASSERT_NE (stream->get (), nullptr);
  auto renderer = cuda::make_cuda_renderer (context, stream->get (), stream);
  stream.reset ();
  gst_object_unref (context);
  EXPECT_EQ (counters ().live_contexts, before.live_contexts + 1);
  renderer.reset ();
  EXPECT_EQ (hostcuda::calls ("cuStreamDestroy"), destroyed + 1);
  EXPECT_EQ (counters ().live_contexts, before.live_contexts);
  EXPECT_EQ (counters ().live_streams, before.live_streams);
  EXPECT_EQ (counters ().misuses, 0u);
}

// The renderer queues its work in the stream that it was given.
TEST (CudaLaunches, InTheGivenStream)
{
  const OwnedScene owned = side_by_side (PixelFormat::rgba, 5);
  const DeviceScene s (owned.scene);
  auto stream = std::make_shared<cuda::Stream> (gpu_context ());
  ASSERT_NE (stream->get (), nullptr);
  const std::weak_ptr<cuda::Stream> watched = stream;
  auto renderer = cuda::make_cuda_renderer (gpu_context (), stream->get (), stream);
  stream.reset ();
  ASSERT_FALSE (watched.expired ()) << "the renderer keeps its stream";
  ASSERT_EQ (renderer->prepare (s.scene), Status::ok);
  ASSERT_EQ (renderer->draw (s.scene, s.canvas->view ()), Status::ok);
  ASSERT_EQ (renderer->finish (), Status::ok);
  renderer.reset ();
  EXPECT_TRUE (watched.expired ());
  const Picture drawn (s.scene.format, s.scene.canvas);
  EXPECT_TRUE (s.canvas->read (drawn.view ()));
  EXPECT_EQ (first_difference (drawn, draw (owned.scene)), "");
  EXPECT_EQ (counters ().misuses, 0u);
}

}  // namespace
}  // namespace quad::test
