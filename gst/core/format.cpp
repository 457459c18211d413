#include "format.h"

namespace quad {
namespace {

constexpr PlaneInfo one (int component, Size sub = {1, 1})
{
  return {sub, 1, {static_cast<std::int8_t> (component), -1, -1, -1}};
}

constexpr PlaneInfo two (int first, int second, Size sub)
{
  return {sub, 2, {static_cast<std::int8_t> (first), static_cast<std::int8_t> (second), -1, -1}};
}

constexpr FormatInfo yuv (PixelFormat format, const char *name, int planes, PlaneInfo a,
                          PlaneInfo b, PlaneInfo c = {}, int depth = 8, int shift = 0)
{
  return {format, name, depth, depth > 8 ? 2 : 1, shift, planes, {a, b, c}, -1, false, 3};
}

constexpr FormatInfo gray (PixelFormat format, const char *name, int depth)
{
  return {format, name, depth, depth > 8 ? 2 : 1, 0, 1, {one (0)}, -1, false, 1};
}

// `order`: the component of each channel as it lies in memory.
constexpr FormatInfo packed (PixelFormat format, const char *name, int channels,
                             std::array<std::int8_t, 4> order, int alpha_channel = -1)
{
  return {format,
          name,
          8,
          1,
          0,
          1,
          {PlaneInfo{{1, 1}, channels, order}},
          alpha_channel,
          true,
          alpha_channel < 0 ? 3 : 4};
}

constexpr Size k420 = {2, 2}, k422 = {2, 1}, k444 = {1, 1};

constexpr FormatInfo kFormats[] = {
    yuv (PixelFormat::i420, "I420", 3, one (0), one (1, k420), one (2, k420)),
    yuv (PixelFormat::nv12, "NV12", 2, one (0), two (1, 2, k420)),
    yuv (PixelFormat::yv12, "YV12", 3, one (0), one (2, k420), one (1, k420)),
    yuv (PixelFormat::nv21, "NV21", 2, one (0), two (2, 1, k420)),
    yuv (PixelFormat::y42b, "Y42B", 3, one (0), one (1, k422), one (2, k422)),
    yuv (PixelFormat::y444, "Y444", 3, one (0), one (1, k444), one (2, k444)),
    yuv (PixelFormat::i420_10le, "I420_10LE", 3, one (0), one (1, k420), one (2, k420), 10),
    yuv (PixelFormat::p010_10le, "P010_10LE", 2, one (0), two (1, 2, k420), {}, 10, 6),
    packed (PixelFormat::bgra, "BGRA", 4, {2, 1, 0, 3}, 3),
    packed (PixelFormat::rgba, "RGBA", 4, {0, 1, 2, 3}, 3),
    packed (PixelFormat::argb, "ARGB", 4, {3, 0, 1, 2}, 0),
    packed (PixelFormat::abgr, "ABGR", 4, {3, 2, 1, 0}, 0),
    packed (PixelFormat::bgrx, "BGRx", 4, {2, 1, 0, -1}),
    packed (PixelFormat::rgbx, "RGBx", 4, {0, 1, 2, -1}),
    packed (PixelFormat::xrgb, "xRGB", 4, {-1, 0, 1, 2}),
    packed (PixelFormat::xbgr, "xBGR", 4, {-1, 2, 1, 0}),
    packed (PixelFormat::rgb, "RGB", 3, {0, 1, 2, -1}),
    packed (PixelFormat::bgr, "BGR", 3, {2, 1, 0, -1}),
    gray (PixelFormat::gray8, "GRAY8", 8),
    gray (PixelFormat::gray16_le, "GRAY16_LE", 16),
};

constexpr FormatInfo kUnknown = {};

}  // namespace

const FormatInfo &info_of (PixelFormat format)
{
  for (const FormatInfo &f : kFormats)
    if (f.format == format) return f;
  return kUnknown;
}

std::span<const FormatInfo> all_formats () { return kFormats; }

}  // namespace quad
