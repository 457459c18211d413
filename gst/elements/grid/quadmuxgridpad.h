// A sink pad of quadmux-grid.
#pragma once

#include <gst/video/gstvideoaggregator.h>

#include <atomic>
#include <mutex>

#include "elements/grid/faults.h"
#include "elements/grid/settings.h"
#include "elements/grid/timing.h"
#include "glue/stage.h"

namespace quad {

// What a pad's upstream was told that the pad would like to get.
struct InputWish {
  Size size;
  Fit fit = Fit::contain;
  Ratio sample = {1, 1};
  bool any = true;  // no restriction

  bool operator== (const InputWish &) const = default;
};

// What was said of a pad, and need not be said again.
struct PadWarnings {
  bool no_cell = false;  // until it has one again
  bool far_cell = false;
  bool position = false;
  bool alpha = false;
};

// The state of a pad. `lock` protects what stands below it, and the base class's
// current buffer; it comes before the element's object lock.
struct GridPad {
  std::mutex lock;
  PadSettings settings;
  Orientation tagged = Orientation::identity;  // by the stream's image-orientation tag
  FrameRate rate;
  Memory memory = Memory::host;  // of the frames that come next
  InputEnd end;
  bool had_frame = false;  // since the stream began, whatever was flushed
  bool segment_done = false;
  InputWish wish;
  bool asked = false;  // whether upstream knows `wish`

  // Written with the element's cells_lock.
  std::atomic<int> cell{-1};       // that it has; -1: none
  int kept_cell = -1;              // that it had last
  std::atomic<int> told_cell{-1};  // that those who watch the property know

  // Of the thread that makes the output alone.
  guint serial = 0;  // in the order of the requests; set before the pad is added
  PadWarnings warned;
  bool warned_of_no_frame = false;
  bool said_moved = false;
  Input picture;
  InputFault fault;                  // see faults ()
  std::atomic<bool> flushed{false};  // `fault` does not know yet

  // The last frame, for repeat-after-eos, with `lock` held.
  Owned<GstBuffer> held;
  GstVideoInfo held_info = {};

  // Caps that the base class takes after it has released the pad would never be freed. Taken before
  // `lock`, and held while the base class takes caps.
  std::mutex releasing;
  bool released = false;

  GstPadChainFunction base_chain = nullptr;  // the base class's
  StreamProblems problems;                   // by the pad's stream lock
  std::atomic<bool> has_time_segment{false};
  std::atomic<bool> ended{false};            // the output has: upstream is let go
  std::atomic<bool> latency_unknown{false};  // of grid_life.cpp

  // Of peer_watch.cpp.
  std::mutex ending;                                         // before all other locks
  std::atomic<gint64> alone_since{g_get_monotonic_time ()};  // when it last lost its peer
  std::atomic<bool> warned_of_peer{false};
  std::atomic<bool> left_out{false};                      // counts as ended until a stream starts
  std::atomic<guint32> flush_seqnum{GST_SEQNUM_INVALID};  // of the last flush that began

  // For the thread that makes the output alone.
  InputFault &faults ();

  PadSettings snapshot ()
  {
    const std::lock_guard guard (lock);
    return settings;
  }
};

// The eight, with `auto` resolved by the stream's tag and `custom` as identity.
Orientation orientation_of (GstVideoOrientationMethod method, Orientation tagged);

}  // namespace quad

struct GstQuadMuxGridPad {
  GstVideoAggregatorPad parent;
  quad::GridPad *impl;
};

struct GstQuadMuxGridPadClass {
  GstVideoAggregatorPadClass parent_class;
};

GType gst_quad_mux_grid_pad_get_type ();

inline GstQuadMuxGridPad *as_grid_pad (gpointer pad)
{
  return reinterpret_cast<GstQuadMuxGridPad *> (g_type_check_instance_cast (
      static_cast<GTypeInstance *> (pad), gst_quad_mux_grid_pad_get_type ()));
}
