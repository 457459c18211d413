// Chooses the caps of the output, and the caps that inputs are asked for.
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

// Chooses among what `downstream` takes:
// - memory: CUDA memory if an input has it and all inputs can be shown there, else system memory;
// - format: the one of most pixels of the inputs; one with alpha if an input has alpha;
// - size: nearest to `grid` with cells of the size of the largest input that has a cell; if all lie
// freely, what holds them from the upper left corner on;
// - rate: nearest to the highest of the inputs.
OutputChoice choose_output (const GstCaps *downstream, std::span<const InputCaps> inputs,
                            const Grid &grid);

// The canvas, if `downstream` takes only one size.
std::optional<Canvas> fixed_canvas (const GstCaps *downstream);

// The names of the formats in `caps`, each once, in the order of the caps.
std::vector<std::string> formats_in (const GstCaps *caps);

}  // namespace quad
