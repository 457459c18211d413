// Renderer::draw allocates nothing, and after a while Renderer::prepare does not either. This is a
// program of its own, because it counts the heap allocations of all threads.
#include <gtest/gtest.h>

#include <atomic>

#include "scenes.h"
#include "support/counted_new.h"

namespace {

std::atomic<long> allocations = 0;

}  // namespace

void quad::test::note_allocation (std::size_t) { allocations++; }

namespace quad::test {
namespace {

TEST (Allocation, TheCountCounts)
{
  const long before = allocations;
  std::vector<int> v (1000);
  EXPECT_EQ (v.size (), 1000u);
  EXPECT_GT (allocations, before);
}

TEST (Allocation, DrawAllocatesNothing)
{
  Random random (91);
  for (const PixelFormat format : every_format ())
    for (int i = 0; i < 6; i++) {
      const OwnedScene s = random_scene (format, random, {});
      const auto renderer = host::make_host_renderer ({.threads = 1 + i % 3, .scalar = i % 5 == 0});
      ASSERT_EQ (renderer->prepare (s.scene), Status::ok);
      const Picture out (format, s.scene.canvas);
      // The first draw already allocates nothing.
      const long before = allocations;
      const Status status = renderer->draw (s.scene, out.view ());
      const long taken = allocations - before;
      ASSERT_EQ (status, Status::ok);
      ASSERT_EQ (taken, 0) << describe (s.scene);
    }
}

// Pictures that glide have other sizes in each frame, so each frame is planned anew.
class GlidingAllocation : public ::testing::TestWithParam<std::pair<PixelFormat, PixelFormat>> {};

TEST_P (GlidingAllocation, NothingAfterASecond)
{
  constexpr int kSecond = 60;
  const auto [from, canvas] = GetParam ();
  for (const bool scales : {false, true})
    for (const Filter filter : {Filter::area, Filter::lanczos})
      for (const Orientation orientation : {Orientation::identity, Orientation::rotate_90})
        for (const bool still : {false, true}) {
          GlidingScene gliding (from, canvas, {scales, filter, orientation, still});
          const auto renderer = host::make_host_renderer ({.threads = 1});
          const Picture out (canvas, gliding.at (0).canvas);
          for (int frame = 0; frame < GlidingScene::kFrames; frame++) {
            const Scene &scene = gliding.at (frame);
            const long before = allocations;
            const Status prepared = renderer->prepare (scene);
            const Status drawn = renderer->draw (scene, out.view ());
            const long taken = allocations - before;
            ASSERT_EQ (prepared, Status::ok);
            ASSERT_EQ (drawn, Status::ok);
            if (frame < kSecond) continue;
            ASSERT_EQ (taken, 0) << "frame " << frame << ", scales " << scales << ", still "
                                 << still << ", filter " << int (filter) << ", orientation "
                                 << int (orientation);
          }
        }
}

INSTANTIATE_TEST_SUITE_P (Host, GlidingAllocation,
                          ::testing::Values (std::pair{PixelFormat::i420, PixelFormat::i420},
                                             std::pair{PixelFormat::nv12, PixelFormat::nv12},
                                             std::pair{PixelFormat::rgba, PixelFormat::rgba},
                                             std::pair{PixelFormat::nv12, PixelFormat::i420},
                                             std::pair{PixelFormat::rgba, PixelFormat::nv12},
                                             std::pair{PixelFormat::i420_10le, PixelFormat::i420}),
                          [] (const auto &info) {
                            return format_name (info.param.first) + "_" +
                                   format_name (info.param.second);
                          });

}  // namespace
}  // namespace quad::test
