#include "placement.h"

#include <cmath>
#include <utility>

#include "renderer.h"

namespace quad {
namespace {

// Gives an empty side one chroma sample of `box`.
Rect at_least_one (Rect r, Size unit, const Rect &box)
{
  auto widen = [] (int &begin, int &length, int u, int first, int end) {
    if (length > 0) return;
    begin = std::max (first, std::min (begin, floor_div (end - 1, u) * u));
    length = std::min (u, end - begin);
  };
  widen (r.x, r.width, unit.width, box.x, box.right ());
  widen (r.y, r.height, unit.height, box.y, box.bottom ());
  return r;
}

// The point of the source that is seen at fractions (u, v) of the upright picture, as fractions.
Point undo (Orientation orientation, double u, double v)
{
  const OrientationSteps steps = steps_of (orientation);
  const double x = steps.swap_axes ? v : u, y = steps.swap_axes ? u : v;
  return {steps.mirror_x ? 1 - x : x, steps.mirror_y ? 1 - y : y};
}

// A part of one axis.
struct Span {
  double begin;
  double length;
};

// What of the fractions lies in a picture of `samples` samples, and at least one sample of it. A
// length or a begin that is NaN cuts nothing.
Span cut (const Span &part, int samples)
{
  const double begin = part.begin > 0 ? std::min (part.begin, 1.0) : 0;
  const double rest = 1 - begin, length = part.length < rest ? part.length : rest;
  const double one = 1.0 / samples;
  if (length >= one) return {begin, length};
  // Around the same middle: a zoom into one point stays there.
  const double middle = begin + std::max (0.0, length) / 2;
  return {std::clamp (middle - one / 2, 0.0, 1 - one), one};
}

Zoom cut (const Zoom &zoom, Size upright)
{
  const Span x = cut ({zoom.x, zoom.width}, upright.width);
  const Span y = cut ({zoom.y, zoom.height}, upright.height);
  return {x.begin, y.begin, x.length, y.length};
}

// The length does not depend on where the part begins: while a zoom moves, its scale stays.
Span in_samples (const Span &part, double samples, bool mirrored)
{
  const double length = on_fine_grid (part.length * samples);
  const double begin = std::min (on_fine_grid (part.begin * samples), samples - length);
  return {mirrored ? samples - length - begin : begin, length};
}

// How much of a side of `samples` the picture takes, if `covered` says so.
double covered_of (double covered, int samples)
{
  return covered > 0 ? on_fine_grid (covered) : samples;
}

Size upright_size (const Picture &picture)
{
  const Size size = picture.part.size ();
  return steps_of (picture.orientation).swap_axes ? size.transposed () : size;
}

// Width over height of the part of the source that fills `box`, counted in samples.
Ratio covering_shape (const Picture &picture, const Rect &box, const Canvas &canvas)
{
  Ratio shape = reduced (box.width, box.height) * canvas.sample;
  if (steps_of (picture.orientation).swap_axes) shape = inverse (shape);
  return shape / picture.sample;
}

// The largest part of `picture` that has the shape of `box`, placed by the alignments.
Rect covering_part (const Picture &picture, const Rect &box, const Canvas &canvas, double xalign,
                    double yalign)
{
  const Size size = largest_part (covering_shape (picture, box, canvas), picture.part.size ());
  // Alignments refer to the picture as it is seen.
  const Point at = undo (picture.orientation, xalign, yalign);
  Rect part = aligned (size, picture.part, at.x, at.y);
  // Start on a whole chroma sample, so that an unscaled picture is copied.
  part.x = std::max (picture.part.x, part.x - part.x % picture.chroma_unit.width);
  part.y = std::max (picture.part.y, part.y - part.y % picture.chroma_unit.height);
  return part;
}

// The same of a zoomed part, at fractions of samples: it moves smoothly.
FineRect covering_part_of (const FineRect &zoomed, const Picture &picture, const Rect &box,
                           const Canvas &canvas, double xalign, double yalign)
{
  const Ratio ratio = covering_shape (picture, box, canvas);
  const double shape = double (ratio.num) / double (ratio.den);
  auto side = [] (double wanted, double there) {
    return std::min (there, std::max (1.0, on_fine_grid (wanted)));
  };
  const double width = side (zoomed.height * shape, zoomed.width);
  const double height = side (zoomed.width / shape, zoomed.height);
  const Point at = undo (picture.orientation, xalign, yalign);
  return {zoomed.x + on_fine_grid ((zoomed.width - width) * at.x),
          zoomed.y + on_fine_grid ((zoomed.height - height) * at.y), width, height};
}

}  // namespace

FineRect zoomed_part (const Picture &picture)
{
  const Rect &part = picture.part;
  if (part.empty ()) return part;
  const Zoom zoom = cut (picture.zoom, upright_size (picture));
  const OrientationSteps steps = steps_of (picture.orientation);
  Span x = {zoom.x, zoom.width}, y = {zoom.y, zoom.height};
  if (steps.swap_axes) std::swap (x, y);
  x = in_samples (x, covered_of (picture.covered_width, part.width), steps.mirror_x);
  y = in_samples (y, covered_of (picture.covered_height, part.height), steps.mirror_y);
  return {part.x + x.begin, part.y + y.begin, x.length, y.length};
}

Ratio zoomed_aspect (const Picture &picture)
{
  const Size size = picture.part.size ();
  Ratio shape =
      reduced (size.width, size.height) * reduced (picture.sample.num, picture.sample.den);
  if (picture.covered_width > 0 && picture.covered_height > 0)
    shape = shape * ratio_near (covered_of (picture.covered_width, size.width) / size.width *
                                size.height / covered_of (picture.covered_height, size.height));
  if (steps_of (picture.orientation).swap_axes) shape = inverse (shape);
  const Zoom zoom = cut (picture.zoom, upright_size (picture));
  return shape * ratio_near (zoom.width / zoom.height);
}

Size whole_for (Size shown, const Zoom &zoom)
{
  const Zoom part = cut (zoom, {kMaxSide, kMaxSide});
  auto side = [] (int length, double fraction) {
    for (; fraction < 1 && length < kMaxSide; fraction *= 2) length *= 2;
    return std::min (length, kMaxSide);
  };
  return {side (shown.width, part.width), side (shown.height, part.height)};
}

Placement place (const Picture &picture, Fit fit, const Rect &box, const Canvas &canvas,
                 double xalign, double yalign)
{
  Placement p = {zoomed_part (picture), {}, {}};
  const bool zooms = p.crop != picture.part;
  if (zooms) p.part = picture.part;
  if (box.empty () || picture.part.empty ()) return p;
  Rect whole = box;
  if (fit == Fit::cover && zooms)
    p.crop = covering_part_of (p.crop, picture, box, canvas, xalign, yalign);
  else if (fit == Fit::cover)
    p.crop = covering_part (picture, box, canvas, xalign, yalign);
  if (fit == Fit::contain)
    whole = aligned (fit_inside (zoomed_aspect (picture) / canvas.sample, box.size ()), box, xalign,
                     yalign);
  whole = at_least_one (snapped_outside (whole, canvas.chroma_unit, canvas.size),
                        canvas.chroma_unit, box);
  p.target = intersect (whole, rect_of (canvas.size));
  if (!p.target.empty ()) p.hidden = beyond (whole, p.target);
  return p;
}

bool contains (const Rect &r, Point at)
{
  return at.x >= r.x && at.x < r.right () && at.y >= r.y && at.y < r.bottom ();
}

std::optional<Point> source_point (const Placement &placement, Orientation orientation, Point at)
{
  if (!contains (placement.target, at)) return std::nullopt;
  const Rect whole = grown (placement.target, placement.hidden);
  const double u = (at.x - whole.x) / whole.width, v = (at.y - whole.y) / whole.height;
  const Point seen = undo (orientation, u, v);
  return Point{placement.crop.x + seen.x * placement.crop.width,
               placement.crop.y + seen.y * placement.crop.height};
}

Rect canvas_rect (const Placement &placement, Orientation orientation, const FineRect &part)
{
  const FineRect seen = overlap (part, placement.crop);
  if (seen.empty () || placement.target.empty ()) return {};
  const OrientationSteps steps = steps_of (orientation);
  // As fractions of the crop, from the side from which the axis is seen.
  const auto begin = [] (double from, double to, double at, double length, bool mirrored) {
    return (mirrored ? at + length - to : from - at) / length;
  };
  const FineRect &crop = placement.crop;
  double x = begin (seen.x, seen.right (), crop.x, crop.width, steps.mirror_x);
  double y = begin (seen.y, seen.bottom (), crop.y, crop.height, steps.mirror_y);
  double width = seen.width / crop.width, height = seen.height / crop.height;
  if (steps.swap_axes) {
    std::swap (x, y);
    std::swap (width, height);
  }
  const Rect whole = grown (placement.target, placement.hidden);
  const auto nearest = [] (double v) { return static_cast<int> (std::lround (v)); };
  const int left = whole.x + nearest (x * whole.width), top = whole.y + nearest (y * whole.height);
  const Rect all = {left, top, whole.x + nearest ((x + width) * whole.width) - left,
                    whole.y + nearest ((y + height) * whole.height) - top};
  return intersect (all, placement.target);
}

}  // namespace quad
