#include "elements/grid_cells.h"

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

}  // namespace

GridSnapshot snapshot_of (GstQuadMuxGrid *self)
{
  GridSnapshot snapshot = {self->impl->snapshot (), {}, {}};
  const std::lock_guard one_at_a_time (self->impl->cells_lock);
  for (GridPadRef &pad : sink_pads_of (self)) snapshot.pads.push_back ({std::move (pad), {}, {}});

  // Cells are given out in the order of the requests, whatever lies above what.
  std::vector<PadSnapshot *> ordered;
  for (PadSnapshot &p : snapshot.pads) ordered.push_back (&p);
  std::sort (ordered.begin (), ordered.end (), [] (const PadSnapshot *a, const PadSnapshot *b) {
    return a->pad->impl->serial < b->pad->impl->serial;
  });
  std::vector<CellClaim> claims;
  for (PadSnapshot *p : ordered) {
    GridPad &impl = *p->pad->impl;
    const std::lock_guard guard (impl.lock);
    p->settings = impl.settings;
    p->orientation = orientation_of (impl.settings.orientation, impl.tagged);
    p->memory = impl.memory;
    claims.push_back (claim_of (impl.settings, impl.kept_cell));
  }
  const CellAssignment assigned = assign_cells (grid_of (snapshot.settings), claims);
  snapshot.grid = assigned.grid;
  for (std::size_t i = 0; i < ordered.size (); i++) {
    ordered[i]->cell = assigned.cells[i];
    GridPad &impl = *ordered[i]->pad->impl;
    const std::lock_guard guard (impl.lock);
    impl.kept_cell = assigned.cells[i];
  }
  return snapshot;
}

bool has_free_cell (GstQuadMuxGrid *self)
{
  const GridSnapshot snapshot = snapshot_of (self);
  if (snapshot.settings.rows == 0 || snapshot.settings.columns == 0) return true;
  Occupancy taken (snapshot.grid);
  for (const PadSnapshot &p : snapshot.pads)
    taken.take (p.cell, p.settings.row_span, p.settings.column_span);
  return taken.next_free () >= 0;
}

CellBox box_of (const GridSnapshot &snapshot, const PadSnapshot &pad, const Canvas &canvas)
{
  const Rect cell = cell_rect (snapshot.grid, canvas.size, canvas.chroma_unit, pad.cell,
                               pad.settings.row_span, pad.settings.column_span);
  const int border = snapshot.settings.border_width;
  if (cell.empty () || border == 0) return {cell, cell};
  // As wide on all sides: whole chroma samples, rounded up.
  auto whole = [border] (int unit) { return (border + unit - 1) / unit * unit; };
  const int x = whole (canvas.chroma_unit.width), y = whole (canvas.chroma_unit.height);
  const Rect inner = {cell.x + x, cell.y + y, cell.width - 2 * x, cell.height - 2 * y};
  if (inner.empty ()) return {cell, {}};
  return {cell, snapped (inner, canvas.chroma_unit, canvas.size)};
}

InputWish wish_of (const GridSnapshot &snapshot, const PadSnapshot &pad, const Canvas &canvas)
{
  const Rect box = box_of (snapshot, pad, canvas).picture;
  if (box.empty ()) return {};
  const bool swap = steps_of (pad.orientation).swap_axes;
  const Ratio sample = swap ? Ratio{canvas.sample.den, canvas.sample.num} : canvas.sample;
  return {.size = swap ? box.size ().transposed () : box.size (),
          .fit = pad.settings.fit,
          .sample = sample,
          .any = false};
}

}  // namespace quad
