// A set of a few colours.
#pragma once

#include <array>

#include "gif/palette.h"

namespace quad::gif {

// Opaque colours up to a limit, each once, in the order in which they came.
class ColorSet {
 public:
  // Empty, for at most `limit` colours, 0 to 256.
  explicit ColorSet (int limit = 0) : limit_{limit} {}

  // Returns false, and adds nothing, if `color` would be one too many.
  bool add (Rgba color);
  bool contains (Rgba color) const { return slots_[slot_of (color)] == color; }
  bool empty () const { return colors_.count == 0; }
  const Palette &colors () const { return colors_; }

 private:
  static constexpr std::size_t kSlots = 1024;

  // Where the colour is or would be. There is always a free slot.
  std::size_t slot_of (Rgba color) const
  {
    std::size_t i = color * 0x9e3779b1u >> 22;
    while (slots_[i] != 0 && slots_[i] != color) i = (i + 1) % kSlots;
    return i;
  }

  int limit_;
  Palette colors_;
  std::array<Rgba, kSlots> slots_{};  // 0 is no opaque colour: free
};

}  // namespace quad::gif
