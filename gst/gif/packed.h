// Pictures of packed pixels, 8 bits a channel, as GIFs are made of.
#pragma once

#include <array>
#include <cstddef>

#include "core/geometry.h"
#include "gif/palette.h"

namespace quad::gif {

struct PackedFormat {
  int bytes = 4;                         // a pixel
  int red = 0, green = 1, blue = 2;      // where they are in it
  int alpha = -1;                        // or -1: opaque
  const std::uint8_t *levels = nullptr;  // what each of 256 values stands for, or nullptr: itself

  bool operator== (const PackedFormat &) const = default;
};

// Owns nothing.
struct PackedView {
  const std::byte *data = nullptr;
  std::ptrdiff_t stride = 0;
  Size size;
  PackedFormat format;
};

// Row `y` as opaque colours, and 0 for a pixel whose alpha is below `threshold`.
void load_row (const PackedView &view, int y, int threshold, Rgba *row);

}  // namespace quad::gif
