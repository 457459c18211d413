#include "elements/grid/cells.h"

#include <algorithm>
#include <span>
#include <string>
#include <utility>

#include "elements/grid/log.h"
#include "glue/orientation.h"

namespace quad {
namespace {

Grid grid_of (const GridSettings &s)
{
  return {.rows = s.areas ? s.areas->rows : s.rows,
          .columns = s.areas ? s.areas->columns : s.columns,
          .gap = s.gap,
          .margin = s.margin,
          .row_weights = s.row_weights,
          .column_weights = s.column_weights};
}

// `kept`: the cell that it had.
CellClaim cell_claim (const PadSettings &s, int kept)
{
  return {.cell = s.cell, .row_span = s.row_span, .column_span = s.column_span, .kept = kept};
}

// `kept`: the name of the area that it had. An area that is asked for by its name comes before one
// that is asked for by its number.
AreaClaim area_claim (const AreaTemplate &areas, const PadSettings &s, const std::string &kept)
{
  AreaClaim claim = {.area = s.area ().empty () ? s.cell : areas.find (s.area ()),
                     .none = false,
                     .kept = areas.find (kept)};
  claim.none =
      s.area ().empty () ? s.cell >= static_cast<int> (areas.areas.size ()) : claim.area < 0;
  return claim;
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

using PadList = std::pmr::vector<PadSnapshot *>;

// Both with the element's cells_lock held, for the pads that do not lie freely, in the order of the
// requests.
void give_cells (CellBook &book, GridSnapshot &snapshot, const PadList &pads)
{
  std::pmr::vector<CellClaim> claims (pads.get_allocator ());
  claims.reserve (pads.size ());
  for (const PadSnapshot *p : pads)
    claims.push_back (cell_claim (p->settings, p->pad->impl->kept_cell));
  const CellAssignment &assigned = book.assign (grid_of (snapshot.settings), claims);
  snapshot.grid = assigned.grid;
  snapshot.needed = assigned.needed;
  for (std::size_t i = 0; i < pads.size (); i++) {
    PadSnapshot &p = *pads[i];
    p.cell = assigned.cells[i];
    p.cells = {p.cell, p.settings.row_span, p.settings.column_span};
    set_cell (p.pad.get (), p.cell);
  }
}

void give_areas (const AreaTemplate &areas, GridSnapshot &snapshot, const PadList &pads)
{
  std::pmr::vector<AreaClaim> claims (pads.get_allocator ());
  claims.reserve (pads.size ());
  for (const PadSnapshot *p : pads)
    claims.push_back (area_claim (areas, p->settings, p->pad->impl->kept_area));
  const std::pmr::vector<int> assigned = assign_areas (static_cast<int> (areas.areas.size ()),
                                                       claims, claims.get_allocator ().resource ());
  snapshot.grid = grid_of (snapshot.settings);
  for (std::size_t i = 0; i < pads.size (); i++) {
    PadSnapshot &p = *pads[i];
    p.cell = assigned[i];
    static const Area none;
    const Area &area = p.cell >= 0 ? areas.areas[static_cast<std::size_t> (p.cell)] : none;
    p.cells = area.span;
    set_cell (p.pad.get (), p.cell, area.name);
  }
}

GridSnapshot snapshot (GstQuadMuxGrid *self, bool with_buffers)
{
  const std::lock_guard one_at_a_time (self->impl->cells_lock);
  std::pmr::memory_resource *memory = std::pmr::get_default_resource ();
  if (with_buffers) memory = &self->impl->frame_lists;
  GridSnapshot snapshot = {.settings = self->impl->snapshot (),
                           .pads = std::pmr::vector<PadSnapshot> (memory)};
  if (with_buffers) snapshot.labels = self->impl->label_snapshot ();
  GridPads pads = sink_pads_of (self, memory);
  snapshot.pads.reserve (pads.size ());
  for (GridPadRef &pad : pads) snapshot.pads.push_back ({.pad = std::move (pad)});

  // Cells and areas are given out in the order of the requests; zorder does not count.
  PadList ordered (memory), claimants (memory);
  ordered.reserve (pads.size ());
  claimants.reserve (pads.size ());
  for (PadSnapshot &p : snapshot.pads) ordered.push_back (&p);
  std::sort (ordered.begin (), ordered.end (), [] (const PadSnapshot *a, const PadSnapshot *b) {
    return a->pad->impl->serial < b->pad->impl->serial;
  });
  for (PadSnapshot *p : ordered) {
    GridPad &impl = *p->pad->impl;
    const bool eos = with_buffers && gst_aggregator_pad_is_eos (GST_AGGREGATOR_PAD (p->pad.get ()));
    {
      const std::lock_guard guard (impl.lock);
      p->settings = impl.settings;
      p->memory = impl.memory;
      p->frame = impl.frame;
      p->peak = impl.peak;
      p->glides = impl.glides;
      if (with_buffers) {
        p->placeholder = impl.placeholder;
        p->label = impl.label;
        take_current (*p, eos);
        p->shown_at = impl.shown_at;
      }
      const GridPad::Said &said = with_buffers ? impl.said_of_shown : impl.said;
      p->orientation = orientation_of (impl.settings.orientation, said.tagged);
      p->reduced = said.reduced;
    }
    if (p->settings.lies_freely ())
      set_cell (p->pad.get (), -1);
    else
      claimants.push_back (p);
  }
  if (const AreaTemplate *areas = areas_of (snapshot))
    give_areas (*areas, snapshot, claimants);
  else
    give_cells (self->impl->cells, snapshot, claimants);
  return snapshot;
}

}  // namespace

GridSnapshot snapshot_of (GstQuadMuxGrid *self) { return snapshot (self, false); }

GridSnapshot frame_snapshot_of (GstQuadMuxGrid *self) { return snapshot (self, true); }

void set_cell (GstQuadMuxGridPad *pad, int cell, const std::string &area)
{
  GridPad &impl = *pad->impl;
  impl.cell = cell;
  if (cell >= 0 && area.empty ()) impl.kept_cell = cell;
  if (!area.empty ()) impl.kept_area = area;
  if (impl.area == area) return;
  const std::lock_guard guard (impl.lock);
  impl.area = area;
}

void tell_cell (GstQuadMuxGridPad *pad)
{
  GridPad &impl = *pad->impl;
  const int cell = impl.cell;
  if (impl.told_cell.exchange (cell) != cell) {
    GST_INFO_OBJECT (pad, "has cell %d", cell);
    g_object_notify (G_OBJECT (pad), "current-cell");
  }
  {
    const std::lock_guard guard (impl.lock);
    if (impl.told_area == impl.area) return;
    impl.told_area = impl.area;
  }
  g_object_notify (G_OBJECT (pad), "current-area");
}

Rect asked_rect (const PadSettings &s)
{
  if (!s.lies_freely () || s.is_background) return {};
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
          .cells = pad.cells,
          .everywhere = pad.settings.is_background};
}

GridPadRef picture_at (GstQuadMuxGrid *self, Point at, Point &inside)
{
  GridPads pads = sink_pads_of (self);
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
  GridPads pads = sink_pads_of (self);
  for (auto p = pads.rbegin (); p != pads.rend (); ++p)
    if (contains (shown_of (self, *p).box, at)) return std::move (*p);
  return nullptr;
}

InputWish wish_of (const GridSnapshot &snapshot, const PadSnapshot &pad, const Canvas &canvas)
{
  const Rect box = box_of (cells_of (snapshot), seat_of (pad), canvas).picture;
  if (box.empty ()) return {};
  const Size size = whole_for (larger (box.size (), pad.glides), pad.settings.zoom);
  const bool swap = steps_of (pad.orientation).swap_axes;
  const Ratio sample = swap ? inverse (canvas.sample) : canvas.sample;
  return {.size = swap ? size.transposed () : size,
          .fit = pad.settings.fit,
          .sample = sample,
          .any = false};
}

}  // namespace quad
