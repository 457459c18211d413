#include "core/format.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace quad {
namespace {

// The formats again, written from their definitions: the order of the components in memory, plane
// by plane.
struct Expected {
  PixelFormat format;
  const char *name;
  const char *planes;
  Size chroma;
  int depth, shift;
};

constexpr Expected kExpected[] = {
    {PixelFormat::i420, "I420", "Y/U/V", {2, 2}, 8, 0},
    {PixelFormat::yv12, "YV12", "Y/V/U", {2, 2}, 8, 0},
    {PixelFormat::nv12, "NV12", "Y/UV", {2, 2}, 8, 0},
    {PixelFormat::nv21, "NV21", "Y/VU", {2, 2}, 8, 0},
    {PixelFormat::y42b, "Y42B", "Y/U/V", {2, 1}, 8, 0},
    {PixelFormat::y444, "Y444", "Y/U/V", {1, 1}, 8, 0},
    {PixelFormat::gray8, "GRAY8", "Y", {1, 1}, 8, 0},
    {PixelFormat::gray16_le, "GRAY16_LE", "Y", {1, 1}, 16, 0},
    {PixelFormat::i420_10le, "I420_10LE", "Y/U/V", {2, 2}, 10, 0},
    {PixelFormat::p010_10le, "P010_10LE", "Y/UV", {2, 2}, 10, 6},
    {PixelFormat::rgba, "RGBA", "RGBA", {1, 1}, 8, 0},
    {PixelFormat::bgra, "BGRA", "BGRA", {1, 1}, 8, 0},
    {PixelFormat::argb, "ARGB", "ARGB", {1, 1}, 8, 0},
    {PixelFormat::abgr, "ABGR", "ABGR", {1, 1}, 8, 0},
    {PixelFormat::rgbx, "RGBx", "RGBx", {1, 1}, 8, 0},
    {PixelFormat::bgrx, "BGRx", "BGRx", {1, 1}, 8, 0},
    {PixelFormat::xrgb, "xRGB", "xRGB", {1, 1}, 8, 0},
    {PixelFormat::xbgr, "xBGR", "xBGR", {1, 1}, 8, 0},
    {PixelFormat::rgb, "RGB", "RGB", {1, 1}, 8, 0},
    {PixelFormat::bgr, "BGR", "BGR", {1, 1}, 8, 0},
    {PixelFormat::i422_10le, "I422_10LE", "Y/U/V", {2, 1}, 10, 0},
    {PixelFormat::y444_10le, "Y444_10LE", "Y/U/V", {1, 1}, 10, 0},
    {PixelFormat::gbr, "GBR", "G/B/R", {1, 1}, 8, 0},
    {PixelFormat::rgbp, "RGBP", "R/G/B", {1, 1}, 8, 0},
    {PixelFormat::yuy2, "YUY2", "YUYV", {2, 1}, 8, 0},
    {PixelFormat::uyvy, "UYVY", "UYVY", {2, 1}, 8, 0},
    {PixelFormat::ayuv, "AYUV", "AYUV", {1, 1}, 8, 0},
    {PixelFormat::a420, "A420", "Y/U/V/A", {2, 2}, 8, 0},
    {PixelFormat::av12, "AV12", "Y/UV/A", {2, 2}, 8, 0},
};

// What a position of plane `p` holds, in memory order.
std::string plane_of (const FormatInfo &f, int p)
{
  const PlaneInfo &plane = f.plane[std::size_t (p)];
  std::string s (std::size_t (plane.bytes / f.sample_bytes), '-');
  for (int r = 0; r < f.rasters; r++)
    for (int c = 0; c < f.raster[std::size_t (r)].channels; c++) {
      const ChannelInfo &channel = f.raster[std::size_t (r)].channel[std::size_t (c)];
      if (channel.plane != p || !f.raster[std::size_t (r)].stores (c)) continue;
      EXPECT_EQ (channel.sub.height, plane.sub.height) << f.name;
      for (int i = 0; i < plane.sub.width / channel.sub.width; i++) {
        char &letter = s.at (std::size_t ((channel.offset + i * channel.step) / f.sample_bytes));
        EXPECT_EQ (letter, '-') << f.name << " has two samples in one place";
        letter = channel.component < 0 ? 'x' : (f.rgb ? "RGBA" : "YUVA")[channel.component];
      }
    }
  return s;
}

std::string planes_of (const FormatInfo &f)
{
  std::string s;
  for (int p = 0; p < f.planes; p++) {
    if (p > 0) s += '/';
    s += plane_of (f, p);
  }
  return s;
}

// Whether the channels lie in one plane, one after the other.
bool lies_packed (const FormatInfo &f, const RasterInfo &r)
{
  for (int c = 0; c < r.channels; c++) {
    const ChannelInfo &channel = r.channel[std::size_t (c)];
    if (channel.plane != r.channel[0].plane || channel.offset != c * f.sample_bytes ||
        channel.step != r.channels * f.sample_bytes || channel.sub != r.sub)
      return false;
  }
  return true;
}

// What gst/host/gather.cpp takes: bytes, and either every second one of a row, or up to two
// channels a plane, and alpha of twice as many samples on both axes.
void expect_gathered (const FormatInfo &f, int raster)
{
  const RasterInfo &r = f.raster[std::size_t (raster)];
  EXPECT_EQ (f.sample_bytes, 1) << f.name;
  for (int c = 0; c < r.channels; c++) {
    const ChannelInfo &channel = r.channel[std::size_t (c)];
    if (f.shares_plane (raster)) {
      EXPECT_EQ (channel.step, 2 * r.channels) << f.name;
      EXPECT_EQ (channel.offset, r.channel[0].offset + 2 * c) << f.name;
    } else if (channel.step > 0 && channel.sub != r.sub) {
      EXPECT_EQ (channel.step, 1) << f.name;
      EXPECT_EQ (r.sub, (Size{2 * channel.sub.width, 2 * channel.sub.height})) << f.name;
    } else {
      EXPECT_LE (channel.step, 2) << f.name;
      EXPECT_LT (channel.offset, std::max<int> (channel.step, 1)) << f.name;
    }
  }
}

TEST (Formats, AreAsDefined)
{
  EXPECT_EQ (all_formats ().size (), std::size (kExpected));
  for (const Expected &e : kExpected) {
    const FormatInfo &f = info_of (e.format);
    EXPECT_EQ (f.format, e.format);
    EXPECT_STREQ (f.name, e.name);
    EXPECT_EQ (planes_of (f), e.planes) << e.name;
    EXPECT_EQ (f.chroma_unit (), e.chroma) << e.name;
    EXPECT_EQ (f.depth, e.depth) << e.name;
    EXPECT_EQ (f.shift, e.shift) << e.name;
    EXPECT_EQ (f.sample_bytes, e.depth > 8 ? 2 : 1) << e.name;
  }
}

TEST (Formats, HoldTogether)
{
  std::set<std::string> names;
  for (const FormatInfo &f : all_formats ()) {
    EXPECT_EQ (&info_of (f.format), &f) << f.name;
    EXPECT_TRUE (names.insert (f.name).second) << f.name;
    EXPECT_LE (f.depth + f.shift, 8 * f.sample_bytes) << f.name;
    EXPECT_EQ (f.raster[0].sub, (Size{1, 1})) << f.name;
    EXPECT_LE (f.planes, kMaxPlanes) << f.name;

    std::set<int> components;
    for (int i = 0; i < f.rasters; i++) {
      const RasterInfo &r = f.raster[std::size_t (i)];
      EXPECT_EQ (r.packed, lies_packed (f, r)) << f.name;
      if (!r.packed) expect_gathered (f, i);
      for (int c = 0; c < r.channels; c++)
        if (const int k = r.channel[std::size_t (c)].component; k >= 0 && r.stores (c)) {
          EXPECT_TRUE (components.insert (k).second) << f.name << " has a component twice";
        }
      // Colours are filtered with the alpha of their positions.
      EXPECT_EQ (r.alpha >= 0, f.has_alpha ()) << f.name;
      if (r.alpha >= 0) {
        EXPECT_EQ (r.channel[std::size_t (r.alpha)].component, 3) << f.name;
        EXPECT_EQ (r.channels, 4) << f.name;
      }
    }
    EXPECT_EQ (static_cast<int> (components.size ()), f.components) << f.name;
    EXPECT_EQ (f.has_alpha (), components.contains (3)) << f.name;
    EXPECT_EQ (f.rgb, std::string (f.name).find ('R') != std::string::npos && f.components >= 3)
        << f.name;
  }
}

TEST (Formats, UnknownHasNoPlanes) { EXPECT_EQ (info_of (PixelFormat::unknown).planes, 0); }

TEST (Planes, SizesRoundUp)
{
  const FormatInfo &i420 = info_of (PixelFormat::i420), &y42b = info_of (PixelFormat::y42b);
  EXPECT_EQ (plane_size (i420, 0, {5, 3}), (Size{5, 3}));
  EXPECT_EQ (plane_size (i420, 1, {5, 3}), (Size{3, 2}));
  EXPECT_EQ (plane_size (i420, 2, {1, 1}), (Size{1, 1}));
  EXPECT_EQ (plane_size (y42b, 1, {5, 3}), (Size{3, 3}));
  EXPECT_EQ (info_of (PixelFormat::nv12).bytes_per_position (1), 2);
  EXPECT_EQ (info_of (PixelFormat::p010_10le).bytes_per_position (1), 4);
  EXPECT_EQ (info_of (PixelFormat::rgb).bytes_per_position (0), 3);
  EXPECT_EQ (info_of (PixelFormat::rgba).bytes_per_position (0), 4);
  // Two luma samples with the chroma that they share.
  const FormatInfo &yuy2 = info_of (PixelFormat::yuy2);
  EXPECT_EQ (plane_size (yuy2, 0, {5, 3}), (Size{3, 3}));
  EXPECT_EQ (yuy2.bytes_per_position (0), 4);
  EXPECT_EQ (raster_size (yuy2, 0, {5, 3}), (Size{5, 3}));
  EXPECT_EQ (raster_size (yuy2, 1, {5, 3}), (Size{3, 3}));
  EXPECT_EQ (row_room (yuy2, 0, 5), 6);
  EXPECT_EQ (row_room (yuy2, 1, 5), 3);
  EXPECT_EQ (row_room (i420, 1, 5), 3);
}

TEST (Planes, RectsHoldAllThatIsTouched)
{
  const FormatInfo &i420 = info_of (PixelFormat::i420);
  EXPECT_EQ (raster_rect (i420, 1, {4, 2, 6, 8}), (Rect{2, 1, 3, 4}));
  EXPECT_EQ (raster_rect (i420, 1, {3, 1, 2, 2}), (Rect{1, 0, 2, 2}));
  EXPECT_EQ (raster_rect (i420, 1, {4, 4, 1, 1}), (Rect{2, 2, 1, 1}));
  EXPECT_EQ (raster_rect (i420, 0, {3, 1, 2, 2}), (Rect{3, 1, 2, 2}));
}

}  // namespace
}  // namespace quad
