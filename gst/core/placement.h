// Where a picture goes in its cell, and which of its parts is seen.
#pragma once

#include <optional>

#include "geometry.h"

namespace quad {

struct Point {
  double x = 0;
  double y = 0;
};

// A picture before it is drawn: the part of the source that may be shown, the
// shape of the source's samples and how it is turned.
struct Picture {
  Rect part;
  Ratio sample = {1, 1};      // width over height of a sample
  Size chroma_unit = {1, 1};  // luma samples per chroma sample of the source
  Orientation orientation = Orientation::identity;
};

struct Canvas {
  Size size;
  Ratio sample = {1, 1};
  Size chroma_unit = {1, 1};
};

struct Placement {
  Rect crop;     // of the source
  Rect target;   // on the canvas, on whole chroma samples; empty where there is no room
  Edges hidden;  // how far `crop` goes on past `target`, beyond the canvas
};

// Alignments run from 0 (left, top, as the picture is seen) to 1: where a
// contained picture lies in `box`, and which part of a covering one is seen. The
// box may lie partly outside of the canvas, on whole chroma samples.
Placement place (const Picture &picture, Fit fit, const Rect &box, const Canvas &canvas,
                 double xalign, double yalign);

// False for a position that is no number.
bool contains (const Rect &r, Point at);

// The position in the source that is seen at `at` of the canvas, or none where
// the picture is not.
std::optional<Point> source_point (const Placement &placement, Orientation orientation, Point at);

}  // namespace quad
