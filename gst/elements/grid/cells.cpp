#include "elements/grid/cells.h"

#include <algorithm>

namespace quad {
namespace {

Grid grid_of (const GridSettings &s)
{
  return {.rows = s.rows, .columns = s.columns, .gap = s.gap, .margin = s.margin};
}

CellClaim claim_of (const PadSettings &s, int kept)
{
  return {.cell = s.cell, .row_span = s.row_span, .column_span = s.column_span, .kept = kept};
}

ShownPicture shown_of (const GridPadRef &pad)
{
  const std::lock_guard guard (pad->impl->lock);
  return pad->impl->shown;
}

}  // namespace

GridSnapshot snapshot_of (GstQuadMuxGrid *self)
{
  GridSnapshot snapshot = {self->impl->snapshot (), {}, 0, {}};
  const std::lock_guard one_at_a_time (self->impl->cells_lock);
  for (GridPadRef &pad : sink_pads_of (self)) snapshot.pads.push_back ({std::move (pad), {}, {}});

  // Cells are given out in the order of the requests; zorder does not count.
  std::vector<PadSnapshot *> ordered;
  for (PadSnapshot &p : snapshot.pads) ordered.push_back (&p);
  std::sort (ordered.begin (), ordered.end (), [] (const PadSnapshot *a, const PadSnapshot *b) {
    return a->pad->impl->serial < b->pad->impl->serial;
  });
  std::vector<CellClaim> claims;
  std::vector<PadSnapshot *> claimants;
  for (PadSnapshot *p : ordered) {
    GridPad &impl = *p->pad->impl;
    const std::lock_guard guard (impl.lock);
    p->settings = impl.settings;
    p->orientation = orientation_of (impl.settings.orientation, impl.tagged);
    p->memory = impl.memory;
    if (p->settings.lies_freely ()) {
      impl.cell = -1;
      continue;
    }
    claims.push_back (claim_of (impl.settings, impl.kept_cell));
    claimants.push_back (p);
  }
  const CellAssignment &assigned =
      self->impl->cells.assign (grid_of (snapshot.settings), std::move (claims));
  snapshot.grid = assigned.grid;
  snapshot.needed = assigned.needed;
  for (std::size_t i = 0; i < claimants.size (); i++) {
    claimants[i]->cell = assigned.cells[i];
    set_cell (claimants[i]->pad.get (), assigned.cells[i]);
  }
  return snapshot;
}

void set_cell (GstQuadMuxGridPad *pad, int cell)
{
  const std::lock_guard guard (pad->impl->lock);
  pad->impl->cell = cell;
  if (cell >= 0) pad->impl->kept_cell = cell;
}

void tell_cell (GstQuadMuxGridPad *pad)
{
  {
    const std::lock_guard guard (pad->impl->lock);
    if (pad->impl->told_cell == pad->impl->cell) return;
    pad->impl->told_cell = pad->impl->cell;
  }
  g_object_notify (G_OBJECT (pad), "current-cell");
}

Rect asked_rect (const PadSettings &s)
{
  if (!s.lies_freely ()) return {};
  static constexpr int kFar = 1 << 28;  // nothing is seen further out, and sums stay in range
  auto near = [] (int v) { return std::clamp (v, -kFar, kFar); };
  return {near (s.xpos), near (s.ypos), near (s.width), near (s.height)};
}

CellBox box_of (const GridSnapshot &snapshot, const PadSnapshot &pad, const Canvas &canvas)
{
  if (pad.settings.lies_freely ()) {
    const Rect free = free_rect (asked_rect (pad.settings), canvas.size, canvas.chroma_unit);
    return {free, free};
  }
  const Rect cell = cell_rect (snapshot.grid, canvas.size, canvas.chroma_unit, pad.cell,
                               pad.settings.row_span, pad.settings.column_span);
  const int border = snapshot.settings.border_width;
  if (cell.empty () || border == 0) return {cell, cell};
  // Equal on all sides: whole chroma samples, rounded up.
  auto whole = [border] (int unit) { return (border + unit - 1) / unit * unit; };
  const int x = whole (canvas.chroma_unit.width), y = whole (canvas.chroma_unit.height);
  const Rect inner = {cell.x + x, cell.y + y, cell.width - 2 * x, cell.height - 2 * y};
  if (inner.empty ()) return {cell, {}};
  return {cell, snapped (inner, canvas.chroma_unit, canvas.size)};
}

GridPadRef picture_at (GstQuadMuxGrid *self, Point at, Point &inside)
{
  std::vector<GridPadRef> pads = sink_pads_of (self);
  for (auto p = pads.rbegin (); p != pads.rend (); ++p) {
    const ShownPicture shown = shown_of (*p);
    const auto point = source_point (shown.placement, shown.orientation, at);
    if (!point) continue;
    inside = *point;
    return std::move (*p);
  }
  return nullptr;
}

GridPadRef pad_at (GstQuadMuxGrid *self, Point at)
{
  Point inside;
  if (GridPadRef pad = picture_at (self, at, inside)) return pad;
  std::vector<GridPadRef> pads = sink_pads_of (self);
  for (auto p = pads.rbegin (); p != pads.rend (); ++p)
    if (contains (shown_of (*p).box, at)) return std::move (*p);
  return nullptr;
}

InputWish wish_of (const GridSnapshot &snapshot, const PadSnapshot &pad, const Canvas &canvas)
{
  const Rect box = box_of (snapshot, pad, canvas).picture;
  if (box.empty ()) return {};
  const Size size = {std::min (box.width, kMaxSide), std::min (box.height, kMaxSide)};
  const bool swap = steps_of (pad.orientation).swap_axes;
  const Ratio sample = swap ? Ratio{canvas.sample.den, canvas.sample.num} : canvas.sample;
  return {.size = swap ? size.transposed () : size,
          .fit = pad.settings.fit,
          .sample = sample,
          .any = false};
}

}  // namespace quad
