#include "format.h"

#include <iterator>

namespace quad {
namespace {

constexpr Size k420 = {2, 2}, k422 = {2, 1}, k444 = {1, 1};

constexpr ChannelInfo channel (int component, int plane, int offset, int step, Size sub)
{
  return {static_cast<std::int8_t> (component), static_cast<std::int8_t> (plane),
          static_cast<std::int8_t> (offset), static_cast<std::int8_t> (step), sub};
}

// The kind of samples, and the first GStreamer version in whose CUDA memory the format is drawn.
struct Samples {
  bool rgb = false;
  int depth = 8;
  int shift = 0;
  int in_cuda_since = 0;
};

constexpr Samples kYuv = {}, kRgb = {.rgb = true};
constexpr Samples with_cuda (Samples s, int since = 22)
{
  s.in_cuda_since = since;
  return s;
}
constexpr Samples bits (int depth, int shift = 0) { return {.depth = depth, .shift = shift}; }

constexpr FormatInfo named (PixelFormat format, const char *name, const Samples &s, int components)
{
  FormatInfo f;
  f.format = format;
  f.name = name;
  f.depth = s.depth;
  f.sample_bytes = s.depth > 8 ? 2 : 1;
  f.shift = s.shift;
  f.rgb = s.rgb;
  f.components = components;
  f.in_cuda_since = s.in_cuda_since;
  return f;
}

// The components of a plane in the order in which they are interleaved; 'x' is padding.
struct Plane {
  const char *order = nullptr;
  Size sub = k444;
};

constexpr int component_of (char letter)
{
  switch (letter) {
    case 'Y':
    case 'R': return 0;
    case 'U':
    case 'G': return 1;
    case 'V':
    case 'B': return 2;
    case 'A': return 3;
    default: return -1;
  }
}

// A format in which each plane is one raster.
constexpr FormatInfo planar (PixelFormat format, const char *name, const Samples &samples,
                             std::array<Plane, 3> planes)
{
  FormatInfo f = named (format, name, samples, 0);
  for (const Plane &p : planes) {
    if (!p.order) break;
    const int plane = f.planes++, bytes = f.sample_bytes;
    RasterInfo &r = f.raster[static_cast<std::size_t> (plane)];
    r.sub = p.sub;
    r.channels = 0;
    while (p.order[r.channels]) r.channels++;
    for (int c = 0; c < r.channels; c++) {
      const int component = component_of (p.order[c]);
      if (component >= 0) f.components++;
      if (component == 3) r.alpha = c;
      r.channel[static_cast<std::size_t> (c)] =
          channel (component, plane, c * bytes, r.channels * bytes, p.sub);
    }
    f.plane[static_cast<std::size_t> (plane)] = {p.sub, r.channels * bytes};
  }
  f.rasters = f.planes;
  return f;
}

// 4:2:2 in one plane: two luma samples with the chroma that they share. `order` has four letters,
// one for each byte. Filters see the chroma in memory's order.
constexpr FormatInfo pairs (PixelFormat format, const char *name, const Samples &samples,
                            const char *order)
{
  FormatInfo f = named (format, name, samples, 3);
  f.planes = 1;
  f.plane[0] = {k422, 4};
  f.rasters = 2;
  f.raster[0].packed = f.raster[1].packed = false;
  f.raster[1].sub = k422;
  f.raster[1].channels = 2;
  for (int i = 3; i >= 0; i--) {
    const int component = component_of (order[i]);
    if (component == 0)
      f.raster[0].channel[0] = channel (0, 0, i, 2, k444);
    else
      f.raster[1].channel[static_cast<std::size_t> (i / 2)] = channel (component, 0, i, 4, k422);
  }
  return f;
}

// 4:2:0 with alpha in a plane of its own, the last of `planes`. Alpha is as fine as luma. Luma and
// chroma are each filtered together with the alpha of their positions.
constexpr FormatInfo with_alpha_plane (PixelFormat format, const char *name, int planes)
{
  FormatInfo f = named (format, name, kYuv, 4);
  const bool together = planes == 3;  // U and V are interleaved
  const int alpha = planes - 1, step = together ? 2 : 1;
  f.planes = planes;
  for (int p = 1; p < alpha; p++) f.plane[static_cast<std::size_t> (p)] = {k420, step};
  f.rasters = 2;
  for (RasterInfo *r : {&f.raster[0], &f.raster[1]}) {
    r->channels = 4;
    r->alpha = 3;
    r->packed = false;
    r->channel[3] = channel (3, alpha, 0, 1, k444);
  }
  f.raster[0].channel[0] = channel (0, 0, 0, 1, k444);
  f.raster[1].sub = k420;
  f.raster[1].channel[0] = channel (1, 1, 0, step, k420);
  f.raster[1].channel[1] = channel (2, together ? 1 : 2, together ? 1 : 0, step, k420);
  return f;
}

constexpr Plane kY = {"Y"}, kU420 = {"U", k420}, kV420 = {"V", k420}, kUV420 = {"UV", k420};
constexpr Plane kU422 = {"U", k422}, kV422 = {"V", k422}, kU444 = {"U"}, kV444 = {"V"};

// In the order of the enumeration. NV21 is not drawn in CUDA memory: GStreamer 1.26 allocates too
// little for odd heights.
constexpr FormatInfo kFormats[] = {
    planar (PixelFormat::i420, "I420", with_cuda (kYuv), {kY, kU420, kV420}),
    planar (PixelFormat::nv12, "NV12", with_cuda (kYuv), {kY, kUV420}),
    planar (PixelFormat::yv12, "YV12", with_cuda (kYuv), {kY, kV420, kU420}),
    planar (PixelFormat::nv21, "NV21", kYuv, {kY, Plane{"VU", k420}}),
    planar (PixelFormat::y42b, "Y42B", with_cuda (kYuv), {kY, kU422, kV422}),
    planar (PixelFormat::y444, "Y444", with_cuda (kYuv), {kY, kU444, kV444}),
    planar (PixelFormat::i420_10le, "I420_10LE", with_cuda (bits (10)), {kY, kU420, kV420}),
    planar (PixelFormat::p010_10le, "P010_10LE", with_cuda (bits (10, 6)), {kY, kUV420}),
    planar (PixelFormat::bgra, "BGRA", with_cuda (kRgb), {Plane{"BGRA"}}),
    planar (PixelFormat::rgba, "RGBA", with_cuda (kRgb), {Plane{"RGBA"}}),
    planar (PixelFormat::argb, "ARGB", with_cuda (kRgb), {Plane{"ARGB"}}),
    planar (PixelFormat::abgr, "ABGR", with_cuda (kRgb), {Plane{"ABGR"}}),
    planar (PixelFormat::bgrx, "BGRx", with_cuda (kRgb), {Plane{"BGRx"}}),
    planar (PixelFormat::rgbx, "RGBx", with_cuda (kRgb), {Plane{"RGBx"}}),
    planar (PixelFormat::xrgb, "xRGB", kRgb, {Plane{"xRGB"}}),
    planar (PixelFormat::xbgr, "xBGR", kRgb, {Plane{"xBGR"}}),
    planar (PixelFormat::rgb, "RGB", with_cuda (kRgb), {Plane{"RGB"}}),
    planar (PixelFormat::bgr, "BGR", with_cuda (kRgb), {Plane{"BGR"}}),
    planar (PixelFormat::gray8, "GRAY8", kYuv, {kY}),
    planar (PixelFormat::gray16_le, "GRAY16_LE", bits (16), {kY}),
    planar (PixelFormat::i422_10le, "I422_10LE", with_cuda (bits (10)), {kY, kU422, kV422}),
    planar (PixelFormat::y444_10le, "Y444_10LE", with_cuda (bits (10), 24), {kY, kU444, kV444}),
    planar (PixelFormat::gbr, "GBR", with_cuda (kRgb), {Plane{"G"}, Plane{"B"}, Plane{"R"}}),
    planar (PixelFormat::rgbp, "RGBP", with_cuda (kRgb), {Plane{"R"}, Plane{"G"}, Plane{"B"}}),
    pairs (PixelFormat::yuy2, "YUY2", with_cuda (kYuv), "YUYV"),
    pairs (PixelFormat::uyvy, "UYVY", with_cuda (kYuv), "UYVY"),
    planar (PixelFormat::ayuv, "AYUV", kYuv, {Plane{"AYUV"}}),
    with_alpha_plane (PixelFormat::a420, "A420", 4),
    with_alpha_plane (PixelFormat::av12, "AV12", 3),
};

constexpr bool is_in_order ()
{
  if (std::size (kFormats) != static_cast<std::size_t> (PixelFormat::count) - 1) return false;
  for (std::size_t i = 0; i < std::size (kFormats); i++)
    if (static_cast<std::size_t> (kFormats[i].format) != i + 1) return false;
  return true;
}
static_assert (is_in_order ());

// Renderers draw rows of all rasters beside those of the first.
constexpr bool first_raster_is_finest ()
{
  for (const FormatInfo &f : kFormats)
    for (const RasterInfo &r : f.raster)
      if (r.sub.width < f.raster[0].sub.width || r.sub.height < f.raster[0].sub.height)
        return false;
  return true;
}
static_assert (first_raster_is_finest ());

constexpr FormatInfo kUnknown = {};

}  // namespace

const FormatInfo &info_of (PixelFormat format)
{
  const auto place = static_cast<std::size_t> (format) - 1;
  return place < std::size (kFormats) ? kFormats[place] : kUnknown;
}

std::span<const FormatInfo> all_formats () { return kFormats; }

}  // namespace quad
