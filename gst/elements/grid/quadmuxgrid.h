// quadmux-grid: several videos side by side, drawn in one pass.
#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/layout.h"
#include "elements/grid/output.h"
#include "elements/grid/painter.h"
#include "elements/grid/peer_watch.h"
#include "elements/grid/quadmuxgridpad.h"
#include "elements/grid/settings.h"
#include "elements/grid/shown.h"

namespace quad {

using GridPadRef = Owned<GstQuadMuxGridPad>;

struct QuadMuxGrid {
  explicit QuadMuxGrid (GstElement *element)
      : backends (element), peers (element), painter (backends)
  {
  }

  std::mutex lock;  // protects `settings`; no other function is called with it held
  GridSettings settings;

  std::mutex cells_lock;  // protects `cells`; taken before a pad's lock
  CellBook cells;

  std::atomic<bool> failed{false};  // an error was posted: the next aggregate () returns it
  std::atomic<guint> next_serial{0};

  Backends backends;

  // The thread that is in the base class's aggregate (). That function holds a lock, so nothing
  // that may want this lock is called.
  std::atomic<std::thread::id> maker;

  ShownFrame shown;

  std::mutex drawing;  // held while a frame is drawn

  bool force_live = false;  // the property; set before the element is used
  Pacer pacer;
  PeerWatch peers;

  // Used only by the thread that makes the output.
  GridPainter painter;
  OutputPosition position;
  bool cells_untold = false;  // changed by the maker, and not told yet
  Patience patience;          // while downstream refuses frames
  std::string refusal;        // the last negotiation error posted
  std::string problem;        // why the current negotiation fails; empty: an error was posted

  GridSettings snapshot ()
  {
    const std::lock_guard guard (lock);
    return settings;
  }
};

}  // namespace quad

struct GstQuadMuxGrid {
  GstVideoAggregator parent;
  quad::QuadMuxGrid *impl;
};

struct GstQuadMuxGridClass {
  GstVideoAggregatorClass parent_class;
};

GType gst_quad_mux_grid_get_type ();

GST_ELEMENT_REGISTER_DECLARE (quadmux_grid)

inline GstQuadMuxGrid *as_grid (gpointer element)
{
  return reinterpret_cast<GstQuadMuxGrid *> (g_type_check_instance_cast (
      static_cast<GTypeInstance *> (element), gst_quad_mux_grid_get_type ()));
}

namespace quad {

// The base class. The grid's functions call it.
inline GstAggregatorClass *parent_class ()
{
  return GST_AGGREGATOR_CLASS (g_type_class_peek (GST_TYPE_VIDEO_AGGREGATOR));
}

// The sink pads, the lowest zorder first.
std::vector<GridPadRef> sink_pads_of (GstQuadMuxGrid *self);

// Call it when cells or wishes may have changed. Makes upstream and the output negotiate anew where
// that makes a difference.
void cells_changed (GstQuadMuxGrid *self);

// Call it when the size of the output may have changed too.
void layout_changed (GstQuadMuxGrid *self);

// Call it when a pad that lies freely was moved; `resized`: it has another size too.
void free_pad_changed (GstQuadMuxGrid *self, bool resized);

// The topmost picture at the position `at` of the last output frame, and the position in its source
// that is seen there. Null if there is none.
GridPadRef picture_at (GstQuadMuxGrid *self, Point at, Point &inside);

// The pad of that picture. If there is none, the topmost pad whose cell or rectangle is there.
GridPadRef pad_at (GstQuadMuxGrid *self, Point at);

// Functions of GstAggregatorClass, by the file that defines them.
void install_frames (GstAggregatorClass *klass);       // frames.cpp
void install_negotiation (GstAggregatorClass *klass);  // negotiation.cpp
void install_events (GstAggregatorClass *klass);       // events.cpp
void install_life (GstAggregatorClass *klass);         // life.cpp

// Prepares an element for life.cpp; called once.
void init_life (GstQuadMuxGrid *self);

// Its times are those of output frames; its position is where the next frame begins.
inline GstSegment &output_segment_of (GstQuadMuxGrid *self)
{
  return GST_AGGREGATOR_PAD (GST_AGGREGATOR_SRC_PAD (self))->segment;
}

// Sets the output to go on where the last frame ended. Used by the thread that makes the output.
void hold_time (GstQuadMuxGrid *self);

// True if the clock allows a frame that begins at `start`. Used by that thread, and may wait.
bool is_time (GstQuadMuxGrid *self, GstClockTime start);

// Call it for each sink pad. The output's latency query then does not fail because of an input that
// cannot answer.
void pass_over_unknown_latency (GstPad *pad);

// Call it when a stream starts. If the pad's input could not tell its latency before, it is asked
// again.
void learn_latency (GstQuadMuxGrid *self, GstAggregatorPad *pad);

// The output's rate; 25 frames a second before it is negotiated.
FrameRate output_rate (GstQuadMuxGrid *self);

// Posts a negotiation error. The same one is not posted twice.
void refuse (GstQuadMuxGrid *self, const std::string &why);

// Call it when downstream has refused a frame because of its caps. Negotiates anew, as downstream
// may have changed its mind. If that does not help for long, posts an error.
GstFlowReturn ask_again (GstQuadMuxGrid *self);

}  // namespace quad
