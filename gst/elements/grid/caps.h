// Which caps the output gets, and which the inputs are asked for.
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
  Rect free;  // where it lies freely on the canvas; empty: in a cell
};

inline constexpr char kTakesNothing[] =
    "Downstream takes none of the formats and sizes that a grid can have: put videoconvert behind "
    "it.";

// The output's caps, fixed; or none, and either why not or that inputs must be
// known first.
struct OutputChoice {
  Owned<GstCaps> caps;
  std::string refusal;
};

// Chooses among what `downstream` takes: CUDA memory where an input has it, else system
// memory, where either can be and all inputs can be shown; the format that most pixels of the
// inputs have (one with alpha where an input has alpha, if there is such), the
// size nearest to `grid` with cells of the largest input that has one (where all lie freely:
// to what holds them from the upper left corner on), and the rate nearest to
// the highest input's.
OutputChoice choose_output (const GstCaps *downstream, std::span<const InputCaps> inputs,
                            const Grid &grid);

// The canvas, where `downstream` takes one size alone.
std::optional<Canvas> fixed_canvas (const GstCaps *downstream);

// Caps for an input: first what fits `wish`, then anything that is drawn; of each, the
// output's `memory` comes first, and the formats in `preferred` (by name).
Owned<GstCaps> caps_for (const InputWish &wish, std::span<const std::string> preferred,
                         Memory memory);

// `caps` as the answer to an input's query with `filter` (or null). Where `downstream` takes
// CUDA memory alone and asks for a colorimetry, that one comes first in CUDA memory, and what
// the device cannot convert to it (HDR to SDR and the like) is left out if anything else is
// possible: so a converter in front converts.
Owned<GstCaps> input_caps (Owned<GstCaps> caps, const GstCaps *downstream, GstCaps *filter);

// The names of the formats in `caps`, each once, in their order.
std::vector<std::string> formats_in (const GstCaps *caps);

}  // namespace quad
