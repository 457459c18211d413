// Chooses the caps of the output.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/layout.h"
#include "elements/grid/quadmuxgridpad.h"

namespace quad {

// An input that has caps.
struct InputCaps {
  GstVideoInfo info;
  Orientation orientation = Orientation::identity;
  Memory memory = Memory::host;
  Rect free;  // on the canvas if it lies freely; empty: in a cell
  bool is_background = false;
};

inline constexpr char kTakesNothing[] =
    "Downstream takes none of the formats and sizes that a grid can have: put videoconvert behind "
    "it.";

// The output's caps, fixed. Without caps: the reason; an empty reason means that the caps of inputs
// must be known first.
struct OutputChoice {
  Owned<GstCaps> caps;
  std::string refusal;
};

// Chooses among the caps that `downstream` takes.
// - Memory: a device's, if an input lies there and it can show all inputs. Else system memory.
// - Format: if an input has alpha, one with alpha. Then the one that most of the inputs' pixels
//   have; but if most pixels have more than 8 bits, the one in which all lose least (format_loss).
// - Size: the nearest to `grid` with cells of the largest input's size. Inputs that lie freely do
//   not count. If all lie freely, the output holds their rectangles and begins at 0,0; the
//   background counts as one of its picture's size.
// - Rate: the nearest to the inputs' highest.
OutputChoice choose_output (const GstCaps *downstream, std::span<const InputCaps> inputs,
                            const Grid &grid);

// The canvas, if `downstream` takes only one size.
std::optional<Canvas> fixed_canvas (const GstCaps *downstream);

// The names of the formats in `caps`, each once, in the order of the caps.
std::vector<std::string> formats_in (const GstCaps *caps);

}  // namespace quad
