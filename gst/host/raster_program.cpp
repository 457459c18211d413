#include "host/raster_program.h"

#include "core/raster_sources.h"
#include "host/convert_program.h"
#include "host/plane_program.h"

namespace quad::host {

std::vector<std::unique_ptr<RasterProgram>> make_raster_programs (const Tile &tile,
                                                                  const FormatInfo &format,
                                                                  ChromaSite canvas_site)
{
  std::vector<std::unique_ptr<RasterProgram>> programs;
  for (const RasterGroup &group : raster_groups (tile, format)) {
    if (group.sources.twin >= 0) {
      programs.push_back (std::make_unique<PlaneProgram> (tile, group.sources.twin, format,
                                                          group.first, canvas_site));
      continue;
    }
    const auto filter = std::make_shared<ConvertFilter> (tile, group, format, canvas_site);
    for (int r = group.first; r < group.first + group.count; r++)
      programs.push_back (std::make_unique<ConvertProgram> (filter, tile, format, r));
  }
  return programs;
}

}  // namespace quad::host
