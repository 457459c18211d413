// Compares the guided filter's fast row operations with the plain ones, on each instruction set.
#include "host/matte.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "matte/guided_filter.h"
#include "matte/smoothing.h"
#include "support/picture.h"
#include "targets.h"

namespace quad::test {
namespace {

using namespace matte;

void fill (SmallPicture &picture, int planes, bool smooth, Random &random)
{
  const Size size = picture.size ();
  for (int p = 0; p < planes; p++)
    for (int y = 0; y < size.height; y++)
      for (int x = 0; x < size.width; x++)
        picture.row (p, y)[x] = static_cast<std::uint8_t> (smooth ? (x * 5 + y * 3 + p * 40) % 256
                                                                  : random.below (256));
}

struct Case {
  Size small, picture;
  PixelFormat format;
  Refinement refinement;
  int step;  // of alpha
  bool keeps;
};

// Of two pictures one after the other, and what is kept of them; `smooth`: of the guide.
std::vector<std::byte> alpha_by (const RowOps &ops, const Case &c, bool smooth)
{
  Random random{7};
  SmallPicture guide, mask;
  guide.resize (c.small, 3);
  mask.resize (c.small, 1);
  fill (guide, 3, smooth, random);
  fill (mask, 1, false, random);
  // Or with parts that are all background, and all foreground.
  for (int y = 0; y < c.small.height && smooth; y++)
    for (int x = 0; x < c.small.width; x++)
      mask.row (0, y)[x] = x + y < c.small.width * 2 / 3 ? 0 : 255;
  Picture picture (c.format, c.picture, {.place = Place::fence_after});
  paint (picture, smooth ? Pattern::gradient : Pattern::noise, 8);
  GuidedFilter filter{ops};
  filter.prepare (c.small, c.picture, c.refinement, 1);
  filter.solve (guide, mask, 0, c.small.height, 0);
  // The filter writes every sample and nothing else.
  std::vector<std::byte> alpha (
      std::size_t (c.picture.width) * std::size_t (c.picture.height) * std::size_t (c.step) + 64,
      std::byte{0x5a});
  const std::size_t stride = padded (c.small.width);
  std::vector<float> weights (stride * std::size_t (c.small.height));
  for (float &weight : weights) weight = static_cast<float> (random.below (257)) / 256;
  std::vector<std::uint16_t> kept (std::size_t (c.picture.width) * std::size_t (c.picture.height) +
                                   64);
  const bool settled = random.below (2) == 1;
  for (std::uint16_t &level : kept)
    level = static_cast<std::uint16_t> (settled ? 65280 * random.below (2) : random.below (65281));
  const History history = {c.keeps ? kept.data () : nullptr, {weights.data (), stride}};
  for (int i = 0; i < 2; i++)
    filter.apply (picture.view (), rect_of (c.picture), component_of (picture.view (), 3), history,
                  {alpha.data (), std::ptrdiff_t{c.picture.width} * c.step, c.step}, 0,
                  c.picture.height, 0);
  const auto *bytes = reinterpret_cast<const std::byte *> (kept.data ());
  alpha.insert (alpha.end (), bytes, bytes + kept.size () * sizeof kept[0]);
  return alpha;
}

TEST (MatteOps, GiveTheSameBytesOnEveryTarget)
{
  Random random{9};
  const Size smalls[] = {{1, 1}, {2, 3}, {9, 5}, {31, 17}, {64, 20}, {70, 9}};
  const Size pictures[] = {{1, 1}, {3, 2}, {7, 8}, {31, 4}, {64, 3}, {131, 5}, {517, 6}};
  std::vector<Case> cases;
  for (const Size small : smalls)
    for (const Size picture : pictures)
      for (const PixelFormat format : {PixelFormat::i420, PixelFormat::nv12, PixelFormat::ayuv,
                                       PixelFormat::rgb, PixelFormat::gray8})
        cases.push_back (
            {small,
             picture,
             format,
             {random.pick (std::vector{1, 4, 9, 32}), random.pick (std::vector{1e-6, 1e-4, 1e-2})},
             random.pick (std::vector{1, 4}),
             random.below (2) == 1});
  for (const Case &c : cases)
    for (const bool smooth : {false, true}) {
      const std::vector<std::byte> want = alpha_by (plain_row_ops (), c, smooth);
      for (const std::int64_t target : machine_targets ()) {
        const UseTarget use{target};
        ASSERT_EQ (want, alpha_by (host::matte_row_ops (), c, smooth))
            << hwy::TargetName (target) << ' ' << describe (c.small) << ' ' << describe (c.picture)
            << ' ' << info_of (c.format).name;
      }
    }
}

// The weights of three pictures one after the other.
std::vector<float> weights_by (const RowOps &ops, Size size, int noise, bool rgb)
{
  Random random{8};
  SmallPicture guide;
  guide.resize (size, 3);
  fill (guide, 3, true, random);
  Smoother smoother{ops};
  smoother.reset (size, rgb);
  std::vector<float> all;
  for (int i = 0; i < 3; i++) {
    const Rows<const float> weights = smoother.weigh (guide, 0.75);
    for (int y = 0; y < size.height; y++)
      all.insert (all.end (), weights.row (y), weights.row (y) + size.width);
    for (std::uint8_t &level : guide.bytes ())
      level =
          static_cast<std::uint8_t> (std::clamp (level + random.between (-noise, noise), 0, 255));
  }
  return all;
}

TEST (MatteOps, WeighChangesEquallyOnEveryTarget)
{
  for (const Size size : {Size{1, 1}, Size{2, 3}, Size{9, 5}, Size{31, 17}, Size{70, 9}})
    for (const int noise : {0, 4, 12, 255})
      for (const bool rgb : {false, true}) {
        const std::vector<float> want = weights_by (plain_row_ops (), size, noise, rgb);
        for (const std::int64_t target : machine_targets ()) {
          const UseTarget use{target};
          ASSERT_EQ (want, weights_by (host::matte_row_ops (), size, noise, rgb))
              << hwy::TargetName (target) << ' ' << describe (size) << ' ' << noise;
        }
      }
}

}  // namespace
}  // namespace quad::test
