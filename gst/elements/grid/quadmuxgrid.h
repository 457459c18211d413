// quadmux-grid: several videos side by side, drawn in one pass.
#pragma once

#include <array>
#include <atomic>
#include <memory_resource>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/layout.h"
#include "core/list_memory.h"
#include "elements/grid/changes.h"
#include "elements/grid/glides.h"
#include "elements/grid/layout_texts.h"
#include "elements/grid/output.h"
#include "elements/grid/painter.h"
#include "elements/grid/peer_watch.h"
#include "elements/grid/quadmuxgridpad.h"
#include "elements/grid/render_stats.h"
#include "elements/grid/setting_faults.h"
#include "elements/grid/settings.h"
#include "elements/grid/shown.h"
#include "elements/grid/states.h"

namespace quad {

// Which warnings about its layout the element has had, until they are no longer true.
struct GridWarnings {
  bool row_weights = false;
  bool column_weights = false;
};

struct QuadMuxGrid {
  explicit QuadMuxGrid (GstElement *element)
      : backends (element), refused (element), peers (element), painter (backends)
  {
  }

  // Protects these three; no function that locks or waits is called with it held.
  std::mutex lock;
  GridSettings settings;
  std::array<std::string, kLayoutTexts.size ()> layout_texts;  // as they were set
  LabelSettings labels;

  // Protects `cells`. It is held while properties are changed together, and taken before `lock` and
  // before a pad's lock.
  std::mutex cells_lock;
  CellBook cells;
  ChangeBook changes;

  std::atomic<int> size_turns{0};  // used by tell_cells ()

  std::atomic<bool> failed{false};  // an error was posted: the next aggregate () returns it
  std::atomic<guint> next_serial{0};

  Backends backends;

  // The thread that is in the base class's aggregate (). That function holds a lock, so nothing
  // that may want this lock is called.
  std::atomic<std::thread::id> maker;

  ShownFrame shown;
  RenderStats stats;

  std::mutex drawing;  // held while a frame is drawn; protects `glides`
  Glides glides;

  SettingFaults refused;

  bool force_live = false;  // the property; set before the element is used
  Pacer pacer;
  PeerWatch peers;

  // Used only by the thread that makes the output.
  ListMemory frame_lists;  // for what lives no longer than a frame
  GridPainter painter;
  GridWarnings warned;
  OutputPosition position;
  bool cells_untold = false;               // changed by the maker, and not told yet
  std::vector<StateChange> state_changes;  // not told yet
  Patience patience;                       // while downstream refuses frames
  std::string refusal;                     // the last negotiation error posted
  std::string problem;  // why the current negotiation fails; empty: an error was posted

  GridSettings snapshot ()
  {
    const std::lock_guard guard (lock);
    return settings;
  }
  LabelSettings label_snapshot ()
  {
    const std::lock_guard guard (lock);
    return labels;
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

using GridPads = std::pmr::vector<GridPadRef>;

// The sink pads, the lowest zorder first. `memory` outlives the list.
GridPads sink_pads_of (GstQuadMuxGrid *self,
                       std::pmr::memory_resource *memory = std::pmr::get_default_resource ());

// Its times are those of output frames; its position is where the next frame begins.
inline GstSegment &output_segment_of (GstQuadMuxGrid *self)
{
  return GST_AGGREGATOR_PAD (GST_AGGREGATOR_SRC_PAD (self))->segment;
}

// The output's rate; 25 frames a second before it is negotiated.
FrameRate output_rate (GstQuadMuxGrid *self);

}  // namespace quad
