// Compares the fast search for the nearest colours with the plain one, on each instruction set.
#include "host/nearest.h"

#include <gtest/gtest.h>

#include <vector>

#include "support/picture.h"
#include "targets.h"

namespace quad::test {
namespace {

using namespace gif;

constexpr std::uint8_t kJunk = 0xc7;
constexpr std::size_t kTail = 80;  // bytes that must not be written

struct Found {
  std::vector<std::uint8_t> index;
  std::vector<std::uint32_t> distance;

  bool operator== (const Found &) const = default;
};

Found found_by (FindNearest find, const Palette &palette, const std::vector<Rgba> &pixels)
{
  Found f{std::vector<std::uint8_t> (pixels.size () + kTail, kJunk),
          std::vector<std::uint32_t> (pixels.size () + kTail, kJunk)};
  find (palette, pixels.data (), pixels.size (), f.index.data (), f.distance.data ());
  return f;
}

Rgba random_color (Random &random, int step)
{
  const auto value = [&] { return std::min (255, random.below (256 / step + 1) * step); };
  const int r = value (), g = value (), b = value ();
  return opaque_rgba (r, g, b);
}

// Coarse steps give many colours that are equally near or the same.
Palette random_palette (Random &random, int count, int step)
{
  Palette palette{count, {}};
  for (int c = 0; c < count; c++)
    palette.colors[static_cast<std::size_t> (c)] = random_color (random, step);
  return palette;
}

void expect_same_on_every_target (const Palette &palette, const std::vector<Rgba> &pixels)
{
  const Found expected = found_by (gif::find_nearest, palette, pixels);
  for (const std::int64_t target : machine_targets ()) {
    const UseTarget use (target);
    ASSERT_EQ (found_by (host::find_nearest, palette, pixels), expected)
        << hwy::TargetName (target) << ": " << palette.count << " colours, " << pixels.size ()
        << " pixels";
  }
}

constexpr int kSteps[] = {1, 1, 5, 51, 255};

TEST (NearestTest, EveryPaletteSize)
{
  Random random (1);
  for (int count = 1; count <= Palette::kMax && !HasFatalFailure (); count++) {
    std::vector<Rgba> pixels (static_cast<std::size_t> (random.below (101)));
    const int step = random.pick (kSteps);
    for (Rgba &p : pixels) p = random_color (random, step);
    expect_same_on_every_target (random_palette (random, count, random.pick (kSteps)), pixels);
  }
}

TEST (NearestTest, EveryNumberOfPixels)
{
  Random random (2);
  for (std::size_t count = 0; count <= 100 && !HasFatalFailure (); count++) {
    std::vector<Rgba> pixels (count);
    // The search ignores alpha.
    for (Rgba &p : pixels)
      p = (random_color (random, random.pick (kSteps)) & kColorMask) |
          static_cast<Rgba> (random.below (256)) << 24;
    expect_same_on_every_target (random_palette (random, random.between (1, 256), 1), pixels);
  }
}

TEST (NearestTest, ExtremesAndEquals)
{
  std::vector<Rgba> corners;
  for (int i = 0; i < 8; i++)
    corners.push_back (opaque_rgba (i & 1 ? 255 : 0, i & 2 ? 255 : 0, i & 4 ? 255 : 0));
  for (const Rgba color : corners) expect_same_on_every_target ({1, {color}}, corners);

  expect_same_on_every_target ({}, {});

  Palette equal{Palette::kMax, {}};
  equal.colors.fill (opaque_rgba (255, 255, 255));
  expect_same_on_every_target (equal, corners);
  EXPECT_EQ (found_by (host::find_nearest, equal, corners).index[0], 0);
}

}  // namespace
}  // namespace quad::test
