// Where the person is: the part of the picture that a second look of the model is worth.
#pragma once

#include <optional>

#include "core/geometry.h"
#include "matte/small_picture.h"

namespace quad {

// The box around what `mask` shows as foreground, in its positions; empty if it shows none.
Rect box_of (const matte::SmallPicture &mask);

// Lets the mask of `part` fade out towards those of its sides that are not the picture's own: what
// the model sees there has no counterpart outside, and would end in a straight cut.
void fade_sides (matte::SmallPicture &mask, const Rect &part, Size picture);

// Follows a box with a part of the picture that has room around it. The part stays where it is as
// long as the box fits into it and is not lost in it, because a mask is smoothed only while it
// covers the same part.
class Tracking {
 public:
  // `mask` covers a whole picture of `picture`. The part has the shape `shape` if the picture has
  // room for it, and begins on even samples; all of the picture if there is nothing to follow, or
  // if the part would be most of it.
  Rect follow (const matte::SmallPicture &mask, Size picture, Size shape);

  void forget () { part_.reset (); }

 private:
  std::optional<Rect> part_;
};

}  // namespace quad
