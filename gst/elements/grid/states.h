// What the inputs' states make of a frame, and who is told of them.
#pragma once

#include <gst/gst.h>

#include "elements/grid/cell_state.h"
#include "glue/owned.h"

struct GstQuadMuxGrid;
struct GstQuadMuxGridPad;

namespace quad {

struct GridSnapshot;
using GridPadRef = Owned<GstQuadMuxGridPad>;

// Its name.
const char *nick_of (CellState state);

struct StateChange {
  GridPadRef pad;
  CellState before = CellState::waiting;
  CellState now = CellState::waiting;
  GstClockTime time = 0;                   // running time of the output frame
  GstClockTime age = GST_CLOCK_TIME_NONE;  // how long the last frame has been shown
};

// When an output frame is shown.
struct OutputTime {
  GstClockTime running = 0;
  bool live = false;  // it does not wait for inputs
};

// Gives each pad of a frame's snapshot its state, and replaces what is not shown in that state.
// Only the thread that makes the output calls this and the next two.
void judge (GstQuadMuxGrid *self, GridSnapshot &snapshot, const OutputTime &time);

// After the frame was drawn: counts what was shown, and notes which states have changed.
void note_shown (GstQuadMuxGrid *self, const GridSnapshot &snapshot, const OutputTime &time);

// Notifies `state` and posts `cell-state` for what has changed. Call it without a lock.
void tell_states (GstQuadMuxGrid *self);

// Before the first frame: all pads wait.
void restart_states (GstQuadMuxGrid *self);

}  // namespace quad
