#include "host/raster_program.h"

#include "core/raster_sources.h"
#include "core/room.h"
#include "host/convert_program.h"
#include "host/plane_program.h"

namespace quad::host {

void Scratch::fit (const ScratchSize &size)
{
  at_least (rows, size.rows);
  at_least (gathered, size.gathered);
  at_least (spare, size.spare);
  at_least (mid, size.mid);
  at_least (planar, size.planar);
  at_least (wide, size.wide);
  at_least (joined, size.joined);
  at_least (filtered, size.filtered);
  at_least (codes, size.codes);
  at_least (lit, size.lit);
  widest = std::max (widest, size.widest);
  at_least (drawn, widest * 4 * kMaxBand);
  at_least (layers, widest * 4 * size.layers);
  at_least (alphas, widest * size.layers);
}

std::vector<std::unique_ptr<RasterProgram>> make_raster_programs (const Tile &tile,
                                                                  const FormatInfo &format)
{
  std::vector<std::unique_ptr<RasterProgram>> programs;
  for (const RasterGroup &group : raster_groups (tile, format)) {
    if (group.sources.twin >= 0) {
      programs.push_back (
          std::make_unique<PlaneProgram> (tile, group.sources.twin, format, group.first));
      continue;
    }
    const auto filter = std::make_shared<ConvertFilter> (tile, group, format);
    for (int r = group.first; r < group.first + group.count; r++)
      programs.push_back (
          std::make_unique<ConvertProgram> (filter, tile, format, r, r == group.first));
  }
  return programs;
}

}  // namespace quad::host
