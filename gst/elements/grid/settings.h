// What the user sets on quadmux-grid and its pads.
#pragma once

#include <gst/video/video.h>

#include <array>
#include <memory>
#include <optional>
#include <string>

#include "core/area_template.h"
#include "core/filter.h"
#include "core/placement.h"
#include "elements/grid/cell_state.h"
#include "elements/grid/enums.h"
#include "elements/grid/glide.h"

namespace quad {

struct GridSettings {
  int rows = 2;
  int columns = 2;
  std::shared_ptr<const AreaTemplate> areas;  // decides rows and columns; null: none
  LineWeights row_weights;
  LineWeights column_weights;
  int gap = 0;
  int margin = 0;
  guint background_color = 0xff000000;
  int border_width = 0;
  guint border_color = 0xffffffff;
  Filter method = Filter::area;
  EosPolicy eos_policy = EosPolicy::longest;
  int n_threads = 0;
  bool post_cell_size = false;
  bool cell_metas = false;
  bool post_selections = false;
  Transition transition = {};
  // Colours of borders by state, which come before border_color.
  std::array<std::optional<guint>, kCellStates> state_border = {};
};

struct PadSettings {
  int cell = -1;
  int row_span = 1;
  int column_span = 1;
  std::shared_ptr<const std::string> wanted_area;  // null: the next free one
  int xpos = 0;
  int ypos = 0;
  int width = 0;
  int height = 0;
  Fit fit = Fit::contain;
  double xalign = 0.5;
  double yalign = 0.5;
  double alpha = 1.0;
  Zoom zoom = {};
  GstVideoOrientationMethod orientation = GST_VIDEO_ORIENTATION_AUTO;
  bool repeat_after_eos = false;
  StateSettings states = {};

  bool is_background = false;  // of the pad `background`; never changes

  // Empty: the next free one.
  const std::string &area () const
  {
    static const std::string none;
    return wanted_area ? *wanted_area : none;
  }

  // Whether the picture takes no cell: it lies at its position, or behind all others.
  bool lies_freely () const { return is_background || (width > 0 && height > 0); }
};

inline constinit const GridSettings kGridDefaults;
inline const PadSettings kPadDefaults;

inline constexpr int kMaxLines = 128;  // rows, and columns

}  // namespace quad
