// Which pad has which cell, and where the cell lies.
#pragma once

#include <memory_resource>
#include <optional>
#include <vector>

#include "core/layout.h"
#include "elements/grid/composition.h"
#include "elements/grid/quadmuxgrid.h"

namespace quad {

// A pad's state, for one frame or one query.
struct PadSnapshot {
  GridPadRef pad;
  PadSettings settings;
  Orientation orientation = Orientation::identity;  // `auto` resolved
  std::optional<ReducedPicture> reduced;            // what upstream said of its pictures
  Memory memory = Memory::host;                     // of its caps
  FullPicture frame;                                // what its caps say; 0x0: it has none
  double peak = 0;                                  // of its light, see Look
  int cell = -1;   // its cell, or the number of its area; -1: none, or it lies freely
  CellSpan cells;  // what it covers
  Size glides;     // the largest size of its glide, see Glided
  // For a frame: the picture that the pad shows now. It is the current buffer or, after the end,
  // the last one if that is repeated. Null if there is nothing to see.
  Owned<GstBuffer> buffer;
  GstVideoInfo info = {};
  bool is_new = false;  // no frame before shows it
  bool ended = false;   // EOS, and the last frame is over
  // Where it comes from, and what the state makes of it: see judge ().
  GridPad::Shown shown = GridPad::picture;
  CellState state = CellState::waiting;
  double dim = 0;
  bool shows_text = false;  // a placeholder is due and none is set
  PadLabelSettings label;
  GstClockTime shown_at = GST_CLOCK_TIME_NONE;  // the PTS of the input's frame that was shown last
  // See Glides.
  std::optional<CellBox> glided_to;  // none: it lies at its place
  double opacity = 1;                // with that of the settings
  bool leaves = false;               // the pad was released
  Owned<GstBuffer> dropped;          // the pad keeps it no longer
  std::shared_ptr<const Placeholder> placeholder;
};

struct GridSnapshot {
  GridSettings settings;
  LabelSettings labels;                // for a frame
  Grid grid;                           // with no dimension left at 0
  int needed = 0;                      // the sum of the cells in all spans; 0 with a template
  std::pmr::vector<PadSnapshot> pads;  // the lowest zorder first
};

// Gives cells to pads that have none, too. Takes each pad's lock once.
GridSnapshot snapshot_of (GstQuadMuxGrid *self);
// The same with the pads' buffers, for the thread that makes the output.
GridSnapshot frame_snapshot_of (GstQuadMuxGrid *self);

// The topmost picture at the position `at` of the last output frame, and the position in its source
// that is seen there. Null if there is none.
GridPadRef picture_at (GstQuadMuxGrid *self, Point at, Point &inside);

// The pad of that picture. If there is none, the topmost pad whose cell or rectangle is there.
GridPadRef pad_at (GstQuadMuxGrid *self, Point at);

// The template that decides the layout; null: there is none.
inline const AreaTemplate *areas_of (const GridSnapshot &snapshot)
{
  return snapshot.settings.areas.get ();
}

// set_cell stores the pad's cell, or the number of its area and the area's name; call it with the
// element's cells_lock held. tell_cell notifies the properties; call it without a lock.
void set_cell (GstQuadMuxGridPad *pad, int cell, const std::string &area = {});
void tell_cell (GstQuadMuxGridPad *pad);

CellGrid cells_of (const GridSnapshot &snapshot);
Seat seat_of (const PadSnapshot &pad);

// The pad's own rectangle if it has one, else empty.
Rect asked_rect (const PadSettings &settings);

// The size that fits the pad's cell exactly. With a zoom, the whole picture's size whose part is
// large enough: see whole_for ().
InputWish wish_of (const GridSnapshot &snapshot, const PadSnapshot &pad, const Canvas &canvas);

}  // namespace quad
