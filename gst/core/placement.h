// Where a picture lies in its cell, and which part of it is seen.
#pragma once

#include <optional>

#include "geometry.h"

namespace quad {

struct Point {
  double x = 0;
  double y = 0;
};

// The part of an upright picture that is shown, as fractions of its width and height: a digital
// zoom. What lies beyond the picture is cut off, and a side of less than one sample becomes one.
struct Zoom {
  double x = 0;
  double y = 0;
  double width = 1;
  double height = 1;

  bool operator== (const Zoom &) const = default;
};

// A picture before it is drawn: the part of the source that may be shown, the shape of the source's
// samples, the orientation, and what is shown of that part.
struct Picture {
  Rect part;
  Ratio sample = {1, 1};      // width over height of a sample
  Size chroma_unit = {1, 1};  // luma samples per chroma sample of the source
  Orientation orientation = Orientation::identity;
  Zoom zoom = {};  // of what `part` holds of the picture
  // How much of `part` the picture takes, from its upper left corner on, in samples; 0: all. A
  // decoder that makes pictures smaller rounds its size up to whole samples.
  double covered_width = 0;
  double covered_height = 0;
};

struct Canvas {
  Size size;
  Ratio sample = {1, 1};
  Size chroma_unit = {1, 1};
};

struct Placement {
  FineRect crop;  // of the source
  Rect target;    // on the canvas, on whole chroma samples; empty if there is no room
  Edges hidden;   // how far `crop` goes on past `target`, beyond the canvas
  // The samples of the source that may be read around `crop`; none: those that `crop` touches.
  std::optional<Rect> part = {};
};

// The part of the source that the zoom shows: inside `picture.part`, on multiples of 1/65536 of a
// sample. All of `part` if it is empty.
FineRect zoomed_part (const Picture &picture);

// Width over height of the zoomed picture as it is seen. It stays the same while a zoom changes its
// size, because it is calculated from the fractions and not from the rounded part.
Ratio zoomed_aspect (const Picture &picture);

// The size of the whole picture at which its zoomed part has `shown` or more, at most kMaxSide. The
// sides of `shown` are doubled, so a moving zoom changes the result only as it passes 1/2, 1/4, ...
// of the picture.
Size whole_for (Size shown, const Zoom &zoom);

// Alignments run from 0 (left or top of the picture as it is seen) to 1. With Fit::contain they say
// where the picture lies in `box`; with Fit::cover they say which part of it is seen. `box` is on
// whole chroma samples and may lie partly outside of the canvas. A zoomed picture is placed as one
// that has only the zoomed part. So Fit::contain gives a zoom of another shape another target.
Placement place (const Picture &picture, Fit fit, const Rect &box, const Canvas &canvas,
                 double xalign, double yalign);

// False if a coordinate is NaN.
bool contains (const Rect &r, Point at);

// The source position that is drawn at the canvas position `at`; none if the picture does not cover
// it.
std::optional<Point> source_point (const Placement &placement, Orientation orientation, Point at);

// Where `part` of the source is drawn on the canvas, in the nearest whole samples; empty if it is
// not seen.
Rect canvas_rect (const Placement &placement, Orientation orientation, const FineRect &part);

}  // namespace quad
