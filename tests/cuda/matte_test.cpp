// Alpha by kernels has the bytes of GuidedFilter and Foreground on the host.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "cuda/matte_renderer.h"
#include "gpu.h"
#include "host/matte.h"
#include "matte/foreground.h"
#include "matte/guided_filter.h"
#include "support/picture.h"

namespace quad::test {
namespace {

using namespace matte;

// What lies on the grid.
struct Grid {
  SmallPicture guide, mask;
  std::vector<float> weights;
};

Grid grid_of (Size size, bool flat, Random &random)
{
  Grid g;
  g.guide.resize (size, 3);
  g.mask.resize (size, 1);
  for (int y = 0; y < size.height; y++)
    for (int x = 0; x < size.width; x++) {
      for (int k = 0; k < 3; k++)
        g.guide.row (k, y)[x] =
            static_cast<std::uint8_t> ((x * 9 + y * 5 + k * 60 + random.below (30)) % 256);
      g.mask.row (0, y)[x] =
          static_cast<std::uint8_t> (flat ? (x + y < size.width ? 0 : 255) : random.below (256));
    }
  g.weights.resize (g.mask.stride () * std::size_t (size.height));
  for (float &weight : g.weights) weight = static_cast<float> (random.below (257)) / 256;
  return g;
}

struct Case {
  Size grid, picture;
  Rect area;
  PixelFormat format;
  Refinement refinement;
  bool refined, own, keeps, cleaned, flat;
};

// What the host makes of pictures.
class Host {
 public:
  explicit Host (const Case &c) : c_ (c)
  {
    const auto count = std::size_t (c.area.width) * std::size_t (c.area.height);
    kept_.assign (count, 0);
    filter_.prepare (c.grid, c.area.size (), c.refinement, 1);
    foreground_.prepare (c.grid, c.area.size (), 1);
  }

  // The colours on the grid, if they are wanted.
  const Foreground *estimate (const Grid &g)
  {
    if (c_.refined)
      filter_.solve (g.guide, g.mask, 0, c_.grid.height, 0);
    else
      filter_.take (g.mask, 0, c_.grid.height);
    foreground_.take_alpha (g.guide, filter_, 0, c_.grid.height);
    foreground_.look_far (g.guide, 0, c_.grid.height, 0);
    foreground_.look_near (0, c_.grid.height, 0);
    return c_.cleaned ? &foreground_ : nullptr;
  }

  void draw (const Grid &g, const FrameView &picture)
  {
    const AlphaPlane alpha = component_of (picture, 3);
    const History history = {c_.keeps ? kept_.data () : nullptr,
                             {g.weights.data (), g.mask.stride ()}};
    filter_.apply (picture, c_.area, c_.own ? alpha : AlphaPlane{}, history, alpha, 0,
                   c_.area.height, 0);
    if (c_.cleaned) foreground_.apply (picture, c_.area, alpha, 0, c_.area.height, 0);
    for (int y = 0; y < picture.size.height; y++)
      for (int x = 0; x < picture.size.width; x++)
        if (!c_.area.contains ({x, y, 1, 1})) *alpha.at (x, y) = 0;
  }

 private:
  const Case &c_;
  GuidedFilter filter_{host::matte_row_ops ()};
  Foreground foreground_{host::matte_row_ops (), host::foreground_ops ()};
  std::vector<std::uint16_t> kept_;
};

std::string describe (const Case &c)
{
  return quad::test::describe (c.grid) + " on " + quad::test::describe (c.picture) + " " +
         info_of (c.format).name + " radius " + std::to_string (c.refinement.radius) +
         (c.refined ? " refined" : "") + (c.own ? " own" : "") + (c.keeps ? " kept" : "") +
         (c.cleaned ? " cleaned" : "") + " area " + quad::test::describe (c.area.size ());
}

// Draws some pictures one after the other on both.
void compare (matte::Renderer &renderer, const Case &c, Random &random)
{
  Host host (c);
  for (int i = 0; i < 3; i++) {
    Grid g = grid_of (c.grid, c.flat, random);
    if (i == 0) std::ranges::fill (g.weights, 1.0f);
    Picture want (c.format, c.picture);
    paint (want, Pattern::noise, static_cast<unsigned> (i + 5));
    Picture got (c.format, c.picture);
    paint (got, Pattern::noise, static_cast<unsigned> (i + 5));
    const DevicePicture there (gpu_context (), got.view (), static_cast<Pitch> (i), i == 1);
    const Order order = {.guide = c.refined ? &g.guide : nullptr,
                         .mask = &g.mask,
                         .refinement = c.refinement,
                         .weights = c.keeps ? g.weights.data () : nullptr,
                         .foreground = host.estimate (g),
                         .area = c.area,
                         .own = c.own};
    ASSERT_EQ (renderer.draw (order, there.view ()), Status::ok) << describe (c);
    host.draw (g, want.view ());
    EXPECT_TRUE (there.read (got.view ())) << describe (c);
    for (int y = 0; y < c.picture.height; y++)
      for (int x = 0; x < c.picture.width * 4; x++)
        ASSERT_EQ (int (want.view ().plane[0].row (y)[x]), int (got.view ().plane[0].row (y)[x]))
            << describe (c) << " at " << x / 4 << ", " << y << " byte " << x % 4 << " picture "
            << i;
  }
}

TEST (CudaMatte, HasTheHostsBytes)
{
  Random random{31};
  const auto renderer = cuda::make_matte_renderer (gpu_context (), nullptr);
  const Size pictures[] = {{1, 1}, {3, 2}, {31, 9}, {32, 8}, {33, 17}, {70, 41}, {150, 30}};
  const Size grids[] = {{1, 1}, {2, 3}, {9, 5}, {31, 17}, {130, 20}};
  const Rect areas[] = {{0, 0, 4000, 4000}, {2, 2, 40, 20}, {6, 0, 100, 7}};
  for (const Size picture : pictures)
    for (const Size grid : grids)
      for (const PixelFormat format :
           {PixelFormat::rgba, PixelFormat::bgra, PixelFormat::argb, PixelFormat::abgr}) {
        const auto coin = [&] { return random.below (2) == 1; };
        Rect area = intersect (areas[random.below (3)], rect_of (picture));
        if (area.empty ()) area = rect_of (picture);
        const Size fits = {std::min (grid.width, area.width), std::min (grid.height, area.height)};
        const Case c = {
            fits,
            picture,
            area,
            format,
            {random.pick (std::vector{1, 4, 9, 32}), random.pick (std::vector{1e-6, 1e-4, 1e-2})},
            random.below (4) > 0,
            coin (),
            coin (),
            coin (),
            coin ()};
        compare (*renderer, c, random);
        if (HasFatalFailure ()) return;
      }
}

// A mask as fine as the picture needs the most shared memory.
TEST (CudaMatte, ADenseMaskOfTheWidestReach)
{
  Random random{32};
  const auto renderer = cuda::make_matte_renderer (gpu_context (), nullptr);
  const Size size = {77, 50};
  compare (
      *renderer,
      {size, size, rect_of (size), PixelFormat::rgba, {32, 1e-4}, true, false, true, true, false},
      random);
}

TEST (CudaMatte, RefusesWhatItDoesNotDraw)
{
  Random random{33};
  const auto renderer = cuda::make_matte_renderer (gpu_context (), nullptr);
  const Grid g = grid_of ({4, 4}, false, random);
  const Size size = {16, 16};
  for (const PixelFormat format :
       {PixelFormat::nv12, PixelFormat::i420, PixelFormat::rgbx, PixelFormat::rgba}) {
    Picture picture (format, size);
    const DevicePicture there (gpu_context (), picture.view ());
    Order order = {.guide = &g.guide, .mask = &g.mask, .area = rect_of (size)};
    if (format == PixelFormat::rgba) order.area = {2, 2, 16, 4};  // not inside
    EXPECT_EQ (renderer->draw (order, there.view ()), Status::unsupported_format);
    EXPECT_TRUE (there.unchanged ());
  }
  Picture on_host (PixelFormat::rgba, size);
  EXPECT_EQ (renderer->draw ({.guide = &g.guide, .mask = &g.mask, .area = rect_of (size)},
                             on_host.view ()),
             Status::unsupported_format);
}

}  // namespace
}  // namespace quad::test
