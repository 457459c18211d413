// Where the pictures of a grid lie: a pure function, without pads and buffers.
#pragma once

#include <array>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <span>
#include <vector>

#include "core/layout.h"
#include "core/placement.h"

namespace quad {

// The place that an input asks for.
struct Seat {
  Rect free;  // on the canvas; empty: in cells
  CellSpan cells;
  bool everywhere = false;  // on all of the canvas
};

// The cells, and the border of each cell that shows a picture.
struct CellGrid {
  Grid grid;  // with no dimension left at 0
  int border_width = 0;
  std::uint32_t border_color = 0;  // 0xAARRGGBB
};

// The cell with its border, and the rest inside of the border for the picture. Both are empty if
// there is no cell or the canvas has no room. A picture that lies freely has no border, and may lie
// outside of the canvas.
struct CellBox {
  Rect cell;
  Rect picture;
};

// An opacity of 0 to 1 as 0 to 255.
int alpha_of (double alpha);

CellBox box_of (const CellGrid &cells, const Seat &seat, const Canvas &canvas);

// One input's picture and how it is shown.
struct Shot {
  Seat seat;
  std::optional<CellBox> box = {};  // where it lies in fact, if not at its seat
  Fit fit = Fit::contain;
  double xalign = 0.5;
  double yalign = 0.5;
  double alpha = 1;
  std::optional<std::uint32_t> border_color = {};  // instead of the grid's, also without a picture
  bool has_picture = false;
  Picture picture;  // if there is one
};

// Where it lies on the canvas.
struct Place {
  CellBox box;
  int alpha = 0;                   // 0 to 255
  Placement placement;             // without a target if nothing of the picture is seen
  std::array<Rect, 4> border;      // empty: none
  std::uint32_t border_color = 0;  // 0xAARRGGBB
  int border_alpha = 0;            // 0 to 255

  bool can_be_seen () const { return alpha > 0 && !box.cell.empty (); }
};

// One place per shot. `memory` outlives the list.
std::pmr::vector<Place> compose (
    const CellGrid &cells, const Canvas &canvas, std::span<const Shot> shots,
    std::pmr::memory_resource *memory = std::pmr::get_default_resource ());

}  // namespace quad
