#include "host/raster_program.h"

#include "host/convert_program.h"
#include "host/plane_program.h"

namespace quad::host {
namespace {

bool same_channels (const RasterInfo &a, const RasterInfo &b)
{
  if (a.channels != b.channels || a.alpha != b.alpha) return false;
  for (std::size_t c = 0; c < std::size_t (a.channels); c++)
    if (a.channel[c].component != b.channel[c].component) return false;
  return true;
}

bool is_unchanged (const Tile &tile, const RasterInfo &raster)
{
  if (tile.light) return false;
  for (std::size_t c = 0; c < std::size_t (raster.channels); c++) {
    const int k = raster.channel[c].component;
    // What becomes padding is opaque.
    if (k < 0 && raster.channel[c].step > 0) return false;
    if (k >= 0 && k < 3 && tile.colors && !tile.colors->same[std::size_t (k)]) return false;
  }
  return true;
}

// The raster of the source that holds what raster `raster` of the canvas shows, and nothing else;
// -1: there is none.
int twin_of (const Tile &tile, const FormatInfo &format, int raster)
{
  const FormatInfo &source = info_of (tile.source.format);
  const RasterInfo &wanted = format.raster[std::size_t (raster)];
  if (!is_unchanged (tile, wanted) || source.depth != format.depth ||
      source.shift != format.shift || source.has_alpha () != format.has_alpha ())
    return -1;
  for (int r = 0; r < source.rasters; r++)
    if (same_channels (source.raster[std::size_t (r)], wanted)) return r;
  return -1;
}

}  // namespace

std::unique_ptr<RasterProgram> make_raster_program (const Tile &tile, const FormatInfo &format,
                                                    int raster, ChromaSite canvas_site)
{
  const bool same = tile.source.format == format.format && !tile.colors && !tile.light;
  const int twin = same ? raster : twin_of (tile, format, raster);
  if (twin >= 0) return std::make_unique<PlaneProgram> (tile, twin, format, raster, canvas_site);
  return std::make_unique<ConvertProgram> (tile, format, raster, canvas_site);
}

}  // namespace quad::host
