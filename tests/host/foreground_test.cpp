// Compares the fast row operations of foreground colours with the plain ones, on each instruction
// set, and the result with its definition.
#include "matte/foreground.h"

#include <gtest/gtest.h>

#include <vector>

#include "host/matte.h"
#include "support/picture.h"
#include "targets.h"

namespace quad::test {
namespace {

using namespace matte;

// Levels of 0, 255 and between, in blocks and alone.
enum class Alpha { noise, blocks, edges, clear, opaque };

struct Case {
  Size small, picture;
  Rect area;
  PixelFormat format;
  Alpha alpha;
  bool fitted;  // else the mask is taken as it is
  std::uint32_t seed;
};

int alpha_at (Alpha alpha, int x, int y, Random &random)
{
  const int block = (x / 40 + y / 3) % 3;
  switch (alpha) {
    case Alpha::noise: return random.below (256);
    case Alpha::blocks: return block == 0 ? random.below (256) : block == 1 ? 0 : 255;
    case Alpha::edges: return 255 * random.below (2);
    case Alpha::clear: return 0;
    case Alpha::opaque: return 255;
  }
  return 0;
}

void fill (SmallPicture &picture, int planes, Random &random)
{
  for (int p = 0; p < planes; p++)
    for (int y = 0; y < picture.size ().height; y++)
      for (int x = 0; x < picture.size ().width; x++)
        picture.row (p, y)[x] = static_cast<std::uint8_t> (random.below (256));
}

// What both ways begin with.
struct Scenery {
  explicit Scenery (const Case &c)
      : picture (c.format, c.picture, {.place = Place::fence_after}), filter (plain_row_ops ())
  {
    Random random{c.seed};
    paint (picture, Pattern::noise, c.seed);
    guide.resize (c.small, 3);
    mask.resize (c.small, 1);
    fill (guide, 3, random);
    fill (mask, 1, random);
    // Positions without a foreground around them, and without a background.
    for (int y = 0; y < c.small.height; y++)
      for (int x = 0; x < c.small.width; x++)
        if (y % 60 > 30) mask.row (0, y)[x] = x < c.small.width / 2 ? 0 : 255;
    alpha = component_of (picture.view (), 3);
    for (int y = 0; y < c.picture.height; y++)
      for (int x = 0; x < c.picture.width; x++)
        *alpha.at (x, y) = static_cast<std::uint8_t> (alpha_at (c.alpha, x, y, random));
    filter.prepare (c.small, c.area.size (), {}, 1);
    if (c.fitted)
      filter.solve (guide, mask, 0, c.small.height, 0);
    else
      filter.take (mask, 0, c.small.height);
  }

  Picture picture;
  SmallPicture guide, mask;
  AlphaPlane alpha;
  GuidedFilter filter;
};

// In as many parts as there are `workers`.
std::vector<std::byte> recolored (const RowOps &rows, const ForegroundOps &ops, const Case &c,
                                  int workers)
{
  Scenery s (c);
  Foreground foreground{rows, ops};
  foreground.prepare (c.small, c.area.size (), workers);
  const auto split = [workers] (int height, auto work) {
    const auto row = [&] (int k) { return k == workers ? height : height * k / workers & ~1; };
    for (int i = 0; i < workers; i++) work (row (i), row (i + 1), i);
  };
  split (c.small.height,
         [&] (int from, int to, int) { foreground.take_alpha (s.guide, s.filter, from, to); });
  split (c.small.height,
         [&] (int from, int to, int i) { foreground.look_far (s.guide, from, to, i); });
  split (c.small.height, [&] (int from, int to, int i) { foreground.look_near (from, to, i); });
  split (c.area.height, [&] (int from, int to, int i) {
    foreground.apply (s.picture.view (), c.area, s.alpha, from, to, i);
  });
  return s.picture.bytes ();
}

// The means of `of` in windows, weighted by `weight`; of one component.
std::vector<float> means (Size size, int reach, const std::vector<int> &weight,
                          const std::vector<int> &of)
{
  std::vector<float> result;
  for (int y = 0; y < size.height; y++)
    for (int x = 0; x < size.width; x++) {
      std::int64_t sum = 0, weights = 0;
      for (int j = std::max (y - reach, 0); j <= std::min (y + reach, size.height - 1); j++)
        for (int i = std::max (x - reach, 0); i <= std::min (x + reach, size.width - 1); i++) {
          const auto at = static_cast<std::size_t> (j * size.width + i);
          sum += std::int64_t{weight[at]} * of[at];
          weights += weight[at];
        }
      const auto at = static_cast<std::size_t> (y * size.width + x);
      result.push_back (weights == 0 ? static_cast<float> (of[at])
                                     : static_cast<float> (double (sum) / double (weights)));
    }
  return result;
}

// The colours of one component, by the definition: the means of both passes on the grid.
struct Surroundings {
  std::vector<float> front, back;

  Surroundings (const Scenery &s, Size size, int k)
  {
    std::vector<int> alpha, rest, level;
    for (int y = 0; y < size.height; y++)
      for (int x = 0; x < size.width; x++) {
        float line[kLineParts];
        for (int i = 0; i < kLineParts; i++) line[i] = s.filter.lines (y).row (i)[x];
        alpha.push_back (alpha_of (
            level_of (line, s.guide.row (0, y)[x], s.guide.row (1, y)[x], s.guide.row (2, y)[x])));
        rest.push_back (255 - alpha.back ());
        level.push_back (s.guide.row (k, y)[x]);
      }
    front = means (size, 12, alpha, level);
    back = means (size, 12, rest, level);
    std::vector<int> fronts, backs;
    for (std::size_t i = 0; i < level.size (); i++) {
      const auto a = static_cast<float> (alpha[i]), v = static_cast<float> (level[i]);
      fronts.push_back (static_cast<int> (rintf (foreground_of (v, a, front[i], back[i]))));
      backs.push_back (static_cast<int> (rintf (back[i])));
    }
    front = means (size, 1, alpha, fronts);
    back = means (size, 1, rest, backs);
  }

  static float at (const std::vector<float> &of, Size grid, Size picture, int x, int y)
  {
    const Between row = between (y, picture.height, grid.height);
    const Between column = between (x, picture.width, grid.width);
    const auto mixed = [&] (int i) {
      const auto level = [&] (int j) {
        return of[static_cast<std::size_t> (std::min (j, grid.height - 1) * grid.width +
                                            std::min (i, grid.width - 1))];
      };
      return mix (level (row.index), level (row.index + 1), row.part);
    };
    return mix (mixed (column.index), mixed (column.index + 1), column.part);
  }
};

std::vector<std::byte> defined (const Case &c)
{
  Scenery s (c);
  const FormatInfo &info = s.picture.info ();
  for (int k = 0; k < 3; k++) {
    const Surroundings around (s, c.small, k);
    for (int r = 0; r < info.rasters; r++)
      for (int i = 0; i < info.raster[std::size_t (r)].channels; i++) {
        const RasterInfo &raster = info.raster[std::size_t (r)];
        if (raster.channel[std::size_t (i)].component != k || !raster.stores (i)) continue;
        const Size sub = raster.sub;
        for (int y = 0; y < c.area.height; y += sub.height)
          for (int x = 0; x < c.area.width; x += sub.width) {
            int sum = 0, pixels = 0;
            for (int v = y; v < std::min (y + sub.height, c.area.height); v++)
              for (int u = x; u < std::min (x + sub.width, c.area.width); u++, pixels++)
                sum += *s.alpha.at (c.area.x + u, c.area.y + v);
            if (sum == 0 || sum == 255 * pixels) continue;
            const int at_x = (c.area.x + x) / sub.width, at_y = (c.area.y + y) / sub.height;
            const auto level = static_cast<float> (s.picture.get (r, at_x, at_y, i));
            const float a = static_cast<float> (sum) / static_cast<float> (pixels);
            const float found = foreground_of (
                level, a, Surroundings::at (around.front, c.small, c.area.size (), x, y),
                Surroundings::at (around.back, c.small, c.area.size (), x, y));
            s.picture.set (r, at_x, at_y, i, static_cast<int> (rintf (found)));
          }
      }
  }
  return s.picture.bytes ();
}

std::vector<Case> cases ()
{
  Random random{4};
  const Size smalls[] = {{1, 1}, {2, 3}, {9, 5}, {31, 17}, {64, 20}, {50, 36}};
  const Size pictures[] = {{1, 1}, {3, 2}, {7, 8}, {31, 5}, {64, 3}, {131, 15}, {517, 6}};
  std::vector<Case> list;
  for (const Size small : smalls)
    for (const Size size : pictures)
      for (const FormatInfo &format : all_formats ()) {
        if (!format.has_alpha ()) continue;
        Case c = {small,
                  size,
                  rect_of (size),
                  format.format,
                  random.pick (std::vector{Alpha::noise, Alpha::blocks, Alpha::blocks, Alpha::edges,
                                           Alpha::clear, Alpha::opaque}),
                  !random.one_in (3),
                  static_cast<std::uint32_t> (random.below (1000))};
        // A part of the picture begins on whole chroma samples.
        if (size.width > 60 && random.one_in (2)) c.area = {6, 2, size.width - 11, size.height - 2};
        list.push_back (c);
      }
  return list;
}

TEST (ForegroundOps, GiveTheSameBytesOnEveryTarget)
{
  for (const Case &c : cases ()) {
    const std::vector<std::byte> want = recolored (plain_row_ops (), plain_foreground_ops (), c, 1);
    ASSERT_EQ (want, defined (c)) << describe (c.small) << ' ' << describe (c.picture) << ' '
                                  << info_of (c.format).name;
    for (const std::int64_t target : machine_targets ()) {
      const UseTarget use{target};
      ASSERT_EQ (want, recolored (host::matte_row_ops (), host::foreground_ops (), c, 3))
          << hwy::TargetName (target) << ' ' << describe (c.small) << ' ' << describe (c.picture)
          << ' ' << info_of (c.format).name;
    }
  }
}

}  // namespace
}  // namespace quad::test
