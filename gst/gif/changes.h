// Which pixels of a picture are drawn.
#pragma once

#include <vector>

#include "gif/picture.h"

namespace quad::gif {

// What changes from one picture to the next. Keeps its memory from picture to picture.
class Changes {
 public:
  enum class Extent {
    pixels,     // the opaque pixels that changed
    rectangle,  // all opaque pixels in the rectangle around those
  };

  // For pictures of this size. Throws std::bad_alloc.
  explicit Changes (Size size);

  // Compares two pictures, which must not change until the next call.
  void find (const Picture &now, const Picture &before);
  const Picture &now () const { return *now_; }

  // The pixels of row `y`. The result is valid until the next call.
  RowPixels row (int y, Extent extent);

 private:
  // Columns [begin, end) of a row.
  struct Columns {
    int begin = 0, end = 0;
  };
  const Picture *now_ = nullptr, *before_ = nullptr;
  std::vector<Columns> changed_;  // around the changed pixels of each row
  Rect around_;                   // all of them
  std::vector<int> x_;
  std::vector<Rgba> wanted_;
};

}  // namespace quad::gif
