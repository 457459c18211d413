#include "core/scene.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "core/regions.h"
#include "core/renderer.h"
#include "support/picture.h"

namespace quad::test {
namespace {

Scene random_tiles (PixelFormat format, Random &random)
{
  Scene s;
  s.format = format;
  s.canvas = {random.between (1, 40), random.between (1, 40)};
  const int count = random.below (6);
  for (int i = 0; i < count; i++) {
    Tile t;
    t.target.x = random.below (s.canvas.width);
    t.target.y = random.below (s.canvas.height);
    t.target.width = random.between (1, s.canvas.width - t.target.x);
    t.target.height = random.between (1, s.canvas.height - t.target.y);
    if (random.one_in (3)) t.alpha = random.one_in (2) ? 0 : random.below (255);
    if (random.one_in (4)) t.blend = Blend::source;
    t.source.format = random.one_in (2) ? PixelFormat::rgba : PixelFormat::gray8;
    if (random.one_in (3)) {
      const bool opaque = random.one_in (2);
      t.solid = Color{{1, 2, 3, static_cast<std::uint16_t> (opaque ? 255 : random.below (255))}};
    }
    s.tiles.push_back (t);
  }
  return s;
}

// Whether the tile hides all below it, computed here without is_opaque ().
bool hides (const Tile &t, bool alpha_format)
{
  if (t.blend == Blend::source) return true;
  const bool clear_colour =
      t.solid ? alpha_format && t.solid->value[3] < 255 : t.source.format == PixelFormat::rgba;
  return t.alpha == 255 && !clear_colour;
}

std::vector<int> layers_of (const Region &region)
{
  return {region.layers.begin (), region.layers.end ()};
}

std::vector<int> layers_seen_at (const Scene &s, bool alpha_format, int x, int y)
{
  std::vector<int> seen = {kBackground};
  for (int i = 0; i < static_cast<int> (s.tiles.size ()); i++) {
    const Tile &t = s.tiles[std::size_t (i)];
    if (t.alpha == 0 || !t.target.contains ({x, y, 1, 1})) continue;
    if (hides (t, alpha_format)) seen.clear ();
    seen.push_back (i);
  }
  return seen;
}

TEST (Regions, CoverTheCanvasOnceWithWhatIsSeen)
{
  Random random (21);
  for (int i = 0; i < 600; i++) {
    const bool alpha = i % 2 == 0;
    const Scene s = random_tiles (alpha ? PixelFormat::rgba : PixelFormat::gray8, random);
    const auto regions = regions_of (s);
    std::vector<int> owner (std::size_t (s.canvas.width * s.canvas.height), -1);
    for (int r = 0; r < static_cast<int> (regions.size ()); r++) {
      const Rect rect = regions[std::size_t (r)].rect;
      ASSERT_FALSE (rect.empty ());
      ASSERT_TRUE (rect_of (s.canvas).contains (rect));
      for (int y = rect.y; y < rect.bottom (); y++)
        for (int x = rect.x; x < rect.right (); x++) {
          int &o = owner[std::size_t (y * s.canvas.width + x)];
          ASSERT_EQ (o, -1) << "two regions at (" << x << ", " << y << ")";
          o = r;
        }
    }
    for (int y = 0; y < s.canvas.height; y++)
      for (int x = 0; x < s.canvas.width; x++) {
        const int o = owner[std::size_t (y * s.canvas.width + x)];
        ASSERT_GE (o, 0) << "no region at (" << x << ", " << y << ")";
        ASSERT_EQ (layers_of (regions[std::size_t (o)]), layers_seen_at (s, alpha, x, y))
            << "(" << x << ", " << y << ") " << describe (s);
      }
  }
}

TEST (Regions, AreFewWhereLittleHappens)
{
  Scene s;
  s.format = PixelFormat::i420;
  s.canvas = {64, 64};
  EXPECT_EQ (regions_of (s).size (), 1u);
  Tile t;
  t.target = {16, 16, 32, 32};
  s.tiles = {t};
  // The tile, above, below, left and right of it.
  EXPECT_EQ (regions_of (s).size (), 5u);
  // Four tiles that fill the canvas are four regions: no background is drawn.
  s.tiles.clear ();
  for (const Rect r :
       {Rect{0, 0, 32, 32}, Rect{32, 0, 32, 32}, Rect{0, 32, 32, 32}, Rect{32, 32, 32, 32}}) {
    t.target = r;
    s.tiles.push_back (t);
  }
  const auto regions = regions_of (s);
  ASSERT_EQ (regions.size (), 4u);
  for (const Region &r : regions) EXPECT_EQ (r.layers.size (), 1u);
}

TEST (Regions, AClearTileIsNowhere)
{
  Scene s;
  s.format = PixelFormat::rgba;
  s.canvas = {8, 8};
  Tile t;
  t.target = rect_of (s.canvas);
  t.alpha = 0;
  s.tiles = {t};
  for (const Region &r : regions_of (s)) EXPECT_EQ (layers_of (r), std::vector<int>{kBackground});
}

Scene drawable ()
{
  Scene s;
  s.format = PixelFormat::i420;
  s.canvas = {101, 51};
  Tile t;
  t.target = {20, 10, 40, 20};
  t.source.format = s.format;
  t.source.size = {33, 17};
  t.crop = {1, 1, 32, 16};
  s.tiles = {t};
  return s;
}

TEST (Check, AnswersWhatIsWrong)
{
  struct {
    const char *what;
    std::function<void (Scene &)> change;
    Status status;
  } const cases[] = {
      {"nothing", [] (Scene &) {}, Status::ok},
      {"no tiles", [] (Scene &s) { s.tiles.clear (); }, Status::ok},
      {"target up to the odd edges",
       [] (Scene &s) {
         s.tiles[0].target = {20, 10, 81, 41};
       },
       Status::ok},
      {"the largest",
       [] (Scene &s) {
         s.canvas = {kMaxSide, kMaxSide};
       },
       Status::ok},
      {"unknown format", [] (Scene &s) { s.format = PixelFormat::unknown; },
       Status::unsupported_format},
      {"no canvas", [] (Scene &s) { s.canvas = {}; }, Status::bad_geometry},
      {"canvas of no height", [] (Scene &s) { s.canvas.height = 0; }, Status::bad_geometry},
      {"canvas too wide", [] (Scene &s) { s.canvas.width = kMaxSide + 1; }, Status::bad_geometry},
      {"canvas too high", [] (Scene &s) { s.canvas.height = kMaxSide + 1; }, Status::bad_geometry},
      {"empty target", [] (Scene &s) { s.tiles[0].target.width = 0; }, Status::bad_geometry},
      {"negative target", [] (Scene &s) { s.tiles[0].target.x = -2; }, Status::bad_geometry},
      {"target past the edge", [] (Scene &s) { s.tiles[0].target.x = 62; }, Status::bad_geometry},
      {"left between chroma samples", [] (Scene &s) { s.tiles[0].target.x = 21; },
       Status::bad_geometry},
      {"right between chroma samples", [] (Scene &s) { s.tiles[0].target.width = 41; },
       Status::bad_geometry},
      {"top between chroma samples", [] (Scene &s) { s.tiles[0].target.y = 11; },
       Status::bad_geometry},
      {"bottom between chroma samples", [] (Scene &s) { s.tiles[0].target.height = 19; },
       Status::bad_geometry},
      {"alpha too large", [] (Scene &s) { s.tiles[0].alpha = 256; }, Status::bad_geometry},
      {"alpha too small", [] (Scene &s) { s.tiles[0].alpha = -1; }, Status::bad_geometry},
      {"another format", [] (Scene &s) { s.tiles[0].source.format = PixelFormat::nv12; },
       Status::mixed_sources},
      {"another memory", [] (Scene &s) { s.tiles[0].source.memory = Memory::cuda; },
       Status::mixed_sources},
      {"no source", [] (Scene &s) { s.tiles[0].source.size = {}; }, Status::bad_geometry},
      {"source too wide", [] (Scene &s) { s.tiles[0].source.size.width = kMaxSide + 1; },
       Status::bad_geometry},
      {"empty crop", [] (Scene &s) { s.tiles[0].crop = {}; }, Status::bad_geometry},
      {"crop past the source", [] (Scene &s) { s.tiles[0].crop.x = 2; }, Status::bad_geometry},
      {"crop before the source", [] (Scene &s) { s.tiles[0].crop.y = -1; }, Status::bad_geometry},
      {"crop between samples",
       [] (Scene &s) {
         s.tiles[0].crop = {0.25, 0, 32.75, 16.999};
       },
       Status::ok},
      {"crop a fraction past the source", [] (Scene &s) { s.tiles[0].crop.x = 1.001; },
       Status::bad_geometry},
      {"crop a fraction before the source", [] (Scene &s) { s.tiles[0].crop.y = -0.001; },
       Status::bad_geometry},
      {"crop of no number", [] (Scene &s) { s.tiles[0].crop.x = std::nan (""); },
       Status::bad_geometry},
      {"crop without end", [] (Scene &s) { s.tiles[0].crop.width = HUGE_VAL; },
       Status::bad_geometry},
      {"crop of a part",
       [] (Scene &s) {
         s.tiles[0].part = Rect{0, 1, 33, 16};
       },
       Status::ok},
      {"crop outside of the part",
       [] (Scene &s) {
         s.tiles[0].part = Rect{2, 1, 31, 16};
       },
       Status::bad_geometry},
      {"part past the source",
       [] (Scene &s) {
         s.tiles[0].part = Rect{0, 0, 33, 18};
       },
       Status::bad_geometry},
      {"part before the source",
       [] (Scene &s) {
         s.tiles[0].part = Rect{-1, 0, 34, 17};
       },
       Status::bad_geometry},
      {"a colour needs no source",
       [] (Scene &s) {
         s.tiles[0].source = {};
         s.tiles[0].crop = {};
         s.tiles[0].solid = Color{};
       },
       Status::ok},
      {"a colour needs a target",
       [] (Scene &s) {
         s.tiles[0].solid = Color{};
         s.tiles[0].target = {};
       },
       Status::bad_geometry},
  };
  for (const auto &c : cases) {
    Scene s = drawable ();
    c.change (s);
    EXPECT_EQ (check_scene (s, Memory::host, false), c.status) << c.what;
  }
  EXPECT_EQ (check_scene (drawable (), Memory::cuda, false), Status::mixed_sources);
  // A backend that converts: the same components at other places, or with a conversion.
  Scene mixed = drawable ();
  mixed.tiles[0].source.format = PixelFormat::nv12;
  EXPECT_EQ (check_scene (mixed, Memory::host, true), Status::ok);
  for (const PixelFormat other :
       {PixelFormat::rgba, PixelFormat::p010_10le, PixelFormat::gray8, PixelFormat::unknown}) {
    mixed.tiles[0].source.format = other;
    mixed.tiles[0].colors.reset ();
    EXPECT_EQ (check_scene (mixed, Memory::host, true), Status::mixed_sources);
    mixed.tiles[0].colors.emplace ();
    const bool any = other != PixelFormat::unknown;
    EXPECT_EQ (check_scene (mixed, Memory::host, true), any ? Status::ok : Status::mixed_sources);
    EXPECT_EQ (check_scene (mixed, Memory::host, false), Status::mixed_sources);
  }
}

TEST (Check, EveryStatusSaysSomething)
{
  for (const Status s : {Status::ok, Status::unsupported_format, Status::bad_geometry,
                         Status::mixed_sources, Status::not_prepared, Status::out_of_memory})
    EXPECT_GT (std::string (quad::describe (s)).size (), 5u);
}

// The samples that each raster of a tile reads, first and one past the last.
struct Reads {
  std::pair<int, int> across, down;

  bool operator== (const Reads &) const = default;
};

std::vector<Reads> reads_of (const Tile &tile, const FormatInfo &format)
{
  std::vector<Reads> reads;
  for (int r = 0; r < format.rasters; r++) {
    const RasterPlan plan = plan_raster (tile, r, format, r, {});
    reads.push_back ({plan.across.view ().reads (0, plan.across.count ()),
                      plan.down.view ().reads (0, plan.down.count ())});
  }
  return reads;
}

// Filters read up to the part's edges, and chroma samples that an edge cuts.
TEST (Plan, ReadsAroundACropInsideOfThePart)
{
  const FormatInfo &format = info_of (PixelFormat::i420);
  Tile t;
  t.target = {0, 0, 40, 40};
  t.source = {format.format, {40, 40}};
  t.crop = {10.75, 11.25, 5, 4.03};
  const struct {
    Filter filter;
    std::optional<Rect> part;
    Reads luma, chroma;
  } cases[] = {
      {Filter::bilinear, {}, {{10, 16}, {11, 16}}, {{5, 8}, {5, 8}}},
      {Filter::bilinear, {{9, 9, 11, 11}}, {{10, 17}, {10, 16}}, {{4, 9}, {5, 9}}},
      {Filter::bicubic, {}, {{10, 16}, {11, 16}}, {{5, 8}, {5, 8}}},
      {Filter::bicubic, {{0, 0, 40, 40}}, {{9, 18}, {9, 17}}, {{3, 10}, {4, 10}}},
      {Filter::bicubic, {{10, 10, 7, 6}}, {{10, 17}, {10, 16}}, {{5, 9}, {5, 8}}},
  };
  for (const auto &c : cases) {
    t.filter = c.filter;
    t.part = c.part;
    EXPECT_EQ (reads_of (t, format), (std::vector{c.luma, c.chroma, c.chroma})) << &c - cases;
  }
}

TEST (Plan, WholeSamplesAreRecognisedInsideOfAPart)
{
  const FormatInfo &format = info_of (PixelFormat::nv12);
  Tile t;
  t.target = {0, 0, 10, 8};
  t.source = {format.format, {64, 64}};
  for (const std::optional<Rect> &part : {std::optional<Rect>{}, {{2, 2, 60, 50}}}) {
    t.part = part;
    for (int r = 0; r < format.rasters; r++) {
      t.crop = {4, 6, 10, 8};
      EXPECT_TRUE (plan_raster (t, r, format, r, {}).across.copy);
      EXPECT_TRUE (plan_raster (t, r, format, r, {}).down.copy);
      t.crop = {4, 6, 20, 16};
      EXPECT_TRUE (plan_raster (t, r, format, r, {}).across.view ().halves ());
      EXPECT_TRUE (plan_raster (t, r, format, r, {}).down.view ().halves ());
      t.crop.x += 0.25;
      EXPECT_FALSE (plan_raster (t, r, format, r, {}).across.view ().halves ());
      EXPECT_TRUE (plan_raster (t, r, format, r, {}).down.view ().halves ());
    }
  }
}

TEST (Shape, IsAllButThePointers)
{
  std::byte memory[4] = {};
  const Scene a = drawable ();
  Scene b = a;
  b.tiles[0].source.plane[0] = {memory, 17, {33, 17}};
  EXPECT_TRUE (a.same_shape (b));
  b.tiles[0].alpha = 3;
  EXPECT_FALSE (a.same_shape (b));
  b = a;
  b.tiles[0].crop.x += 1 / 65536.0;
  EXPECT_FALSE (a.same_shape (b));
  b = a;
  b.tiles[0].part = {0, 0, 33, 17};
  EXPECT_FALSE (a.same_shape (b));
  b = a;
  b.tiles.push_back (a.tiles[0]);
  EXPECT_FALSE (a.same_shape (b));
  EXPECT_FALSE (b.same_shape (a));
}

// A crop that is not a number differs from itself.
TEST (Shape, OfASolidTileIsItsTargetAndColor)
{
  Scene a = drawable ();
  a.tiles[0].solid = Color{};
  a.tiles[0].crop.width = std::numeric_limits<double>::quiet_NaN ();
  EXPECT_TRUE (a.same_shape (a));
  Scene b = a;
  b.tiles[0].solid->value[0]++;
  EXPECT_FALSE (a.same_shape (b));
  b.tiles[0].solid.reset ();
  EXPECT_FALSE (b.same_shape (b));
}

}  // namespace
}  // namespace quad::test
