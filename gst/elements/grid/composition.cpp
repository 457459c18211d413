#include "elements/grid/composition.h"

#include <cmath>

namespace quad {
namespace {

// The strips between the cell's edge and the picture's box.
std::array<Rect, 4> strips_of (const CellBox &box)
{
  const Rect &cell = box.cell, &inner = box.picture;
  if (cell == inner) return {};
  if (inner.empty ()) return {cell};
  return {Rect{cell.x, cell.y, cell.width, inner.y - cell.y},
          {cell.x, inner.bottom (), cell.width, cell.bottom () - inner.bottom ()},
          {cell.x, inner.y, inner.x - cell.x, inner.height},
          {inner.right (), inner.y, cell.right () - inner.right (), inner.height}};
}

Place place_of (const CellGrid &cells, const Canvas &canvas, const Shot &shot)
{
  Place p;
  p.box = shot.box ? *shot.box : box_of (cells, shot.seat, canvas);
  p.alpha = alpha_of (shot.alpha);
  if (!p.can_be_seen ()) return p;
  if (shot.has_picture || shot.border_color) p.border = strips_of (p.box);
  p.border_color = shot.border_color.value_or (cells.border_color);
  p.border_alpha = alpha_of (shot.alpha * (p.border_color >> 24) / 255.0);
  if (!shot.has_picture) return p;
  if (!p.box.picture.empty ())
    p.placement = place (shot.picture, shot.fit, p.box.picture, canvas, shot.xalign, shot.yalign);
  if (p.placement.crop.empty () || p.placement.target.empty ()) p.placement = {};
  return p;
}

}  // namespace

int alpha_of (double alpha) { return static_cast<int> (std::lround (alpha * 255)); }

CellBox box_of (const CellGrid &cells, const Seat &seat, const Canvas &canvas)
{
  if (seat.everywhere) return {rect_of (canvas.size), rect_of (canvas.size)};
  if (!seat.free.empty ()) {
    const Rect free = free_rect (seat.free, canvas.size, canvas.chroma_unit);
    return {free, free};
  }
  const Rect cell = cell_rect (cells.grid, canvas.size, canvas.chroma_unit, seat.cells);
  const int border = cells.border_width;
  if (cell.empty () || border == 0) return {cell, cell};
  // Equal on all sides: whole chroma samples, rounded up.
  auto whole = [border] (int unit) { return (border + unit - 1) / unit * unit; };
  const int x = whole (canvas.chroma_unit.width), y = whole (canvas.chroma_unit.height);
  const Rect inner = {cell.x + x, cell.y + y, cell.width - 2 * x, cell.height - 2 * y};
  if (inner.empty ()) return {cell, {}};
  return {cell, snapped (inner, canvas.chroma_unit, canvas.size)};
}

std::pmr::vector<Place> compose (const CellGrid &cells, const Canvas &canvas,
                                 std::span<const Shot> shots, std::pmr::memory_resource *memory)
{
  std::pmr::vector<Place> places (memory);
  places.reserve (shots.size ());
  for (const Shot &shot : shots) places.push_back (place_of (cells, canvas, shot));
  return places;
}

}  // namespace quad
