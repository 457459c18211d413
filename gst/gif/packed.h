// Pictures of packed pixels, 8 bits a channel: the encoder's input.
#pragma once

#include <array>
#include <cstddef>

#include "core/geometry.h"
#include "gif/palette.h"

namespace quad::gif {

struct PackedFormat {
  int bytes = 4;                         // of a pixel
  int red = 0, green = 1, blue = 2;      // each channel's byte in it
  int alpha = -1;                        // alpha's byte, or -1: all pixels are opaque
  const std::uint8_t *levels = nullptr;  // the level of each of 256 values; nullptr: the value

  bool operator== (const PackedFormat &) const = default;
};

// Owns nothing.
struct PackedView {
  const std::byte *data = nullptr;
  std::ptrdiff_t stride = 0;
  Size size;
  PackedFormat format;
};

// Writes the row's opaque colours to `row`, and 0 for each pixel whose alpha is below `threshold`.
void load_row (const PackedView &view, int y, int threshold, Rgba *row);

// True if load_row () gives the same for all rows of two pictures of one size.
bool look_same (const PackedView &a, const PackedView &b, int threshold);

}  // namespace quad::gif
