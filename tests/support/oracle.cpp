#include "oracle.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <sstream>
#include <stdexcept>

namespace quad::test {
namespace {

double tent (double x) { return std::max (0.0, 1 - std::abs (x)); }

// Catmull and Rom's spline: the cubic through the middle two of four samples
// whose slopes there are half the difference of their neighbours.
double catmull_rom (double x)
{
  x = std::abs (x);
  if (x < 1) return 1 - 2.5 * x * x + 1.5 * x * x * x;
  if (x < 2) return 2 - 4 * x + 2.5 * x * x - 0.5 * x * x * x;
  return 0;
}

double sinc (double x)
{
  const double a = std::numbers::pi * x;
  return std::abs (a) < 1e-6 ? 1 - a * a / 6 : std::sin (a) / a;
}

double lanczos3 (double x) { return std::abs (x) < 3 ? sinc (x) * sinc (x / 3) : 0; }

// Mitchell and Netravali's cubic with B = C = 1/3: the paper's equation with 18 as the common
// denominator.
double mitchell (double x)
{
  x = std::abs (x);
  if (x < 1) return (21 * x * x * x - 36 * x * x + 16) / 18;
  if (x < 2) return (-7 * x * x * x + 36 * x * x - 60 * x + 32) / 18;
  return 0;
}

}  // namespace

double real_weight (std::string_view kernel, double x)
{
  // The area filter of a picture that does not shrink.
  if (kernel == "area" || kernel == "bilinear") return tent (x);
  if (kernel == "bicubic") return catmull_rom (x);
  if (kernel == "lanczos") return lanczos3 (x);
  if (kernel == "mitchell") return mitchell (x);
  throw std::invalid_argument ("the oracle has no formula for the kernel " + std::string (kernel));
}

std::vector<Share> shares_at (Filter filter, double centre, double step, int lo, int hi)
{
  const double scale = std::max (1.0, std::abs (step));
  const std::string_view kernel = filter::kernel_of (filter).name;
  const bool box = kernel == "area" && scale > 1;
  const double reach = 3 * scale + 1;
  const auto seen = [&] (double i) {
    return static_cast<int> (std::clamp (i, double (lo), double (hi - 1)));
  };
  // A sample that keeps its size and place is not filtered.
  if (std::abs (step) == 1 && centre - std::floor (centre) == 0.5)
    return {{seen (std::floor (centre)), 1}};
  const double first = std::floor (centre - reach), last = std::ceil (centre + reach);
  std::vector<double> share (std::size_t (seen (last) - seen (first) + 1), 0.0);
  double sum = 0;
  for (double i = first; i <= last; i++) {
    double w = 0;
    if (box)
      w = std::max (0.0, std::min (i + 1, centre + scale / 2) - std::max (i, centre - scale / 2));
    else
      w = real_weight (kernel, (i + 0.5 - centre) / scale);
    share[std::size_t (seen (i) - seen (first))] += w;
    sum += w;
  }
  std::vector<Share> r;
  for (std::size_t k = 0; k < share.size (); k++)
    if (share[k] != 0) r.push_back ({seen (first) + static_cast<int> (k), share[k] / sum});
  return r;
}

namespace {

using Shares = std::vector<std::vector<Share>>;

// One axis of the tile's picture, in luma samples.
struct Span {
  double crop_begin, crop_length;  // of the source
  int seen_begin, seen_end;        // the source's samples that may be read
  int source_sub;                  // luma samples per sample of the source's plane
  bool source_cosited;
  int target_length;
  int hidden_before, hidden_after;  // of the picture, beyond the target
  int target_sub;
  bool target_cosited;
  bool mirrored;
};

// Where the centre of sample `i` of a plane lies, in luma samples: in the middle of the luma
// samples it stands for, or on the first of them.
double centre_of (int i, int sub, bool cosited)
{
  return cosited ? i * sub + 0.5 : (i + 0.5) * sub;
}

Shares shares_of (Filter filter, const Span &s)
{
  const int whole = s.hidden_before + s.target_length + s.hidden_after;
  const double scale = s.crop_length / whole;
  const int count = (s.target_length + s.target_sub - 1) / s.target_sub;
  const int lo = s.seen_begin / s.source_sub;
  const int hi = (s.seen_end + s.source_sub - 1) / s.source_sub;
  Shares all;
  for (int o = 0; o < count; o++) {
    double luma = s.hidden_before + centre_of (o, s.target_sub, s.target_cosited);
    if (s.mirrored) luma = whole - luma;
    const double source_luma = s.crop_begin + luma * scale;
    // Back to samples of the source's plane, sample i covering [i, i + 1).
    const double centre =
        (source_luma - centre_of (0, s.source_sub, s.source_cosited)) / s.source_sub + 0.5;
    all.push_back (shares_at (filter, centre, scale * s.target_sub / s.source_sub, lo, hi));
  }
  return all;
}

// The first sample that may be read, and the one after the last: those of `part` from `part_begin`
// on, or those that have a share in the crop.
std::pair<int, int> seen_along (bool has_part, int part_begin, int part_length, double crop_begin,
                                double crop_length)
{
  if (has_part) return {part_begin, part_begin + part_length};
  const auto begin = static_cast<int> (crop_begin);
  int end = begin;
  while (end < crop_begin + crop_length) end++;
  return {begin, end};
}

// The orientation as seen from the target: which source axis runs along its rows, and which source
// axes run backwards.
struct Turn {
  bool rows_along_source_y;
  bool source_x_backwards;
  bool source_y_backwards;
};

Turn turn_of (Orientation o)
{
  switch (o) {
    case Orientation::identity: return {false, false, false};
    // Clockwise by 90 degrees: the target's upper left is the source's lower
    // left, its rows run up the source's columns.
    case Orientation::rotate_90: return {true, false, true};
    case Orientation::rotate_180: return {false, true, true};
    // The target's upper left is the source's upper right.
    case Orientation::rotate_270: return {true, true, false};
    case Orientation::flip_horizontal: return {false, true, false};
    case Orientation::flip_vertical: return {false, false, true};
    // The upper left stays; then the transposition about the other diagonal.
    case Orientation::transpose: return {true, false, false};
    case Orientation::anti_transpose: return {true, true, true};
  }
  return {};
}

// Sample (x, y) of a channel as it lies in memory; the outermost one beyond the edges.
double read_sample (const FrameView &frame, const ChannelInfo &channel, int x, int y)
{
  const FormatInfo &f = info_of (frame.format);
  const int width = (frame.size.width + channel.sub.width - 1) / channel.sub.width;
  const int height = (frame.size.height + channel.sub.height - 1) / channel.sub.height;
  const std::byte *at = frame.plane[std::size_t (channel.plane)].row (std::min (y, height - 1)) +
                        channel.offset + std::ptrdiff_t{std::min (x, width - 1)} * channel.step;
  unsigned v = std::to_integer<unsigned> (at[0]);
  if (f.sample_bytes == 2)
    v = ((v | std::to_integer<unsigned> (at[1]) << 8) >> f.shift) & ((1u << f.depth) - 1);
  return v;
}

// Sample (x, y) of a raster: alpha that is finer than its colours is the mean of what lies there,
// which the contract makes a code value before anything is filtered.
double read_channel (const FrameView &frame, const RasterInfo &raster, int c, int x, int y)
{
  const ChannelInfo &channel = raster.channel[std::size_t (c)];
  if (channel.step == 0) return 0;
  const int wide = raster.sub.width / channel.sub.width;
  const int high = raster.sub.height / channel.sub.height;
  double sum = 0;
  for (int v = 0; v < high; v++)
    for (int u = 0; u < wide; u++) sum += read_sample (frame, channel, x * wide + u, y * high + v);
  return std::floor (sum / (wide * high) + 0.5);
}

RealPlane read_raster (const FrameView &frame, int index)
{
  const FormatInfo &f = info_of (frame.format);
  const RasterInfo &raster = f.raster[std::size_t (index)];
  RealPlane r;
  r.size = raster_size (f, index, frame.size);
  r.channels = raster.channels;
  r.value.resize (std::size_t (r.size.width) * std::size_t (r.size.height) *
                  std::size_t (r.channels));
  for (int y = 0; y < r.size.height; y++)
    for (int x = 0; x < r.size.width; x++)
      for (int c = 0; c < r.channels; c++) r.at (x, y, c) = read_channel (frame, raster, c, x, y);
  return r;
}

// The sums of shares along y, then along x; not clamped.
RealPlane resample (const RealPlane &in, const Shares &along_x, const Shares &along_y)
{
  RealPlane tall, out;
  const int width = static_cast<int> (along_x.size ()), height = static_cast<int> (along_y.size ());
  tall.size = {in.size.width, height};
  out.size = {width, height};
  tall.channels = out.channels = in.channels;
  tall.value.resize (std::size_t (in.size.width) * std::size_t (height * in.channels));
  out.value.resize (std::size_t (width) * std::size_t (height * in.channels));
  for (int c = 0; c < in.channels; c++)
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < in.size.width; x++)
        for (const Share &s : along_y[std::size_t (y)])
          tall.at (x, y, c) += s.weight * in.at (x, s.index, c);
      for (int x = 0; x < width; x++)
        for (const Share &s : along_x[std::size_t (x)])
          out.at (x, y, c) += s.weight * tall.at (s.index, y, c);
    }
  return out;
}

RealPlane transposed (const RealPlane &in)
{
  RealPlane out = in;
  out.size = in.size.transposed ();
  for (int y = 0; y < in.size.height; y++)
    for (int x = 0; x < in.size.width; x++)
      for (int c = 0; c < in.channels; c++) out.at (y, x, c) = in.at (x, y, c);
  return out;
}

// Raster `from` of a tile's source at the positions of raster `r` of a canvas of `f`. Straight
// colours, turned as the tile is shown; clamped where alpha weights them.
RealPlane filtered (const Tile &tile, int from, const FormatInfo &f, int r, ChromaSite site)
{
  const Turn turn = turn_of (tile.orientation);
  const bool swap = turn.rows_along_source_y;
  const Size sub = f.raster[std::size_t (r)].sub;
  const RasterInfo &source = info_of (tile.source.format).raster[std::size_t (from)];
  const Edges &hidden = tile.hidden;
  const Rect part = tile.part.value_or (Rect{});
  const auto [left, right] =
      seen_along (tile.part.has_value (), part.x, part.width, tile.crop.x, tile.crop.width);
  const auto [top, bottom] =
      seen_along (tile.part.has_value (), part.y, part.height, tile.crop.y, tile.crop.height);
  const Span x = {tile.crop.x,
                  tile.crop.width,
                  left,
                  right,
                  source.sub.width,
                  source.sub.width > 1 && tile.site.cosited_x,
                  swap ? tile.target.height : tile.target.width,
                  swap ? hidden.top : hidden.left,
                  swap ? hidden.bottom : hidden.right,
                  swap ? sub.height : sub.width,
                  swap ? sub.height > 1 && site.cosited_y : sub.width > 1 && site.cosited_x,
                  turn.source_x_backwards};
  const Span y = {tile.crop.y,
                  tile.crop.height,
                  top,
                  bottom,
                  source.sub.height,
                  source.sub.height > 1 && tile.site.cosited_y,
                  swap ? tile.target.width : tile.target.height,
                  swap ? hidden.left : hidden.top,
                  swap ? hidden.right : hidden.bottom,
                  swap ? sub.width : sub.height,
                  swap ? sub.width > 1 && site.cosited_x : sub.height > 1 && site.cosited_y,
                  turn.source_y_backwards};
  RealPlane in = read_raster (tile.source, from);
  const Shares along_x = shares_of (tile.filter, x), along_y = shares_of (tile.filter, y);
  const RealPlane straight = resample (in, along_x, along_y);
  const int alpha = source.alpha;
  if (alpha >= 0)
    for (int j = 0; j < in.size.height; j++)
      for (int i = 0; i < in.size.width; i++)
        for (int c = 0; c < in.channels; c++)
          if (c != alpha) in.at (i, j, c) *= in.at (i, j, alpha);
  RealPlane out = resample (in, along_x, along_y);
  for (int j = 0; j < out.size.height; j++)
    for (int i = 0; i < out.size.width; i++)
      for (int c = 0; c < out.channels; c++) {
        double &v = out.at (i, j, c);
        if (alpha >= 0 && c != alpha) {
          const double a = out.at (i, j, alpha);
          v = a > 1e-9 ? std::clamp (v / a, 0.0, 255.0) : 0;
          // The contract filters colours without alpha if the sum of alpha is opaque. Some samples
          // may still be transparent, if their weights cancel.
          if (std::abs (a - 255) < 1e-9) v = straight.at (i, j, c);
        }
      }
  return swap ? transposed (out) : out;
}

// A raster of a tile's picture. `beside` is its alpha if the canvas has none: one channel, or
// empty.
struct RealPicture {
  RealPlane plane;
  RealPlane beside;
};

void clamp_all (RealPlane &plane, const FormatInfo &f)
{
  for (double &v : plane.value) v = std::clamp (v, 0.0, (1 << f.depth) - 1.0);
}

// Raster `r` of a tile's picture as it fills its target.
RealPicture picture_of (const Tile &tile, const FormatInfo &f, int r, ChromaSite site)
{
  RealPicture p = {filtered (tile, r, f, r, site), {}};
  clamp_all (p.plane, f);
  return p;
}

// Where a format has a component.
struct Where {
  int raster = -1;
  int channel = 0;
};

Where where_is (const FormatInfo &f, int component)
{
  for (int r = 0; r < f.rasters; r++)
    for (int c = 0; c < f.raster[std::size_t (r)].channels; c++) {
      const ChannelInfo &channel = f.raster[std::size_t (r)].channel[std::size_t (c)];
      if (channel.component == component && channel.step > 0) return {r, c};
    }
  return {};
}

// The same of a tile of another format: each component of the canvas at each position.
RealPicture converted_of (const Tile &tile, const ColorMatrix &m, const FormatInfo &f, int r,
                          ChromaSite site)
{
  const FormatInfo &from = info_of (tile.source.format);
  const RasterInfo &raster = f.raster[std::size_t (r)];
  std::array<RealPlane, kMaxPlanes> planes;
  for (int s = 0; s < from.rasters; s++) planes[std::size_t (s)] = filtered (tile, s, f, r, site);
  RealPicture p;
  p.plane.size = planes[0].size;
  p.plane.channels = raster.channels;
  p.plane.value.assign (std::size_t (p.plane.size.width * p.plane.size.height * raster.channels),
                        255.0);
  int alpha_raster = kMaxPlanes;
  for (int c = 0; c < raster.channels; c++) {
    const ChannelInfo &channel = raster.channel[std::size_t (c)];
    if (channel.component < 0 || channel.component > 2 || channel.step == 0) continue;
    const auto to = std::size_t (channel.component);
    for (int y = 0; y < p.plane.size.height; y++)
      for (int x = 0; x < p.plane.size.width; x++) {
        double v = m.to_zero[to];
        for (int k = 0; k < 3; k++) {
          const Where at = where_is (from, k);
          if (at.raster < 0 || std::abs (m.factor[to][k]) < 1e-9) continue;
          alpha_raster = std::min (alpha_raster, at.raster);
          v += m.factor[to][k] *
               (planes[std::size_t (at.raster)].at (x, y, at.channel) - m.from_zero[k]);
        }
        p.plane.at (x, y, c) = v;
      }
  }
  clamp_all (p.plane, f);
  if (!from.has_alpha ()) return p;
  const RealPlane &source = planes[std::size_t (alpha_raster)];
  const int alpha = from.raster[std::size_t (alpha_raster)].alpha;
  RealPlane beside = {source.size, 1, {}};
  for (int y = 0; y < source.size.height; y++)
    for (int x = 0; x < source.size.width; x++)
      beside.value.push_back (std::clamp (source.at (x, y, alpha), 0.0, 255.0));
  if (raster.alpha < 0) {
    p.beside = beside;
    return p;
  }
  for (int y = 0; y < source.size.height; y++)
    for (int x = 0; x < source.size.width; x++)
      p.plane.at (x, y, raster.alpha) = beside.at (x, y, 0);
  return p;
}

RealPlane colour_raster (const Color &color, const RasterInfo &raster, Size size)
{
  RealPlane r;
  r.size = size;
  r.channels = raster.channels;
  for (int i = 0; i < size.width * size.height; i++)
    for (int c = 0; c < r.channels; c++) {
      const int component = raster.channel[std::size_t (c)].component;
      r.value.push_back (component < 0 ? 255 : color.value[std::size_t (component)]);
    }
  return r;
}

// Lays a picture over `lower` from (x0, y0) on; `alpha`: the channel, or -1.
void lay_over (int alpha, const Tile &tile, const RealPicture &picture, int x0, int y0,
               RealPlane &lower)
{
  const RealPlane &upper = picture.plane;
  for (int y = 0; y < upper.size.height; y++)
    for (int x = 0; x < upper.size.width; x++) {
      double sa = tile.blend == Blend::source ? 1 : tile.alpha / 255.0;
      double da = 1, whole = 1;
      if (!picture.beside.value.empty () && tile.blend == Blend::over)
        sa *= picture.beside.at (x, y, 0) / 255;
      if (alpha >= 0 && tile.blend == Blend::over) {
        sa *= upper.at (x, y, alpha) / 255;
        da = lower.at (x0 + x, y0 + y, alpha) / 255;
        whole = sa + da * (1 - sa);
      }
      for (int c = 0; c < upper.channels; c++) {
        double &d = lower.at (x0 + x, y0 + y, c);
        if (c == alpha && tile.blend == Blend::over)
          d = whole * 255;
        else
          d = whole > 0 ? (upper.at (x, y, c) * sa + d * da * (1 - sa)) / whole : 0;
      }
    }
}

}  // namespace

RealFrame render (const Scene &scene, const std::vector<ColorMatrix> &matrices)
{
  const FormatInfo &f = info_of (scene.format);
  RealFrame frame;
  frame.format = scene.format;
  for (int r = 0; r < f.rasters; r++) {
    const RasterInfo &raster = f.raster[std::size_t (r)];
    RealPlane &canvas = frame.raster[std::size_t (r)];
    canvas = colour_raster (scene.background, raster, raster_size (f, r, scene.canvas));
    for (std::size_t i = 0; i < scene.tiles.size (); i++) {
      const Tile &tile = scene.tiles[i];
      if (tile.alpha == 0) continue;
      const Size sub = raster.sub;
      const int x = tile.target.x / sub.width, y = tile.target.y / sub.height;
      const Size size = {(tile.target.right () + sub.width - 1) / sub.width - x,
                         (tile.target.bottom () + sub.height - 1) / sub.height - y};
      const RealPicture upper = tile.solid
                                    ? RealPicture{colour_raster (*tile.solid, raster, size), {}}
                                : tile.source.format == scene.format && !tile.colors
                                    ? picture_of (tile, f, r, scene.site)
                                    : converted_of (tile, matrices.at (i), f, r, scene.site);
      lay_over (raster.alpha, tile, upper, x, y, canvas);
    }
  }
  return frame;
}

Distance distance (const RealFrame &truth, const Picture &drawn)
{
  const FormatInfo &f = drawn.info ();
  Distance d;
  for (int p = 0; p < f.rasters; p++) {
    const RasterInfo &raster = f.raster[std::size_t (p)];
    const RealPlane &plane = truth.raster[std::size_t (p)];
    for (int y = 0; y < plane.size.height; y++)
      for (int x = 0; x < plane.size.width; x++)
        for (int c = 0; c < plane.channels; c++) {
          if (!raster.stores (c)) continue;
          const double want = plane.at (x, y, c);
          const int got = drawn.get (p, x, y, c);
          const double seen =
              raster.alpha >= 0 && c != raster.alpha ? plane.at (x, y, raster.alpha) / 255 : 1.0;
          d.worst_rounded =
              std::max (d.worst_rounded, std::abs (got - std::floor (want + 0.5)) * seen);
          if (std::abs (got - want) * seen <= d.worst) continue;
          d.worst = std::abs (got - want) * seen;
          std::ostringstream where;
          where << "raster " << p << " (" << x << ", " << y << ") channel " << c << ": " << got
                << " for " << want;
          d.where = where.str ();
        }
  }
  return d;
}

}  // namespace quad::test
