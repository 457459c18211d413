// Sizes, rectangles and orientations, in luma samples.
#pragma once

#include <algorithm>
#include <cstdint>

namespace quad {

struct Size {
  int width = 0;
  int height = 0;

  bool operator== (const Size &) const = default;
  constexpr bool empty () const { return width <= 0 || height <= 0; }
  constexpr Size transposed () const { return {height, width}; }
};

// The larger of each side.
constexpr Size larger (Size a, Size b)
{
  return {std::max (a.width, b.width), std::max (a.height, b.height)};
}

// Half open: covers [x, x + width) by [y, y + height).
struct Rect {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;

  bool operator== (const Rect &) const = default;
  constexpr bool empty () const { return width <= 0 || height <= 0; }
  constexpr int right () const { return x + width; }
  constexpr int bottom () const { return y + height; }
  constexpr Size size () const { return {width, height}; }
  constexpr bool contains (const Rect &r) const
  {
    return r.x >= x && r.y >= y && r.right () <= right () && r.bottom () <= bottom ();
  }
};

constexpr Rect rect_of (Size s) { return {0, 0, s.width, s.height}; }

// A rectangle whose edges may lie between samples. Whole samples, and the multiples of 1/65536 that
// on_fine_grid () gives, add without error. So right () is exact, and a rectangle that ends on a
// sample's edge is known to do so.
struct FineRect {
  double x = 0;
  double y = 0;
  double width = 0;
  double height = 0;

  constexpr FineRect () = default;
  constexpr FineRect (double left, double top, double wide, double high)
      : x (left), y (top), width (wide), height (high)
  {
  }
  // Nothing is lost, so a rectangle of whole samples may stand for a fine one.
  // NOLINTNEXTLINE(google-explicit-constructor)
  constexpr FineRect (const Rect &r) : FineRect (r.x, r.y, r.width, r.height) {}
  bool operator== (const FineRect &) const = default;
  constexpr bool empty () const { return !(width > 0 && height > 0); }
  constexpr double right () const { return x + width; }
  constexpr double bottom () const { return y + height; }
  // False if a value is NaN.
  constexpr bool contains (const FineRect &r) const
  {
    return r.x >= x && r.y >= y && r.right () <= right () && r.bottom () <= bottom ();
  }
};

// The nearest multiple of 1/65536.
double on_fine_grid (double position);

// The whole samples that `r` touches.
Rect touched_by (const FineRect &r);

// The common part; empty where there is none.
constexpr Rect intersect (const Rect &a, const Rect &b)
{
  const int x = std::max (a.x, b.x), y = std::max (a.y, b.y);
  return {x, y, std::max (0, std::min (a.right (), b.right ()) - x),
          std::max (0, std::min (a.bottom (), b.bottom ()) - y)};
}

// The common part; empty where there is none.
constexpr FineRect overlap (const FineRect &a, const FineRect &b)
{
  const double x = std::max (a.x, b.x), y = std::max (a.y, b.y);
  return {x, y, std::max (0.0, std::min (a.right (), b.right ()) - x),
          std::max (0.0, std::min (a.bottom (), b.bottom ()) - y)};
}

// How far something goes on past the four edges of a rectangle, in luma samples.
struct Edges {
  int left = 0;
  int top = 0;
  int right = 0;
  int bottom = 0;

  bool operator== (const Edges &) const = default;
};

constexpr Rect grown (const Rect &r, const Edges &by)
{
  return {r.x - by.left, r.y - by.top, r.width + by.left + by.right, r.height + by.top + by.bottom};
}

// How far `outer` goes on past `inner`, which it contains.
constexpr Edges beyond (const Rect &outer, const Rect &inner)
{
  return {inner.x - outer.x, inner.y - outer.y, outer.right () - inner.right (),
          outer.bottom () - inner.bottom ()};
}

// A positive ratio, used for pixel and display aspect ratios.
struct Ratio {
  std::int64_t num = 1;
  std::int64_t den = 1;

  bool operator== (const Ratio &) const = default;
};

// In lowest terms, with both terms from 1 to 2^31 - 1, as a GstFraction needs. A ratio that has
// larger terms is rounded; one that is larger than 2^31 - 1, or smaller than its inverse, becomes
// that.
Ratio reduced (std::int64_t num, std::int64_t den);
Ratio inverse (const Ratio &r);
// Reduced. The terms of `a` and `b` are at most 2^31 - 1, so that the products do not overflow.
Ratio operator* (const Ratio &a, const Ratio &b);
Ratio operator/ (const Ratio &a, const Ratio &b);
// The ratio with small terms that is as good as `value`, to 1e-9 of it: 1/3 for 0.333333333333.
Ratio ratio_near (double value);

// How a picture that has one shape is put into a rectangle of another.
enum class Fit {
  contain,  // all of the picture is seen, bars where the shapes differ
  cover,    // all of the rectangle is filled, the picture's edges are cut
  fill,     // all of both: the picture is stretched
};

// The eight of GstVideoOrientationMethod and in its order. Rotations are
// clockwise; `transpose` mirrors across the diagonal from the upper left.
enum class Orientation {
  identity,
  rotate_90,
  rotate_180,
  rotate_270,
  flip_horizontal,
  flip_vertical,
  transpose,
  anti_transpose,
};

// An orientation as the three steps that backends carry out: the scaled
// picture's axes are mirrored (its own x and y axis), then swapped.
struct OrientationSteps {
  bool mirror_x = false;
  bool mirror_y = false;
  bool swap_axes = false;
};

constexpr OrientationSteps steps_of (Orientation o)
{
  switch (o) {
    case Orientation::identity: return {false, false, false};
    case Orientation::rotate_90: return {false, true, true};
    case Orientation::rotate_180: return {true, true, false};
    case Orientation::rotate_270: return {true, false, true};
    case Orientation::flip_horizontal: return {true, false, false};
    case Orientation::flip_vertical: return {false, true, false};
    case Orientation::transpose: return {false, false, true};
    case Orientation::anti_transpose: return {true, true, true};
  }
  return {};
}

// Rounds to the nearest, halves up. `num` >= 0, `den` > 0.
constexpr std::int64_t round_div (std::int64_t num, std::int64_t den)
{
  return (num + den / 2) / den;
}

// Rounds down, below 0 too. `by` > 0.
constexpr int floor_div (int v, int by) { return v >= 0 ? v / by : -((by - 1 - v) / by); }

// The largest size of display aspect ratio `dar` (width over height, in
// square-sample terms of the box) inside `box`; at least 1x1.
constexpr Size fit_inside (Ratio dar, Size box)
{
  const std::int64_t w = round_div (std::int64_t{box.height} * dar.num, dar.den);
  if (w <= box.width) return {static_cast<int> (std::max<std::int64_t> (1, w)), box.height};
  const std::int64_t h = round_div (std::int64_t{box.width} * dar.den, dar.num);
  return {box.width, static_cast<int> (std::clamp<std::int64_t> (h, 1, box.height))};
}

// The largest part of a picture of `size` that has the aspect ratio `dar`.
constexpr Size largest_part (Ratio dar, Size size) { return fit_inside (dar, size); }

// Where `inner` lies in `outer` for alignments from 0 (left, top) to 1.
constexpr Rect aligned (Size inner, const Rect &outer, double xalign, double yalign)
{
  return {outer.x + static_cast<int> ((outer.width - inner.width) * xalign + 0.5),
          outer.y + static_cast<int> ((outer.height - inner.height) * yalign + 0.5), inner.width,
          inner.height};
}

// The nearest rectangle whose edges lie on whole chroma samples (`unit`: luma
// samples per chroma sample) or on the canvas's far edges. Both edges round the
// same way, so that neighbours stay neighbours. It may lie outside of the canvas.
constexpr Rect snapped_outside (const Rect &r, Size unit, Size canvas)
{
  auto edge = [] (int v, int u, int end) {
    if (v == end) return end;
    const int whole = floor_div (v + u / 2, u) * u;
    return v < end ? std::min (whole, end) : whole;
  };
  const int x = edge (r.x, unit.width, canvas.width), y = edge (r.y, unit.height, canvas.height);
  return {x, y, edge (r.right (), unit.width, canvas.width) - x,
          edge (r.bottom (), unit.height, canvas.height) - y};
}

// What of it lies on the canvas.
constexpr Rect snapped (const Rect &r, Size unit, Size canvas)
{
  return intersect (snapped_outside (r, unit, canvas), rect_of (canvas));
}

}  // namespace quad
