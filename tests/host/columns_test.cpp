// Drawing a part of a picture's columns gives the bytes of the whole picture, and costs only that
// part's work.
#include <gtest/gtest.h>

#include "host/plane_program.h"
#include "scenes.h"

namespace quad::host {
namespace {

using namespace quad::test;

using Ranges = std::vector<RasterProgram::Range>;

int samples_filtered;  // by `vertical`, over all output rows
int rows_packed;

void counted_vertical (const RowBand &band, std::int16_t *mid, std::size_t stride)
{
  samples_filtered += band.samples * band.output_count;
  scalar_ops ().vertical (band, mid, stride);
}

RowPlan counted_pack (const FilterView &plan, int channels, Arena &arena)
{
  rows_packed++;
  return scalar_ops ().pack (plan, channels, arena);
}

Ops counting_ops ()
{
  Ops ops = scalar_ops ();
  ops.vertical = counted_vertical;
  ops.pack = counted_pack;
  return ops;
}

// For the first tile of the scene.
PlaneProgram planned (const Scene &scene, int raster, Arena &arena)
{
  PlaneProgram program (scene.tiles[0], raster, info_of (scene.format), raster);
  PlanWork work;
  program.plan (scene.tiles[0], {}, work, arena);
  return program;
}

std::vector<std::byte> drawn (const PlaneProgram &program, const Ops &ops, const FrameView &source,
                              int begin, int count)
{
  ScratchSize size;
  program.measure (size);
  Scratch scratch;
  scratch.fit (size);
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
        Arena arena (1);
        PlaneProgram program = planned (s.scene, p, arena);
        const int all = program.positions ();
        const int begin = random.below (all), end = random.between (begin + 1, all);
        const FrameView &source = s.pictures[0]->view ();
        for (const Ops *ops : {&scalar_ops (), &simd_ops ()}) {
          program.set_columns (*ops, Ranges{}, arena);
          program.set_columns (*ops, Ranges{{0, all}}, arena);
          const auto whole = drawn (program, *ops, source, 0, all);
          program.set_columns (*ops, Ranges{{begin, end}}, arena);
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
  Arena arena (1);
  PlaneProgram program = planned (s.scene, 0, arena);
  program.set_columns (ops, Ranges{{0, 200}, {90, 110}}, arena);
  const FrameView &source = s.pictures[0]->view ();
  samples_filtered = 0;
  (void)drawn (program, ops, source, 0, 200);
  EXPECT_EQ (samples_filtered, 400 * 20);
  samples_filtered = 0;
  (void)drawn (program, ops, source, 90, 20);
  EXPECT_LE (samples_filtered, (2 * 20 + 12) * 20);
}

// When something moves over a picture, the plans of the other ranges are kept, in another arena
// too.
TEST (Columns, ThatStayAreKept)
{
  const OwnedScene s = scene_of (PixelFormat::gray8, {400, 40}, {200, 20}, Filter::lanczos);
  const Ops ops = counting_ops ();
  Arena arena (1), next (1);
  PlaneProgram program = planned (s.scene, 0, arena);
  program.set_columns (ops, Ranges{{0, 90}, {110, 200}}, arena);
  const FrameView &source = s.pictures[0]->view ();
  const auto before = drawn (program, ops, source, 110, 90);
  rows_packed = 0;
  program.keep (next);
  program.set_columns (ops, Ranges{{0, 80}, {100, 200}, {110, 200}}, next);
  arena.free ();
  EXPECT_EQ (rows_packed, 2);
  EXPECT_EQ (drawn (program, ops, source, 110, 90), before);
}

}  // namespace
}  // namespace quad::host
