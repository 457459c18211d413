// A picture as the encoder works on it: a colour a pixel, without gaps.
#pragma once

#include <span>
#include <vector>

#include "gif/packed.h"

namespace quad::gif {

class Picture {
 public:
  // All transparent. Throws std::bad_alloc.
  explicit Picture (Size size);

  Size size () const { return size_; }
  // The index of a pixel.
  std::size_t at (int x, int y) const
  {
    return static_cast<std::size_t> (y) * static_cast<std::size_t> (size_.width) +
           static_cast<std::size_t> (x);
  }
  // An opaque colour, or 0 where the picture is transparent.
  Rgba &operator[] (std::size_t i) { return pixels_[i]; }
  Rgba operator[] (std::size_t i) const { return pixels_[i]; }
  const Rgba *row (int y) const { return pixels_.data () + at (0, y); }

  // Takes over a picture of the same size, as load_row () gives it.
  void load (const PackedView &view, int threshold);

  // How much a pixel differs from those on its left and above: the sum of both differences, in
  // levels of all channels.
  int contrast_at (int x, int y) const;

 private:
  Size size_;
  std::vector<Rgba> pixels_;
};

// Some pixels of row `y`, from left to right, and the colours that are wanted there.
struct RowPixels {
  int y;
  std::span<const int> x;
  std::span<const Rgba> wanted;
};

}  // namespace quad::gif
