// Compares the renderer with the contract in real numbers.
#include "support/oracle.h"

#include <gtest/gtest.h>

#include <map>
#include <span>

#include "core/placement.h"
#include "scenes.h"

namespace quad::test {
namespace {

// The number of cases for each format and filter. Each case draws all other values at random, from
// seeds that are the same everywhere.
constexpr int kCases = 160;
constexpr int kBlendCases = 60;

// Source and target lengths of one axis, with ratios on either side of every rule.
constexpr Size kLengths[] = {
    {1, 1},    {1, 2},   {2, 1},   {1, 3},   {3, 1},   {2, 2},   {4, 2},   {2, 4},   {3, 2},
    {2, 3},    {5, 5},   {6, 2},   {7, 1},   {1, 7},   {16, 3},  {32, 6},  {12, 4},  {9, 3},
    {13, 31},  {31, 13}, {17, 17}, {64, 32}, {48, 32}, {32, 48}, {60, 59}, {59, 60}, {67, 33},
    {37, 111}, {90, 30}, {96, 18}, {101, 7}, {7, 101}, {99, 5},  {40, 40}, {71, 70}, {128, 24},
};

// What the 14-bit taps and the rounding of the intermediate may add to half a code value. 8 and 10
// bits: the limits of the contract, for kernels of up to thousands of samples.
//
// 16 bits: the running total of an axis's taps is off by at most 2^-15. At each step between
// neighbouring samples of the kernel, the axis errs by at most 2^-15 of the range, which is 2 code
// values. Steps of both signs cancel, except for the square root of their number. At ratios up to
// 64:1 the limit is 64, a quarter of an 8-bit code value.
//
// If thousands of samples make one output, each tap is only a few units of 2^-14, or one. With
// noise this shows: the last two rows.
struct Limits {
  double at_8, at_10, at_16;

  double of (const FormatInfo &f) const
  {
    return f.depth == 8 ? at_8 : f.depth == 10 ? at_10 : at_16;
  }
};

constexpr Limits kUsual = {1, 2, 64};
constexpr Limits kUpTo2048 = {1, 2, 192};
constexpr Limits kUpTo16384 = {1, 6, 384};

// The worst distance of each depth. It is printed at the end.
class Worst : public ::testing::Environment {
 public:
  static void note (int depth, const Distance &d)
  {
    auto &w = table ()[depth];
    w = std::max (w, d.worst);
  }
  void TearDown () override
  {
    for (const auto &[depth, worst] : table ())
      std::printf ("worst distance from the oracle at %d bits: %.3f code values\n", depth, worst);
  }

 private:
  static std::map<int, double> &table ()
  {
    static std::map<int, double> t;
    return t;
  }
};

const auto *const kWorst = ::testing::AddGlobalTestEnvironment (new Worst);

void expect_near_oracle (const OwnedScene &s, double limit, const host::HostOptions &options = {})
{
  const Picture drawn = draw (s.scene, options);
  const Distance d = distance (render (s.scene), drawn);
  Worst::note (drawn.info ().depth, d);
  EXPECT_LE (d.worst_rounded, limit) << d.where << "\n" << describe (s.scene);
}

// Places a tile somewhere on a canvas, with everything that moves samples.
OwnedScene sampled_scene (PixelFormat format, Filter filter, Random &random)
{
  const FormatInfo &info = info_of (format);
  const Size unit = info.chroma_unit ();
  const Size x = random.pick (kLengths), y = random.pick (kLengths);
  const Orientation orientation = random.pick (kOrientations);
  const Size shown = {x.width, y.width};
  Size target = {x.height, y.height};
  if (steps_of (orientation).swap_axes) target = target.transposed ();
  const Rect crop = {random.one_in (2) ? random.below (5) : 0,
                     random.one_in (2) ? random.below (5) : 0, shown.width, shown.height};
  const Size source = {crop.right () + random.below (4), crop.bottom () + random.below (4)};
  OwnedScene s = scene_of (format, source, target, filter, orientation);
  Tile &tile = s.scene.tiles[0];
  tile.crop = crop;
  tile.site = random.pick (kSites);
  s.scene.site = random.one_in (2) ? tile.site : random.pick (kSites);
  // The tile ends at the canvas's right and bottom edges, so its size may be odd.
  tile.target.x = random.below (3) * unit.width;
  tile.target.y = random.below (3) * unit.height;
  s.scene.canvas = {tile.target.right (), tile.target.bottom ()};
  for (int i = 0; i < 4; i++)
    s.scene.background.value[std::size_t (i)] =
        static_cast<std::uint16_t> (random.below (max_value (info) + 1));
  paint (*s.pictures[0], random.pick (kPatterns), static_cast<std::uint32_t> (random.below (99)));
  paint_alpha (*s.pictures[0], random.pick (kAlphaPatterns), 3);
  if (random.one_in (2)) tile.blend = Blend::source;
  return s;
}

class OracleTest : public ::testing::TestWithParam<PixelFormat> {};

TEST_P (OracleTest, OneTile)
{
  Random random (2026);
  for (const Filter filter : kFilters)
    for (int i = 0; i < kCases; i++) {
      const OwnedScene s = sampled_scene (GetParam (), filter, random);
      expect_near_oracle (s, kUsual.of (info_of (GetParam ())), {.scalar = i % 4 == 0});
      if (HasFailure ()) return;
    }
}

TEST_P (OracleTest, EverySitingAndOrientation)
{
  const FormatInfo &info = info_of (GetParam ());
  for (const ChromaSite source_site : kSites)
    for (const ChromaSite canvas_site : kSites)
      for (const Orientation orientation : kOrientations)
        for (const Size target : {Size{14, 10}, Size{7, 5}, Size{20, 30}}) {
          OwnedScene s = scene_of (GetParam (), {14, 10}, target, Filter::bilinear, orientation);
          s.scene.tiles[0].site = source_site;
          s.scene.site = canvas_site;
          paint (*s.pictures[0], Pattern::noise, 5);
          expect_near_oracle (s, kUsual.of (info));
          if (HasFailure ()) return;
          if (info.chroma_unit () == Size{1, 1} && (source_site.cosited_x || source_site.cosited_y))
            return;
        }
}

TEST_P (OracleTest, TilesOverOneAnother)
{
  Random random (77);
  for (int i = 0; i < kBlendCases; i++) {
    const OwnedScene s = random_scene (GetParam (), random, {.max_side = 40, .max_tiles = 3});
    expect_near_oracle (s, kUsual.of (info_of (GetParam ())) + 1);
    if (HasFailure ()) return;
  }
}

// Crops at fractions of samples, with everything else that moves samples.
TEST_P (OracleTest, OneZoomedTile)
{
  Random random (2027);
  for (const Filter filter : kFilters)
    for (int i = 0; i < kCases; i++) {
      OwnedScene s = sampled_scene (GetParam (), filter, random);
      zoom (s.scene.tiles[0], random);
      expect_near_oracle (s, kUsual.of (info_of (GetParam ())), {.scalar = i % 4 == 0});
      if (HasFailure ()) return;
    }
}

TEST_P (OracleTest, ZoomedTilesOverOneAnother)
{
  Random random (78);
  for (int i = 0; i < kBlendCases; i++) {
    const OwnedScene s =
        random_scene (GetParam (), random, {.max_side = 40, .max_tiles = 3, .zooms = true});
    expect_near_oracle (s, kUsual.of (info_of (GetParam ())) + 1);
    if (HasFailure ()) return;
  }
}

// Every orientation, fit and filter, as an element places them.
TEST_P (OracleTest, ZoomsAsTheyArePlaced)
{
  const Size unit = info_of (GetParam ()).chroma_unit ();
  Random random (2028);
  auto fraction = [&] { return random.below (1000) / 1000.0; };
  for (const Orientation orientation : kOrientations)
    for (const Fit fit : {Fit::contain, Fit::cover, Fit::fill})
      for (const Filter filter : kFilters) {
        OwnedScene s = scene_of (GetParam (), {40, 30}, {24, 20}, filter, orientation);
        paint (*s.pictures[0], Pattern::noise, static_cast<std::uint32_t> (random.below (99)));
        Tile &tile = s.scene.tiles[0];
        const quad::Picture picture = {
            .part = {3, 2, 33, 27},
            .chroma_unit = unit,
            .orientation = orientation,
            .zoom = {fraction (), fraction (), fraction (), fraction ()}};
        const Canvas canvas = {.size = s.scene.canvas, .chroma_unit = unit};
        // The canvas's edges cut the box at the top and on the right. A thin picture lies on it
        // too.
        const Placement placed = place (picture, fit, {4, -4, 24, 26}, canvas,
                                        0.25 + fraction () / 2, 0.25 + fraction () / 2);
        ASSERT_FALSE (placed.target.empty ());
        tile.crop = placed.crop;
        tile.target = placed.target;
        tile.hidden = placed.hidden;
        tile.part = placed.part;
        expect_near_oracle (s, kUsual.of (info_of (GetParam ())));
        if (HasFailure ()) return;
      }
}

INSTANTIATE_TEST_SUITE_P (Formats, OracleTest, ::testing::ValuesIn (every_format ()),
                          [] (const auto &p) { return format_name (p.param); });

class OracleStripTest : public ::testing::TestWithParam<Filter> {
 protected:
  void expect_strips_near_oracle (std::span<const std::pair<Size, Size>> sizes,
                                  const Limits &limits)
  {
    for (const PixelFormat format : {PixelFormat::gray8, PixelFormat::nv12, PixelFormat::rgba,
                                     PixelFormat::p010_10le, PixelFormat::gray16_le})
      for (const auto &[source, target] : sizes)
        for (const Pattern pattern : {Pattern::noise, Pattern::extremes, Pattern::zone_plate}) {
          OwnedScene s = scene_of (format, source, target, GetParam ());
          paint (*s.pictures[0], pattern, 11);
          paint_alpha (*s.pictures[0], AlphaPattern::noise, 12);
          expect_near_oracle (s, limits.of (info_of (format)));
        }
  }
};

TEST_P (OracleStripTest, UpTo2048ToOne)
{
  constexpr std::pair<Size, Size> kSizes[] = {
      {{2048, 2}, {1, 2}}, {{5000, 3}, {7, 2}}, {{3, 4000}, {2, 3}}, {{9999, 2}, {64, 1}}};
  expect_strips_near_oracle (kSizes, kUpTo2048);
}

TEST_P (OracleStripTest, UpTo16384ToOne)
{
  constexpr std::pair<Size, Size> kSizes[] = {
      {{16384, 2}, {1, 2}}, {{16384, 2}, {3, 1}}, {{2, 16384}, {2, 1}},    {{1, 16384}, {2, 5}},
      {{1, 2}, {16384, 1}}, {{2, 1}, {1, 16384}}, {{16384, 1}, {16383, 1}}};
  expect_strips_near_oracle (kSizes, kUpTo16384);
}

INSTANTIATE_TEST_SUITE_P (Filters, OracleStripTest, ::testing::ValuesIn (kFilters));

}  // namespace
}  // namespace quad::test
