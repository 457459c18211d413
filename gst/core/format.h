// The pixel formats, one table row each.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "geometry.h"

namespace quad {

enum class PixelFormat {
  unknown,
  i420,
  yv12,
  nv12,
  nv21,
  y42b,
  y444,
  gray8,
  gray16_le,
  i420_10le,
  p010_10le,
  rgba,
  bgra,
  argb,
  abgr,
  rgbx,
  bgrx,
  xrgb,
  xbgr,
  rgb,
  bgr,
};

// One plane: `channels` interleaved samples per position, the plane holding one
// position for every `sub` luma samples of each axis (rounded up).
struct PlaneInfo {
  Size sub = {1, 1};
  int channels = 1;
  // Which of the frame's components each channel is: Y U V A, or R G B A.
  std::array<std::int8_t, 4> component = {0, -1, -1, -1};
};

struct FormatInfo {
  PixelFormat format = PixelFormat::unknown;
  const char *name = "";  // as GstVideoFormat spells it
  int depth = 8;          // significant bits of a sample
  int sample_bytes = 1;   // 1, or 2 little-endian
  int shift = 0;          // bits below the significant ones (P010: 6)
  int planes = 0;
  std::array<PlaneInfo, 3> plane = {};
  int alpha_channel = -1;  // index of the alpha channel in plane 0, or -1
  bool rgb = false;
  int components = 3;  // that carry the picture: 1, 3 or 4 with alpha

  bool has_alpha () const { return alpha_channel >= 0; }
  // Luma samples per chroma sample: what rectangles are snapped to.
  Size chroma_unit () const { return planes > 1 ? plane[1].sub : Size{1, 1}; }
  int bytes_per_position (int p) const { return plane[p].channels * sample_bytes; }
};

// The row of `format`; the row of `unknown` has no planes.
const FormatInfo &info_of (PixelFormat format);

// All rows but `unknown`, the most useful first.
std::span<const FormatInfo> all_formats ();

constexpr int ceil_div (int a, int b) { return (a + b - 1) / b; }

// The size in positions of plane `p` of a picture of `size`.
inline Size plane_size (const FormatInfo &f, int p, Size size)
{
  return {ceil_div (size.width, f.plane[p].sub.width),
          ceil_div (size.height, f.plane[p].sub.height)};
}

// The part of plane `p` that holds `r` of the picture, partial positions included.
inline Rect plane_rect (const FormatInfo &f, int p, const Rect &r)
{
  const Size s = f.plane[p].sub;
  const int x = r.x / s.width, y = r.y / s.height;
  return {x, y, ceil_div (r.right (), s.width) - x, ceil_div (r.bottom (), s.height) - y};
}

}  // namespace quad
