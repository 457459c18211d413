#include "host/raster_program.h"

#include "core/raster_sources.h"
#include "host/convert_program.h"
#include "host/plane_program.h"

namespace quad::host {

std::unique_ptr<RasterProgram> make_raster_program (const Tile &tile, const FormatInfo &format,
                                                    int raster, ChromaSite canvas_site)
{
  RasterSources sources = sources_of (tile, format, raster);
  if (sources.twin >= 0)
    return std::make_unique<PlaneProgram> (tile, sources.twin, format, raster, canvas_site);
  return std::make_unique<ConvertProgram> (tile, std::move (sources), format, raster, canvas_site);
}

}  // namespace quad::host
