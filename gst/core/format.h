// The pixel formats, one table row each.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "geometry.h"

namespace quad {

// In the order of the table's rows.
enum class PixelFormat {
  unknown,
  i420,
  nv12,
  yv12,
  nv21,
  y42b,
  y444,
  i420_10le,
  p010_10le,
  bgra,
  rgba,
  argb,
  abgr,
  bgrx,
  rgbx,
  xrgb,
  xbgr,
  rgb,
  bgr,
  gray8,
  gray16_le,
  i422_10le,
  y444_10le,
  gbr,
  rgbp,
  yuy2,
  uyvy,
  ayuv,
  a420,
  av12,
  count,
};

// One plane of memory, as GStreamer counts them: `bytes` bytes for each group of `sub` luma samples
// (width by height). The last groups of a row or column may be partial.
struct PlaneInfo {
  Size sub = {1, 1};
  int bytes = 1;
};

// Where the samples of one channel lie. In each row the first sample is `offset` bytes from the
// beginning, and each next one is `step` bytes further.
struct ChannelInfo {
  std::int8_t component = -1;  // index in Y U V A or R G B A; -1: padding
  std::int8_t plane = 0;
  std::int8_t offset = 0;
  std::int8_t step = 0;  // 0: not in memory, filters see zeros
  Size sub = {1, 1};     // luma samples per sample, on each axis
};

// Channels that are sampled at the same positions and filtered together, usually those of one
// plane. Filters see them interleaved.
struct RasterInfo {
  Size sub = {1, 1};
  int channels = 1;
  std::array<ChannelInfo, 4> channel = {};
  int alpha = -1;      // the channel that weights the others, or -1
  bool packed = true;  // memory has them in the order that filters see

  // Whether drawing writes the channel. It does not write a channel that is not in memory, nor
  // alpha that is finer than the raster's colours (docs/pixels.md, "Alpha").
  constexpr bool stores (int c) const
  {
    const ChannelInfo &of = channel[static_cast<std::size_t> (c)];
    return of.step > 0 && of.sub == sub;
  }
};

inline constexpr int kMaxPlanes = 4;

struct FormatInfo {
  PixelFormat format = PixelFormat::unknown;
  const char *name = "";  // spelled as in GstVideoFormat
  int depth = 8;          // significant bits of a sample
  int sample_bytes = 1;   // 1, or 2 little-endian
  int shift = 0;          // bits below the significant ones (P010: 6)
  bool rgb = false;
  int components = 3;  // without padding: 1, 3, or 4 with alpha
  // The minor version of the first GStreamer 1.x in whose CUDA memory the format is drawn; 0: none.
  int in_cuda_since = 0;
  int planes = 0;
  std::array<PlaneInfo, kMaxPlanes> plane = {};
  int rasters = 0;
  std::array<RasterInfo, kMaxPlanes> raster = {};

  bool has_alpha () const { return components == 4; }
  // Luma samples per chroma sample. Rectangles are snapped to this unit.
  Size chroma_unit () const { return rasters > 1 ? raster[1].sub : Size{1, 1}; }
  // Whether the raster's samples are interleaved with those of another raster.
  bool shares_plane (int r) const
  {
    return !raster[static_cast<std::size_t> (r)].packed && planes < rasters;
  }
  // Bytes of a position of plane `p` in memory.
  int bytes_per_position (int p) const { return plane[static_cast<std::size_t> (p)].bytes; }
  // Bytes of a position of raster `r`, as filters see it.
  int filtered_bytes (int r) const
  {
    return raster[static_cast<std::size_t> (r)].channels * sample_bytes;
  }
};

// The table row of `format`. The row of `unknown` has no planes.
const FormatInfo &info_of (PixelFormat format);

// All rows but `unknown`, the most useful first.
std::span<const FormatInfo> all_formats ();

constexpr int ceil_div (int a, int b) { return (a + b - 1) / b; }

constexpr Size divided (Size size, Size by)
{
  return {ceil_div (size.width, by.width), ceil_div (size.height, by.height)};
}

// The size in positions of plane `p`, or of raster `r`, of a picture of `size`.
inline Size plane_size (const FormatInfo &f, int p, Size size)
{
  return divided (size, f.plane[static_cast<std::size_t> (p)].sub);
}
inline Size raster_size (const FormatInfo &f, int r, Size size)
{
  return divided (size, f.raster[static_cast<std::size_t> (r)].sub);
}

// The number of samples that a row of raster `r` has room for. That is one more than its positions
// if the plane holds samples in pairs and the width is odd.
inline int row_room (const FormatInfo &f, int r, int width)
{
  const RasterInfo &raster = f.raster[static_cast<std::size_t> (r)];
  const Size plane = f.plane[static_cast<std::size_t> (raster.channel[0].plane)].sub;
  return ceil_div (width, plane.width) * (plane.width / raster.sub.width);
}

// The part of raster `r` that covers `rect` of the picture, with partial positions.
inline Rect raster_rect (const FormatInfo &f, int r, const Rect &rect)
{
  const Size s = f.raster[static_cast<std::size_t> (r)].sub;
  const int x = rect.x / s.width, y = rect.y / s.height;
  return {x, y, ceil_div (rect.right (), s.width) - x, ceil_div (rect.bottom (), s.height) - y};
}

}  // namespace quad
