#include "elements/grid/cells.h"

#include <algorithm>

#include "elements/grid/log.h"
#include "glue/orientation.h"

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

// What the pad shows now, with its lock held: a flush takes the base class's buffer away under it.
// Keeps the frame that is to be repeated after the end.
void take_current (PadSnapshot &p, bool eos)
{
  GstVideoAggregatorPad *pad = &p.pad->parent;
  GridPad &impl = *p.pad->impl;
  const bool repeats = p.settings.repeat_after_eos;
  GstBuffer *buffer = gst_video_aggregator_pad_get_current_buffer (pad);
  if (buffer && is_gap (buffer)) buffer = nullptr;
  // While an input's frames have no time, its last frame is not shown any longer.
  if (impl.faults ().is_untimed () && !eos) buffer = nullptr;
  p.ended = eos && !buffer;
  if (!buffer && eos && repeats && impl.held) {
    p.buffer.reset (gst_buffer_ref (impl.held.get ()));
    p.info = impl.held_info;
    return;
  }
  if (!buffer || !repeats) p.dropped = std::move (impl.held);
  if (!buffer) return;
  p.buffer.reset (gst_buffer_ref (buffer));
  p.info = pad->info;
  p.is_new = impl.shown_buffer != buffer || impl.shown_at != GST_BUFFER_PTS (buffer);
  if (p.is_new) impl.said_of_shown = impl.said;
  impl.shown_buffer = buffer;
  impl.shown_at = GST_BUFFER_PTS (buffer);
  if (!repeats) return;
  if (impl.held.get () != buffer) {
    p.dropped = std::move (impl.held);
    impl.held.reset (gst_buffer_ref (buffer));
  }
  impl.held_info = pad->info;
}

ShownPicture shown_of (GstQuadMuxGrid *self, const GridPadRef &pad)
{
  return self->impl->shown.of (pad->impl->serial);
}

GridSnapshot snapshot (GstQuadMuxGrid *self, bool with_buffers)
{
  const std::lock_guard one_at_a_time (self->impl->cells_lock);
  GridSnapshot snapshot = {self->impl->snapshot (), {}, 0, {}};
  for (GridPadRef &pad : sink_pads_of (self)) snapshot.pads.push_back ({.pad = std::move (pad)});

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
    const bool eos = with_buffers && gst_aggregator_pad_is_eos (GST_AGGREGATOR_PAD (p->pad.get ()));
    {
      const std::lock_guard guard (impl.lock);
      p->settings = impl.settings;
      p->memory = impl.memory;
      p->frame = impl.frame;
      p->peak = impl.peak;
      if (with_buffers) {
        p->placeholder = impl.placeholder;
        take_current (*p, eos);
      }
      const GridPad::Said &said = with_buffers ? impl.said_of_shown : impl.said;
      p->orientation = orientation_of (impl.settings.orientation, said.tagged);
      p->reduced = said.reduced;
    }
    if (p->settings.lies_freely ()) {
      impl.cell = -1;
      continue;
    }
    claims.push_back (claim_of (p->settings, impl.kept_cell));
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

}  // namespace

GridSnapshot snapshot_of (GstQuadMuxGrid *self) { return snapshot (self, false); }

GridSnapshot frame_snapshot_of (GstQuadMuxGrid *self) { return snapshot (self, true); }

void set_cell (GstQuadMuxGridPad *pad, int cell)
{
  pad->impl->cell = cell;
  if (cell >= 0) pad->impl->kept_cell = cell;
}

void tell_cell (GstQuadMuxGridPad *pad)
{
  const int cell = pad->impl->cell;
  if (pad->impl->told_cell.exchange (cell) == cell) return;
  GST_INFO_OBJECT (pad, "has cell %d", cell);
  g_object_notify (G_OBJECT (pad), "current-cell");
}

Rect asked_rect (const PadSettings &s)
{
  if (!s.lies_freely ()) return {};
  static constexpr int kFar = 1 << 28;  // nothing is seen further out, and sums stay in range
  auto near = [] (int v) { return std::clamp (v, -kFar, kFar); };
  return {near (s.xpos), near (s.ypos), near (s.width), near (s.height)};
}

CellGrid cells_of (const GridSnapshot &snapshot)
{
  return {snapshot.grid, snapshot.settings.border_width, snapshot.settings.border_color};
}

Seat seat_of (const PadSnapshot &pad)
{
  return {.free = asked_rect (pad.settings),
          .cell = pad.cell,
          .row_span = pad.settings.row_span,
          .column_span = pad.settings.column_span};
}

GridPadRef picture_at (GstQuadMuxGrid *self, Point at, Point &inside)
{
  std::vector<GridPadRef> pads = sink_pads_of (self);
  for (auto p = pads.rbegin (); p != pads.rend (); ++p) {
    const ShownPicture shown = shown_of (self, *p);
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
    if (contains (shown_of (self, *p).box, at)) return std::move (*p);
  return nullptr;
}

InputWish wish_of (const GridSnapshot &snapshot, const PadSnapshot &pad, const Canvas &canvas)
{
  const Rect box = box_of (cells_of (snapshot), seat_of (pad), canvas).picture;
  if (box.empty ()) return {};
  const Size size = whole_for (box.size (), pad.settings.zoom);
  const bool swap = steps_of (pad.orientation).swap_axes;
  const Ratio sample = swap ? inverse (canvas.sample) : canvas.sample;
  return {.size = swap ? size.transposed () : size,
          .fit = pad.settings.fit,
          .sample = sample,
          .any = false};
}

}  // namespace quad
