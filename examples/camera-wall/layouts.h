// Where each input of a wall lies. Nothing here knows GStreamer.
#pragma once

#include <string>
#include <vector>

namespace wall {

// One input's place: its upper left cell, counted row by row, and how many cells it takes.
struct Place {
  int cell = 0;
  int row_span = 1, column_span = 1;
};

struct Layout {
  int rows = 1, columns = 1;
  std::vector<Place> places;
};

// A rectangle as fractions of the picture.
struct Area {
  double x, y, width, height;
};

std::vector<std::string> layout_names ();

// The layout of that name for `count` inputs. The first has the largest place. The name must be a
// known one.
Layout make_layout (const std::string &name, int count);

// Where a place lies, without the gaps between cells.
Area area_of (const Layout &layout, const Place &place);

}  // namespace wall
