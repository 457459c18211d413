#include "gif/drawing.h"

#include <algorithm>

namespace quad::gif {

Drawing::Drawing (Size size)
    : symbols (static_cast<std::size_t> (size.width) * static_cast<std::size_t> (size.height)),
      free (symbols.size ())
{
}

void Drawing::clear ()
{
  std::fill (symbols.begin (), symbols.end (), kLeft);
  std::fill (free.begin (), free.end (), std::uint8_t{0});
}

SymbolPlane Drawing::plane (const Rect &area, const Picture &wanted)
{
  const std::size_t first = wanted.at (area.x, area.y);
  return {&symbols[first],
          &free[first],
          wanted.row (area.y) + area.x,
          static_cast<std::size_t> (wanted.size ().width),
          area.width,
          area.height};
}

}  // namespace quad::gif
