#include "placement.h"

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

// The largest part of `picture` that has the shape of `box`, placed by the alignments.
Rect covering_part (const Picture &picture, const Rect &box, const Canvas &canvas, double xalign,
                    double yalign)
{
  const OrientationSteps steps = steps_of (picture.orientation);
  Ratio shape = reduced (box.width, box.height) * canvas.sample;
  if (steps.swap_axes) shape = inverse (shape);
  const Size size = largest_part (shape / picture.sample, picture.part.size ());
  // Alignments refer to the picture as it is seen: undo the orientation.
  double x = steps.swap_axes ? yalign : xalign, y = steps.swap_axes ? xalign : yalign;
  if (steps.mirror_x) x = 1 - x;
  if (steps.mirror_y) y = 1 - y;
  Rect part = aligned (size, picture.part, x, y);
  // Start on a whole chroma sample, so that an unscaled picture is copied.
  part.x = std::max (picture.part.x, part.x - part.x % picture.chroma_unit.width);
  part.y = std::max (picture.part.y, part.y - part.y % picture.chroma_unit.height);
  return part;
}

}  // namespace

Placement place (const Picture &picture, Fit fit, const Rect &box, const Canvas &canvas,
                 double xalign, double yalign)
{
  if (box.empty () || picture.part.empty ()) return {picture.part, {}, {}};
  Placement p = {picture.part, {}, {}};
  Rect whole = box;
  if (fit == Fit::cover) p.crop = covering_part (picture, box, canvas, xalign, yalign);
  if (fit == Fit::contain) {
    Ratio shape = reduced (picture.part.width, picture.part.height) *
                  reduced (picture.sample.num, picture.sample.den);
    if (steps_of (picture.orientation).swap_axes) shape = inverse (shape);
    whole = aligned (fit_inside (shape / canvas.sample, box.size ()), box, xalign, yalign);
  }
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
  const OrientationSteps steps = steps_of (orientation);
  double x = steps.swap_axes ? v : u, y = steps.swap_axes ? u : v;
  if (steps.mirror_x) x = 1 - x;
  if (steps.mirror_y) y = 1 - y;
  return Point{placement.crop.x + x * placement.crop.width,
               placement.crop.y + y * placement.crop.height};
}

}  // namespace quad
