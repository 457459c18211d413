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

  std::mutex lock;  // protects `settings`; nothing is called with it held
  GridSettings settings;

  std::mutex cells_lock;  // protects `cells`; before a pad's lock
  CellBook cells;

  std::atomic<bool> failed{false};  // an error was posted: the next frame says so upstream
  std::atomic<guint> next_serial{0};

  Backends backends;

  // In the base class's aggregate (), which holds its lock: nobody is called who may want it.
  std::atomic<std::thread::id> maker;

  ShownFrame shown;

  std::mutex drawing;  // held while the pads of a snapshot are drawn

  bool force_live = false;  // the property; set before the element is used
  Pacer pacer;
  PeerWatch peers;

  // Of the thread that makes the output alone.
  GridPainter painter;
  Timeline timeline;
  bool cells_untold = false;  // the maker has changed them
  Patience patience;          // with a downstream that refuses frames
  std::string refusal;        // the last negotiation error posted
  std::string problem;        // why the negotiation that goes on fails; empty: an error was posted

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

// Of the base class, whose functions the grid's own go on with.
inline GstAggregatorClass *parent_class ()
{
  return GST_AGGREGATOR_CLASS (g_type_class_peek (GST_TYPE_VIDEO_AGGREGATOR));
}

// The sink pads, the lowest zorder first.
std::vector<GridPadRef> sink_pads_of (GstQuadMuxGrid *self);

// To be called when cells, or what inputs are asked for, may have changed: lets
// upstream and the output negotiate anew where that makes a difference.
void cells_changed (GstQuadMuxGrid *self);

// The same where the size of the output may be another too.
void layout_changed (GstQuadMuxGrid *self);

// To be called when a pad that lies freely was moved, or `resized` too.
void free_pad_changed (GstQuadMuxGrid *self, bool resized);

// The topmost picture at `at` of the last output frame, and which position of its
// source is seen there; null where there is none.
GridPadRef picture_at (GstQuadMuxGrid *self, Point at, Point &inside);

// The same pad, or the topmost whose cell or rectangle is there.
GridPadRef pad_at (GstQuadMuxGrid *self, Point at);

// The groups of GstAggregatorClass's functions that have files of their own.
void install_frames (GstAggregatorClass *klass);       // grid_frames.cpp
void install_negotiation (GstAggregatorClass *klass);  // grid_negotiation.cpp
void install_events (GstAggregatorClass *klass);       // grid_events.cpp
void install_life (GstAggregatorClass *klass);         // grid_life.cpp

// What grid_life.cpp needs of each element; called once.
void init_life (GstQuadMuxGrid *self);

// Times in it are those of output frames; its position is where the next one begins.
inline GstSegment &output_segment_of (GstQuadMuxGrid *self)
{
  return GST_AGGREGATOR_PAD (GST_AGGREGATOR_SRC_PAD (self))->segment;
}

// Of the thread that makes the output: goes on where the last frame ended.
void hold_time (GstQuadMuxGrid *self);

// Of that thread: whether a frame may be made now, as far as the clock has a say in it.
bool is_time (GstQuadMuxGrid *self, GstClockTime start);

// To be called for each sink pad: whether the output is live, and how late, does not fail for one
// that cannot say.
void pass_over_unknown_latency (GstPad *pad);

// To be called when a stream starts: takes in how late the pad's input is where it could not say.
void learn_latency (GstQuadMuxGrid *self, GstAggregatorPad *pad);

// The output's; before it is negotiated 25 frames a second, which is what it may become.
FrameRate output_rate (GstQuadMuxGrid *self);

// Posts a negotiation error, each once.
void refuse (GstQuadMuxGrid *self, const std::string &why);

// What follows where downstream has refused a frame for its caps: they are negotiated anew, as
// downstream may have changed its mind; where that does not help for long, an error is posted.
GstFlowReturn ask_again (GstQuadMuxGrid *self);

}  // namespace quad
