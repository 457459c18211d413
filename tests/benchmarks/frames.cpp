#include "frames.h"

#include <cmath>
#include <cstring>
#include <random>

namespace quad::bench {
namespace {

std::size_t row_bytes (const FormatInfo &info, int p, Size size)
{
  return std::size_t (plane_size (info, p, size).width) * std::size_t (info.bytes_per_position (p));
}

}  // namespace

Frames::Frames (PixelFormat format, Size size, int count)
{
  const FormatInfo &info = info_of (format);
  for (int i = 0; i < count; i++) {
    FrameView view{.format = format, .size = size};
    std::array<std::size_t, kMaxPlanes> offset = {};
    std::size_t total = 0;
    for (int p = 0; p < info.planes; p++) {
      const std::size_t stride = (row_bytes (info, p, size) + 63) / 64 * 64;
      PlaneView &plane = view.plane[std::size_t (p)];
      plane.size = plane_size (info, p, size);
      plane.stride = static_cast<std::ptrdiff_t> (stride);
      offset[std::size_t (p)] = total;
      total += stride * std::size_t (plane.size.height);
    }
    auto *data = static_cast<std::byte *> (std::aligned_alloc (64, total));
    if (!data) throw std::bad_alloc ();
    std::memset (data, 0, total);
    memory_.emplace_back (data);
    for (int p = 0; p < info.planes; p++)
      view.plane[std::size_t (p)].data = data + offset[std::size_t (p)];
    views_.push_back (view);
  }
}

void Frames::paint (bool opaque)
{
  std::minstd_rand random (1);
  std::vector<double> across;
  for (int i = 0; i < count (); i++) {
    const FrameView &view = views_[std::size_t (i)];
    const FormatInfo &info = info_of (view.format);
    for (int p = 0; p < info.planes; p++) {
      const PlaneView &plane = view.plane[std::size_t (p)];
      const int channels = info.bytes_per_position (p);
      // Where alpha lies; nowhere in a plane where there is none.
      const RasterInfo &first = info.raster[0];
      const ChannelInfo at = first.alpha < 0 ? ChannelInfo{.plane = -1, .step = 1}
                                             : first.channel[std::size_t (first.alpha)];
      across.resize (std::size_t (plane.size.width * channels));
      for (int x = 0; x < plane.size.width; x++)
        for (int c = 0; c < channels; c++)
          across[std::size_t (x * channels + c)] =
              50 * std::sin ((x + 37 * i) * 6.28 * (c + p + 2) / plane.size.width);
      for (int y = 0; y < plane.size.height; y++) {
        const double down = 128 + 40 * std::cos ((y + 11 * i) * 6.28 * 3 / plane.size.height);
        auto *row = reinterpret_cast<unsigned char *> (plane.row (y));
        for (int x = 0; x < plane.size.width * channels; x++) {
          const bool alpha = p == at.plane && x % at.step == at.offset;
          const double v = down + across[std::size_t (x)] + static_cast<double> (random () % 9);
          row[x] = opaque && alpha ? 255 : static_cast<unsigned char> (v);
        }
      }
    }
  }
}

std::size_t bytes_of (PixelFormat format, Size size)
{
  const FormatInfo &info = info_of (format);
  std::size_t total = 0;
  for (int p = 0; p < info.planes; p++)
    total += row_bytes (info, p, size) * std::size_t (plane_size (info, p, size).height);
  return total;
}

double mean_difference (const FrameView &a, const FrameView &b)
{
  const FormatInfo &info = info_of (a.format);
  double sum = 0;
  for (int p = 0; p < info.planes; p++)
    for (int y = 0; y < a.plane[std::size_t (p)].size.height; y++) {
      const auto *ra = reinterpret_cast<unsigned char *> (a.plane[std::size_t (p)].row (y));
      const auto *rb = reinterpret_cast<unsigned char *> (b.plane[std::size_t (p)].row (y));
      for (std::size_t x = 0; x < row_bytes (info, p, a.size); x++) sum += std::abs (ra[x] - rb[x]);
    }
  return sum / static_cast<double> (bytes_of (a.format, a.size));
}

}  // namespace quad::bench
