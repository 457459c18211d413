#include "host/jobs.h"

#include <algorithm>

namespace quad::host {
namespace {

// Whether rasters of the canvas are drawn from the same bytes of the source.
bool is_read_again (const Tile &tile, const FormatInfo &canvas)
{
  const FormatInfo &source = info_of (tile.source.format);
  return tile.colors || tile.light || source.shares_plane (0) || source.rasters < canvas.rasters;
}

}  // namespace

void add_jobs (std::vector<Job> &jobs, const Job &all, int threads)
{
  // Make enough pieces to keep all threads busy until the end, but none that costs more than it
  // gains.
  const int pieces = threads == 1 ? 1 : threads * 2;
  const int rows = std::max (16, ceil_div (all.end - all.begin, pieces));
  for (int y = all.begin; y < all.end; y += rows)
    jobs.push_back ({all.item, all.plane, all.planes, y, std::min (all.end, y + rows)});
}

std::vector<Job> region_jobs (const Scene &scene, const std::vector<Region> &regions, int threads)
{
  const FormatInfo &format = info_of (scene.format);
  std::vector<Job> jobs;
  for (std::size_t i = 0; i < regions.size (); i++) {
    // Rasters that share a plane are written together. Those that read the same bytes are drawn
    // together, while the bytes are in the cache.
    const bool together =
        format.shares_plane (0) || std::ranges::any_of (regions[i].layers, [&] (int layer) {
          return layer != kBackground && !scene.tiles[std::size_t (layer)].solid &&
                 is_read_again (scene.tiles[std::size_t (layer)], format);
        });
    const int planes = together ? format.rasters : 1;
    for (int p = 0; p < format.rasters; p += planes) {
      const Rect r = raster_rect (format, p, regions[i].rect);
      add_jobs (jobs, {static_cast<int> (i), p, planes, r.y, r.bottom ()}, threads);
    }
  }
  return jobs;
}

}  // namespace quad::host
