// Renderer::draw allocates nothing. This is a program of its own, because it counts the heap
// allocations of all threads.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "scenes.h"

namespace {

std::atomic<long> allocations = 0;

void *counted (std::size_t size)
{
  allocations++;
  if (void *p = std::malloc (size > 0 ? size : 1)) return p;
  throw std::bad_alloc ();
}

}  // namespace

void *operator new (std::size_t size) { return counted (size); }
void *operator new[] (std::size_t size) { return counted (size); }
void operator delete (void *p) noexcept { std::free (p); }
void operator delete[] (void *p) noexcept { std::free (p); }
void operator delete (void *p, std::size_t) noexcept { std::free (p); }
void operator delete[] (void *p, std::size_t) noexcept { std::free (p); }

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

}  // namespace
}  // namespace quad::test
