// A sink pad of quadmux-grid.
#pragma once

#include <gst/video/gstvideoaggregator.h>

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "elements/grid/cell_state.h"
#include "elements/grid/faults.h"
#include "elements/grid/input_stats.h"
#include "elements/grid/label_settings.h"
#include "elements/grid/labels.h"
#include "elements/grid/placeholder.h"
#include "elements/grid/settings.h"
#include "elements/grid/timing.h"
#include "glue/stage.h"
#include "glue/target.h"

namespace quad {

// The picture that a pad would like to get, as its upstream was told.
struct InputWish {
  Size size;
  Fit fit = Fit::contain;
  Ratio sample = {1, 1};
  bool any = true;  // no restriction

  bool operator== (const InputWish &) const = default;
};

// What the message `cell-size` says: the size of the picture's place on the output, and the
// fraction of the upright picture that is shown there. 0x0 without a cell.
struct CellSize {
  Size size;
  double shown_width = 1;
  double shown_height = 1;

  bool operator== (const CellSize &) const = default;
};

// Which warnings a pad has had, so that none is posted twice.
struct PadWarnings {
  bool no_cell = false;  // until it has one again
  bool far_cell = false;
  bool other_area = false;  // until it has the area that it asks for
  bool position = false;
};

// Which frames the base class takes for a frame of the output. Buffers are only compared.
struct PadTaking {
  GstClockTime output = GST_CLOCK_TIME_NONE;  // where the output frame under way begins
  const GstBuffer *before = nullptr;          // what was shown when it was begun
  const GstBuffer *last = nullptr;            // what was offered last,
  GstClockTime end = GST_CLOCK_TIME_NONE;     // and the running time at which that ends
};

// The state of a pad. `lock` protects the members below it down to `area`, and the base class's
// current buffer. It is taken before the element's object lock.
struct GridPad {
  std::mutex lock;
  PadSettings settings;
  // What upstream said of the pictures that follow.
  struct Said {
    Orientation tagged = Orientation::identity;  // by the stream's image-orientation tag
    std::optional<ReducedPicture> reduced;
  };
  Said said;
  // The same of the picture that is shown. Events come while the picture before them is shown
  // still.
  Said said_of_shown;
  const GstBuffer *shown_buffer = nullptr;  // which picture that is; not to be read
  GstClockTime shown_at = GST_CLOCK_TIME_NONE;
  Memory memory = Memory::host;  // of the caps that came last
  double peak = 0;               // of their light, see Look
  FullPicture frame;             // their size and the shape of their samples
  bool segment_done = false;
  InputWish wish;
  Size room;           // as the query `quad-target` was answered; 0x0: it was not
  bool asked = false;  // whether upstream knows `wish` or `room`
  // For `cell-size`; none if it is not posted or not known yet.
  std::optional<CellSize> cell_size, told_size;
  std::shared_ptr<const Placeholder> placeholder;  // null: none
  PadLabelSettings label;
  Size glides;  // the largest size of its glide, see Glided; written by the output's thread
  // The name of the pad's area, and the one last notified; empty: none. `area` is written with the
  // element's cells_lock held, too.
  std::string area, told_area;

  // Written with the element's cells_lock held.
  std::atomic<int> cell{-1};       // the pad's cell, or the number of its area; -1: none
  int kept_cell = -1;              // the cell that it had last
  std::string kept_area;           // the name of the area that it had last
  std::atomic<int> told_cell{-1};  // the value that was last notified

  // Used only by the thread that makes the output.
  guint serial = 0;            // counts requests; set before the pad is added
  bool is_background = false;  // set before, too
  PadWarnings warned;
  Glide glide;
  bool warned_of_no_frame = false;
  bool said_moved = false;
  FrameRate rate;  // of the caps that came last
  // What the pad shows. A second picture is one more name here.
  enum Shown { picture, placeholder_picture, placeholder_text, label_picture, n_shown };
  std::array<Input, n_shown> inputs;
  PadTexts texts;
  StateWatch watch;
  InputFault fault;                  // use faults ()
  InputEnd end;                      // use last_end ()
  PadTaking taking;                  // see has_taken ()
  std::atomic<bool> flushed{false};  // and `fault` and `end` do not know it yet

  // The watch's, for the property.
  std::atomic<CellState> state{CellState::waiting};
  InputStats stats;

  // Since the stream began; a flush does not reset it.
  std::atomic<bool> had_frame{false};

  // The last frame, for repeat-after-eos. Protected by `lock`.
  Owned<GstBuffer> held;
  GstVideoInfo held_info = {};

  // If the base class took caps after it has released the pad, it would never free them. This lock
  // is held while it takes caps, and is taken before `lock`.
  std::mutex releasing;
  bool released = false;

  GstPadChainFunction base_chain = nullptr;  // the base class's
  StreamProblems problems;                   // protected by the pad's stream lock
  std::atomic<bool> has_time_segment{false};
  std::atomic<bool> ended{false};            // the output has ended: upstream is told EOS
  std::atomic<bool> latency_unknown{false};  // used by life.cpp

  // Used by peer_watch.cpp.
  std::mutex ending;                                         // taken before all other locks
  std::atomic<gint64> alone_since{g_get_monotonic_time ()};  // when it last lost its peer
  std::atomic<bool> warned_of_peer{false};
  std::atomic<bool> left_out{false};  // the pad counts as ended until a stream starts
  std::atomic<guint32> flush_seqnum{GST_SEQNUM_INVALID};  // the last flush that began

  // Only for the thread that makes the output. If the pad was flushed, they are reset first.
  InputFault &faults ();
  InputEnd &last_end ();
  void take_flush ();

  PadSettings snapshot ()
  {
    const std::lock_guard guard (lock);
    return settings;
  }
};

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
