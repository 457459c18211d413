// Drawing a part of a picture's columns gives the bytes of the whole picture, and costs only that
// part's work.
#include <gtest/gtest.h>

#include "host/plane_program.h"
#include "scenes.h"

namespace quad::host {
namespace {

using namespace quad::test;

int samples_filtered;  // by `vertical`, over all output rows

void counted_vertical (const RowBand &band, std::int16_t *mid, std::size_t stride)
{
  samples_filtered += band.samples * band.output_count;
  scalar_ops ().vertical (band, mid, stride);
}

Ops counting_ops ()
{
  Ops ops = scalar_ops ();
  ops.vertical = counted_vertical;
  return ops;
}

std::vector<std::byte> drawn (const PlaneProgram &program, const Ops &ops, const FrameView &source,
                              int begin, int count)
{
  Scratch scratch;
  program.reserve (scratch);
  const std::size_t row = std::size_t (count) * std::size_t (program.bytes_per_position ());
  std::vector<std::byte> out (row * std::size_t (program.rows ()));
  for (int y = 0; y < program.rows (); y++)
    (void)program.draw_rows (ops, {begin, begin + count}, source, y, 1,
                             {out.data () + std::size_t (y) * row, 0}, scratch);
  return out;
}

TEST (Columns, AreThoseOfTheWholeRow)
{
  Random random (91);
  for (const FormatInfo &format : all_formats ())
    for (int i = 0; i < 12; i++) {
      const OwnedScene s =
          scene_of (format.format, {random.between (1, 200), random.between (1, 20)},
                    {random.between (1, 150), random.between (1, 12)}, random.pick (kFilters));
      paint (*s.pictures[0], Pattern::noise, 4);
      paint_alpha (*s.pictures[0], random.pick (kAlphaPatterns), 5);
      for (int p = 0; p < format.rasters; p++) {
        PlaneProgram program (s.scene.tiles[0], p, format, p, {});
        const int all = program.positions ();
        const int begin = random.below (all), end = random.between (begin + 1, all);
        const FrameView &source = s.pictures[0]->view ();
        for (const Ops *ops : {&scalar_ops (), &simd_ops ()}) {
          program.set_columns (*ops, {});
          program.set_columns (*ops, {{0, all}});
          const auto whole = drawn (program, *ops, source, 0, all);
          program.set_columns (*ops, {{begin, end}});
          const auto part = drawn (program, *ops, source, begin, end - begin);
          const auto size = std::size_t (program.bytes_per_position ());
          for (std::size_t y = 0; y < std::size_t (program.rows ()); y++) {
            const std::byte *from =
                whole.data () + (y * std::size_t (all) + std::size_t (begin)) * size;
            const std::size_t bytes = std::size_t (end - begin) * size;
            ASSERT_TRUE (std::equal (from, from + bytes, part.data () + y * bytes))
                << describe (s.scene) << " columns " << begin << " to " << end;
          }
        }
      }
    }
}

// At 2:1 lanczos reads 12 samples for an output. Neighbours read 10 of them too.
TEST (Columns, ArePaidForAlone)
{
  const OwnedScene s = scene_of (PixelFormat::gray8, {400, 40}, {200, 20}, Filter::lanczos);
  const Ops ops = counting_ops ();
  PlaneProgram program (s.scene.tiles[0], 0, info_of (PixelFormat::gray8), 0, {});
  program.set_columns (ops, {{0, 200}, {90, 110}});
  const FrameView &source = s.pictures[0]->view ();
  samples_filtered = 0;
  (void)drawn (program, ops, source, 0, 200);
  EXPECT_EQ (samples_filtered, 400 * 20);
  samples_filtered = 0;
  (void)drawn (program, ops, source, 90, 20);
  EXPECT_LE (samples_filtered, (2 * 20 + 12) * 20);
}

// When something moves over a picture, the plans of the other ranges are kept.
TEST (Columns, ThatStayAreKept)
{
  const OwnedScene s = scene_of (PixelFormat::gray8, {400, 40}, {200, 20}, Filter::lanczos);
  PlaneProgram program (s.scene.tiles[0], 0, info_of (PixelFormat::gray8), 0, {});
  program.set_columns (simd_ops (), {{0, 90}, {110, 200}});
  const std::int32_t *left = program.columns ({110, 200}).across.plan.left.data ();
  program.set_columns (simd_ops (), {{0, 80}, {100, 200}, {110, 200}});
  EXPECT_EQ (program.columns ({110, 200}).across.plan.left.data (), left);
}

}  // namespace
}  // namespace quad::host
