#include "gif/color_set.h"

namespace quad::gif {

bool ColorSet::add (Rgba color)
{
  const std::size_t slot = slot_of (color);
  if (slots_[slot] == color) return true;
  if (colors_.count == limit_) return false;
  slots_[slot] = color;
  colors_.colors[static_cast<std::size_t> (colors_.count++)] = color;
  return true;
}

}  // namespace quad::gif
