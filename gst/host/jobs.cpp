#include "host/jobs.h"

#include <algorithm>

#include "core/room.h"

namespace quad::host {
namespace {

// Whether rasters of the canvas are drawn from the same bytes of the source.
bool is_read_again (const Tile &tile, const FormatInfo &canvas)
{
  const FormatInfo &source = info_of (tile.source.format);
  return tile.colors || tile.light || source.shares_plane (0) || source.rasters < canvas.rasters;
}

}  // namespace

int pieces_for (int threads) { return threads == 1 ? 1 : threads * 2; }

void add_jobs (std::vector<Job> &jobs, const Job &all, int threads)
{
  // No piece costs more than it gains.
  const int rows = std::max (16, ceil_div (all.end - all.begin, pieces_for (threads)));
  for (int y = all.begin; y < all.end; y += rows)
    jobs.push_back ({all.item, all.plane, all.planes, y, std::min (all.end, y + rows)});
}

void set_region_jobs (std::vector<Job> &jobs, const Scene &scene, const Regions &regions,
                      int threads)
{
  const FormatInfo &format = info_of (scene.format);
  jobs.clear ();
  make_room (jobs, regions.size () * std::size_t (format.rasters * pieces_for (threads)));
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
}

}  // namespace quad::host
