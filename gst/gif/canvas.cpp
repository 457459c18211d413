#include "gif/canvas.h"

#include <utility>

#include "core/bounds.h"

namespace quad::gif {

void Canvas::take_source (Picture &now) { std::swap (source_, now); }

void Canvas::show (const Rect &area, const SymbolPlane &plane, const Palette &table, int stay)
{
  for (int y = 0; y < area.height; y++) {
    const std::uint8_t *symbols = plane.symbols + static_cast<std::size_t> (y) * plane.stride;
    Rgba *shown = &shown_[shown_.at (area.x, area.y + y)];
    for (int x = 0; x < area.width; x++)
      if (symbols[x] != stay) shown[x] = table.colors[symbols[x]];
  }
}

void Canvas::clear (const Rect &area)
{
  for (int y = area.y; y < area.bottom (); y++)
    for (int x = area.x; x < area.right (); x++) {
      const std::size_t i = shown_.at (x, y);
      shown_[i] = source_[i] = 0;
    }
}

Rect Canvas::area_to_clear (const PackedView &next, int threshold, const Drawing *coming) const
{
  const PackedFormat &f = next.format;
  if (f.alpha < 0) return {};
  Bounds bounds;
  for (int y = 0; y < next.size.height; y++) {
    const auto *alpha =
        reinterpret_cast<const std::uint8_t *> (next.data + y * next.stride) + f.alpha;
    for (int x = 0; x < next.size.width; x++, alpha += f.bytes) {
      if (*alpha >= threshold) continue;
      const std::size_t i = shown_.at (x, y);
      if (is_shown (i) || (coming && coming->symbols[i] != Drawing::kLeft)) bounds.add (x, y);
    }
  }
  return bounds.rect ();
}

}  // namespace quad::gif
