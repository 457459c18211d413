// The part of a picture that goes into the file: an index for each pixel.
#pragma once

#include <vector>

#include "gif/lzw.h"
#include "gif/picture.h"

namespace quad::gif {

// 2 bytes a pixel.
struct Drawing {
  // The index of a pixel that stays as it is. Palettes have at most 255 colours.
  static constexpr std::uint8_t kLeft = 255;

  // Throws std::bad_alloc.
  explicit Drawing (Size size);

  // Empties the drawing.
  void clear ();
  // A part of the drawing. The coder may change its indices. `wanted`: the picture that is drawn,
  // of this size.
  SymbolPlane plane (const Rect &area, const Picture &wanted);

  std::vector<std::uint8_t> symbols;  // indices of a palette's colours, or kLeft
  std::vector<std::uint8_t> free;     // 1 where the pixel may stay as it is as well
};

}  // namespace quad::gif
