#include "scene.h"

#include <algorithm>

namespace quad {
namespace {

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

void plan_raster (const Tile &tile, int from, const FormatInfo &canvas, int to,
                  ChromaSite canvas_site, RasterPlan &plan, AxisWork &work)
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
  plan.target = raster_rect (canvas, to, t);
  plan.swap_axes = swap;
  plan_axis (tile.filter, axis_of (x), plan.across, work);
  plan_axis (tile.filter, axis_of (y), plan.down, work);
}

RasterPlan plan_raster (const Tile &tile, int from, const FormatInfo &canvas, int to,
                        ChromaSite canvas_site)
{
  RasterPlan plan;
  AxisWork work;
  plan_raster (tile, from, canvas, to, canvas_site, plan, work);
  return plan;
}

}  // namespace quad
