#include "host/gather.h"

#include <algorithm>
#include <cstring>

namespace quad::host {
namespace {

// Writes the means, rounded half up, of two by two samples. Beyond the picture's edges it repeats
// the outermost sample.
void mean_row (const Ops &ops, const PlaneView &from, int y, int x, int count, std::byte *to)
{
  const std::byte *upper = from.row (2 * y);
  const std::byte *lower = from.row (std::min (2 * y + 1, from.size.height - 1));
  const int whole = std::min (count, from.size.width / 2 - x);
  ops.box2 (upper + 2 * x, lower + 2 * x, 1, whole, to);
  if (whole == count) return;
  const int last = from.size.width - 1;
  const std::byte twice[] = {upper[last], upper[last], lower[last], lower[last]};
  ops.box2 (twice, twice + 2, 1, 1, to + whole);
}

}  // namespace

void gather_row (const Ops &ops, const FrameView &from, int raster, int y, int x, int count,
                 std::byte *row, std::byte *spare)
{
  const FormatInfo &f = info_of (from.format);
  const RasterInfo &r = f.raster[std::size_t (raster)];
  if (f.shares_plane (raster)) {
    const ChannelInfo &first = r.channel[0];
    ops.every_second (from.plane[std::size_t (first.plane)].row (y) + first.step * x,
                      first.offset % 2, count * r.channels, row);
    return;
  }
  for (int c = 0; c < r.channels; c++) {
    const ChannelInfo &of = r.channel[std::size_t (c)];
    const PlaneView &plane = from.plane[std::size_t (of.plane)];
    std::byte *to = spare + c * count;
    if (of.step == 0)
      std::memset (to, 0, std::size_t (count));
    else if (of.sub != r.sub)
      mean_row (ops, plane, y, x, count, to);
    else if (of.step == 2)
      ops.every_second (plane.row (y) + 2 * x, of.offset, count, to);
    else
      std::memcpy (to, plane.row (y) + x, std::size_t (count));
  }
  ops.join (spare, std::size_t (count), r.channels, count, 1, row);
}

void scatter_row (const Ops &ops, const std::byte *row, const FrameView &to, int raster, int y,
                  int x, int count, std::byte *spare)
{
  const RasterInfo &r = info_of (to.format).raster[std::size_t (raster)];
  std::byte *twos = spare + 2 * count;  // half of a row's channels
  for (int c = 0; c < r.channels; c++) {
    if (!r.stores (c)) continue;
    const ChannelInfo &of = r.channel[std::size_t (c)];
    std::byte *out = to.plane[std::size_t (of.plane)].row (y) + of.step * x;
    // One of four channels: takes every second byte, then every second of those.
    ops.every_second (row, c % 2, 2 * count, twos);
    ops.every_second (twos, c / 2, count, of.step == 2 ? spare + of.offset * count : out);
    // `spare` has both channels of the plane now.
    if (of.step == 2 && of.offset == 1) ops.join (spare, std::size_t (count), 2, count, 1, out);
  }
}

}  // namespace quad::host
