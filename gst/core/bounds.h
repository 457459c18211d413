// The rectangle around pixels that come one by one.
#pragma once

#include <algorithm>
#include <climits>

#include "core/geometry.h"

namespace quad {

// The least rectangle around pixels.
class Bounds {
 public:
  void add (int x, int y)
  {
    left_ = std::min (left_, x);
    right_ = std::max (right_, x + 1);
    top_ = std::min (top_, y);
    bottom_ = std::max (bottom_, y + 1);
  }
  void add (const Rect &r)
  {
    if (r.empty ()) return;
    add (r.x, r.y);
    add (r.right () - 1, r.bottom () - 1);
  }
  Rect rect () const { return right_ ? Rect{left_, top_, right_ - left_, bottom_ - top_} : Rect{}; }

 private:
  int left_ = INT_MAX, right_ = 0, top_ = INT_MAX, bottom_ = 0;
};

}  // namespace quad
