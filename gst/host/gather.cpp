#include "host/gather.h"

#include <algorithm>

#include "host/scalar.h"

namespace quad::host {
namespace {

// Whether the samples of the raster, all channels in order, are every second byte of a row.
bool every_second (const FormatInfo &f, const RasterInfo &r)
{
  if (f.sample_bytes > 1) return false;
  for (int c = 0; c < r.channels; c++) {
    const ChannelInfo &of = r.channel[std::size_t (c)];
    if (of.step != 2 * r.channels || of.offset != r.channel[0].offset + 2 * c ||
        of.plane != r.channel[0].plane)
      return false;
  }
  return true;
}

// The samples of one channel, `from_step` bytes apart, to where they are `to_step` apart.
void move_samples (const std::byte *from, int from_step, std::byte *to, int to_step, int count,
                   int bytes)
{
  for (int i = 0; i < count; i++, from += from_step, to += to_step)
    for (int b = 0; b < bytes; b++) to[b] = from[b];
}

// Means, rounded half up, of the samples of 8 bits that each position stands for. Beyond the
// picture's edges lies its outermost sample.
void mean_samples (const PlaneView &from, const ChannelInfo &channel, Size sub, int y, int x,
                   int count, std::byte *to, int to_step)
{
  const int wide = sub.width / channel.sub.width, high = sub.height / channel.sub.height;
  const int right = from.size.width - 1, bottom = from.size.height - 1, of = wide * high;
  for (int i = 0; i < count; i++, to += to_step) {
    int sum = of / 2;
    for (int v = 0; v < high; v++) {
      const std::byte *row = from.row (std::min (y * high + v, bottom)) + channel.offset;
      for (int u = 0; u < wide; u++)
        sum += load<std::uint8_t> (row, std::min ((x + i) * wide + u, right) * channel.step);
    }
    store (to, 0, static_cast<std::uint8_t> (sum / of));
  }
}

}  // namespace

void gather_row (const Ops &ops, const FrameView &from, int raster, int y, int x, int count,
                 std::byte *row)
{
  const FormatInfo &f = info_of (from.format);
  const RasterInfo &r = f.raster[std::size_t (raster)];
  if (every_second (f, r)) {
    const ChannelInfo &first = r.channel[0];
    ops.every_second (from.plane[std::size_t (first.plane)].row (y) + first.step * x, first.offset,
                      count * r.channels, row);
    return;
  }
  const int bytes = f.sample_bytes, step = f.filtered_bytes (raster);
  for (int c = 0; c < r.channels; c++, row += bytes) {
    const ChannelInfo &of = r.channel[std::size_t (c)];
    const PlaneView &plane = from.plane[std::size_t (of.plane)];
    if (of.step == 0)
      for (int i = 0; i < count; i++) store (row, i * step, std::uint8_t{0});
    else if (of.sub == r.sub)
      move_samples (plane.row (y) + of.offset + of.step * x, of.step, row, step, count, bytes);
    else
      mean_samples (plane, of, r.sub, y, x, count, row, step);
  }
}

void scatter_row (const std::byte *row, const FrameView &to, int raster, int y, int x, int count)
{
  const FormatInfo &f = info_of (to.format);
  const RasterInfo &r = f.raster[std::size_t (raster)];
  const int bytes = f.sample_bytes, step = f.filtered_bytes (raster);
  for (int c = 0; c < r.channels; c++, row += bytes) {
    if (!r.stores (c)) continue;
    const ChannelInfo &of = r.channel[std::size_t (c)];
    std::byte *samples = to.plane[std::size_t (of.plane)].row (y) + of.offset;
    move_samples (row, step, samples + of.step * x, of.step, count, bytes);
    // The last pair's second, where there is only a first.
    const int end = x + count;
    if (end == raster_size (f, raster, to.size).width && end < row_room (f, raster, to.size.width))
      std::fill_n (samples + of.step * end, bytes, std::byte{0});
  }
}

}  // namespace quad::host
