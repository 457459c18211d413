// Which rasters of a tile's source a raster of the canvas shows, and what becomes of their channels
// (docs/pixels.md, "Conversion").
#pragma once

#include <array>
#include <vector>

#include "scene.h"

namespace quad {

// Which rasters of a tile's source a raster of the canvas is drawn from.
struct RasterSources {
  // One raster of the source. It is filtered to the positions of the canvas's raster.
  struct Input {
    int raster = 0;
    std::array<bool, 4> wanted = {};  // channels that are used
    // Of those, the ones that are not converted: they become finished samples.
    std::array<bool, 4> samples = {};
  };
  // A channel of an input.
  struct Place {
    int input = -1;  // none
    int channel = 0;
  };

  // The raster of the source that holds what the canvas's raster shows, and nothing else. Then no
  // other member is set. -1: there is none.
  int twin = -1;
  std::vector<Input> inputs;  // at least one
  std::array<Place, 3> component;
  // Of the lowest raster that is read. It says how transparent the position is.
  Place alpha;
  // Whether the component becomes that component of the canvas unchanged, and no other one.
  std::array<bool, 3> copied = {};
};

// For raster `raster` of a canvas of the format `canvas`, and a tile with a source.
RasterSources sources_of (const Tile &tile, const FormatInfo &canvas, int raster);

// Rasters [first, first + count) of the canvas that have the same positions, and are drawn from the
// same filtered rows. `sources` is what any of them needs; its twin is that of `first`, which is
// alone then.
struct RasterGroup {
  int first = 0;
  int count = 1;
  RasterSources sources;
};
// All rasters of the canvas, in order.
std::vector<RasterGroup> raster_groups (const Tile &tile, const FormatInfo &canvas);

}  // namespace quad
