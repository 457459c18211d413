#include "scene.h"

#include <algorithm>

namespace quad {
namespace {

// The edges of `tiles` and of the canvas along one axis, sorted, each once.
template <typename Begin, typename End>
std::vector<int> edges (const std::vector<Tile> &tiles, int length, Begin begin, End end)
{
  std::vector<int> e = {0, length};
  for (const Tile &t : tiles) {
    e.push_back (std::clamp (begin (t.target), 0, length));
    e.push_back (std::clamp (end (t.target), 0, length));
  }
  std::sort (e.begin (), e.end ());
  e.erase (std::unique (e.begin (), e.end ()), e.end ());
  return e;
}

std::vector<int> layers_at (const Scene &scene, const FormatInfo &format, const Rect &cell)
{
  std::vector<int> layers;
  for (int i = static_cast<int> (scene.tiles.size ()) - 1; i >= 0; i--) {
    const Tile &tile = scene.tiles[std::size_t (i)];
    if (tile.alpha == 0 || !tile.target.contains (cell)) continue;
    layers.push_back (i);
    if (is_opaque (tile, format)) break;
  }
  if (layers.empty () || !is_opaque (scene.tiles[std::size_t (layers.back ())], format))
    layers.push_back (kBackground);
  std::reverse (layers.begin (), layers.end ());
  return layers;
}

// One axis of what is shown of a source, in luma samples. [first, last) may be read.
struct SourceAxis {
  double crop;
  double crop_length;
  int first;
  int last;
};

// One axis of a plane's resampling. `length` luma samples show the source's crop; the target is
// [begin, end) of them.
struct AxisGeometry {
  SourceAxis source;
  int begin;
  int end;
  int length;
  int source_sub;
  int target_sub;
  bool source_cosited;
  bool target_cosited;
  bool mirrored;
};

// Distance from a co-sited sample to the centre of the area that it stands for, in its own samples:
// a quarter if there is one chroma sample per two luma samples.
double siting_shift (int sub, bool cosited) { return cosited ? (sub - 1) / (2.0 * sub) : 0.0; }

Axis axis_of (const AxisGeometry &g)
{
  const double scale = g.source.crop_length / g.length;
  const double shift = siting_shift (g.target_sub, g.target_cosited);
  // Count subsampled axes in their own samples. So a partly hidden picture gets the same taps as
  // one that is seen whole.
  const int odd = g.begin % g.target_sub;
  auto source_position = [&] (int o) {
    const double x = odd + g.target_sub * (o + 0.5 - shift);
    return (g.source.crop + (g.mirrored ? g.length - x : x) * scale) / g.source_sub +
           siting_shift (g.source_sub, g.source_cosited);
  };
  Axis a;
  a.first = source_position (0);
  a.step = (g.mirrored ? -1 : 1) * g.target_sub * scale / g.source_sub;
  a.skipped = g.begin / g.target_sub;
  a.count = ceil_div (g.end - g.begin, g.target_sub);
  a.lo = g.source.first / g.source_sub;
  a.hi = ceil_div (g.source.last, g.source_sub);
  return a;
}

}  // namespace

bool Scene::same_shape (const Scene &o) const
{
  return format == o.format && canvas == o.canvas && site == o.site && background == o.background &&
         std::equal (tiles.begin (), tiles.end (), o.tiles.begin (), o.tiles.end (),
                     [] (const Tile &a, const Tile &b) { return a.same_shape (b); });
}

bool is_opaque (const Tile &tile, const FormatInfo &format)
{
  if (tile.blend == Blend::source) return true;
  if (tile.alpha < 255) return false;
  if (tile.solid) return !format.has_alpha () || tile.solid->value[3] == 255;
  return !info_of (tile.source.format).has_alpha ();
}

std::vector<Region> regions_of (const Scene &scene)
{
  const FormatInfo &format = info_of (scene.format);
  const auto xs = edges (
      scene.tiles, scene.canvas.width, [] (Rect r) { return r.x; },
      [] (Rect r) { return r.right (); });
  const auto ys = edges (
      scene.tiles, scene.canvas.height, [] (Rect r) { return r.y; },
      [] (Rect r) { return r.bottom (); });
  std::vector<Region> regions;
  for (std::size_t j = 0; j + 1 < ys.size (); j++) {
    for (std::size_t i = 0; i + 1 < xs.size (); i++) {
      const Rect cell = {xs[i], ys[j], xs[i + 1] - xs[i], ys[j + 1] - ys[j]};
      auto layers = layers_at (scene, format, cell);
      // Extend the region to the left, or the one above, if it has the same layers.
      Region *left = i > 0 ? &regions.back () : nullptr;
      if (left && left->layers == layers && left->rect.y == cell.y &&
          left->rect.bottom () == cell.bottom () && left->rect.right () == cell.x)
        left->rect.width += cell.width;
      else
        regions.push_back ({cell, std::move (layers)});
    }
  }
  std::vector<Region> merged;
  for (Region &r : regions) {
    auto above = std::find_if (merged.begin (), merged.end (), [&] (const Region &m) {
      return m.rect.x == r.rect.x && m.rect.width == r.rect.width && m.rect.bottom () == r.rect.y &&
             m.layers == r.layers;
    });
    if (above != merged.end ())
      above->rect.height += r.rect.height;
    else
      merged.push_back (std::move (r));
  }
  return merged;
}

RasterPlan plan_raster (const Tile &tile, int from, const FormatInfo &canvas, int to,
                        ChromaSite canvas_site)
{
  const OrientationSteps steps = steps_of (tile.orientation);
  const Size sub = canvas.raster[std::size_t (to)].sub;
  const Size from_sub = info_of (tile.source.format).raster[std::size_t (from)].sub;
  const Rect &t = tile.target, whole = grown (t, tile.hidden);
  // Seen from the source: with swapped axes its x axis is the target's y axis.
  const bool swap = steps.swap_axes;
  auto axis = [&] (const SourceAxis &source, bool vertical, int source_sub, bool source_cosited,
                   bool mirrored) -> AxisGeometry {
    const int begin = vertical ? t.y - whole.y : t.x - whole.x;
    return {source,
            begin,
            begin + (vertical ? t.height : t.width),
            vertical ? whole.height : whole.width,
            source_sub,
            vertical ? sub.height : sub.width,
            source_cosited,
            vertical ? canvas_site.cosited_y : canvas_site.cosited_x,
            mirrored};
  };
  const FineRect &crop = tile.crop;
  const Rect part = tile.readable ();
  const AxisGeometry x = axis ({crop.x, crop.width, part.x, part.right ()}, swap, from_sub.width,
                               tile.site.cosited_x, steps.mirror_x);
  const AxisGeometry y = axis ({crop.y, crop.height, part.y, part.bottom ()}, !swap,
                               from_sub.height, tile.site.cosited_y, steps.mirror_y);
  return {raster_rect (canvas, to, t), plan_axis (tile.filter, axis_of (x)),
          plan_axis (tile.filter, axis_of (y)), swap};
}

}  // namespace quad
