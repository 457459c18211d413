// The settings of frameextract's properties.
#pragma once

#include <gst/gst.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/frame_choice.h"
#include "elements/extract/enums.h"

namespace quad::extract {

// A list that a property holds. It never changes: a setter makes a new one. So a copy of the
// settings shares the list, however long it is.
using List = std::shared_ptr<const std::vector<guint64>>;
List list_of (std::vector<guint64> values);

// Times in nanoseconds from where the film begins. GST_CLOCK_TIME_NONE: not set.
struct Settings {
  int rate_n = 0, rate_d = 1;  // 0/1: not by rate
  guint64 start_time = GST_CLOCK_TIME_NONE;
  guint64 stop_time = GST_CLOCK_TIME_NONE;
  guint64 tolerance_before = GST_CLOCK_TIME_NONE;
  guint64 tolerance_after = GST_CLOCK_TIME_NONE;
  Missing missing = Missing::repeat;
  List timestamps = list_of ({});  // never null
  // Why the last text is no time; empty if it is one.
  std::string list_problem, start_problem, stop_problem;
  Policy policy = Policy::played_at;
  List indices = list_of ({});  // never null
  guint every_nth = 0;
  bool keyframes = false;
  guint64 max_frames = 0;
  guint64 max_gap = 3600 * GST_SECOND;
  SeekMode seek_mode = SeekMode::automatic;
  bool post_messages = false;
};

inline const Settings kDefaults;

enum class Selection { everything, rate, timestamps, indices, every_nth, keyframes };

// The nick of a selection's property, for the log.
const char *name_of (Selection selection);

// The one selection that is set. Nothing if the settings are wrong: `problem` says why.
std::optional<Selection> selection_of (const Settings &settings, std::string &problem);

// The settings of a stream, from its beginning on.
struct StreamSettings : Settings {
  Selection selection = Selection::everything;
  // Nothing is selected and there is no limit: buffers pass untouched.
  bool passes_all = true;

  // Frames are chosen for times, so a frame waits for the one that follows it.
  bool is_by_time () const
  {
    return selection == Selection::rate || selection == Selection::timestamps;
  }
};

// Settings that are wrong select everything: the element's start refuses them.
StreamSettings for_stream (const Settings &settings);

}  // namespace quad::extract
