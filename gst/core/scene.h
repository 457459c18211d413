// A scene: the description of a frame that every backend draws.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "color_map.h"
#include "filter.h"
#include "light_map.h"
#include "view.h"

namespace quad {

// A colour as code values of the canvas's components: Y U V A, or R G B A.
struct Color {
  std::array<std::uint16_t, 4> value = {0, 0, 0, 0};

  bool operator== (const Color &) const = default;
};

// Where chroma samples lie: on the even luma sample (co-sited), or centred between two (ITU-T H.273
// 8.7, chroma_sample_loc_type).
struct ChromaSite {
  bool cosited_x = false;
  bool cosited_y = false;

  bool operator== (const ChromaSite &) const = default;
};

enum class Blend {
  over,    // the tile's alpha mixes it with what lies below (Porter-Duff over)
  source,  // the tile replaces what lies below, its alpha channel included, at any alpha but 0
};

// A picture, or a solid colour, in a rectangle of the canvas.
struct Tile {
  Rect target;                 // on whole chroma samples, inside the canvas
  std::optional<Color> solid;  // if set, `source` to `filter` are not used
  FrameView source;            // in the canvas's memory
  // How the source's components become the canvas's. None: they are the same, and have the same
  // depth; their places in memory may differ.
  std::optional<ColorMap> colors = {};
  // Set, instead of `colors`, if the source's light differs from the canvas's. On the host only.
  std::shared_ptr<const LightMap> light = {};
  FineRect crop;  // the part of the source that fills `target` and `hidden`
  Edges hidden;   // the part of `crop` beyond `target`: not seen, but it counts for the scale
  // The samples of the source that may be read; the filter sees those around `crop`. None: the
  // samples that `crop` touches.
  std::optional<Rect> part = {};
  ChromaSite site;  // the source's
  Orientation orientation = Orientation::identity;
  Filter filter = Filter::area;
  int alpha = 255;  // 0 to 255
  Blend blend = Blend::over;
  // Not 0: the source never changes. All tiles with this number have the same samples, so a
  // renderer may keep what it makes of them.
  std::uint64_t still = 0;

  Rect readable () const { return part ? *part : touched_by (crop); }
  // True if both are pictures of the same size, format and colours, still or not. What is shown of
  // them, where and how does not count.
  bool same_source (const Tile &o) const
  {
    return !solid && !o.solid && (still == 0) == (o.still == 0) && source.same_shape (o.source) &&
           colors == o.colors && light == o.light;
  }
  // True if both show the same samples in the same way. Alpha, blend mode, the source's addresses,
  // the number of a still source and what a solid tile does not use do not count.
  bool same_picture (const Tile &o) const
  {
    if (target != o.target || solid != o.solid || (still == 0) != (o.still == 0)) return false;
    return solid || (same_source (o) && crop == o.crop && part == o.part && hidden == o.hidden &&
                     site == o.site && orientation == o.orientation && filter == o.filter);
  }
  // True if all but the source's addresses is equal.
  bool same_shape (const Tile &o) const
  {
    return same_picture (o) && alpha == o.alpha && blend == o.blend;
  }
};

// Tiles lie over the background; later tiles lie over earlier ones.
struct Scene {
  PixelFormat format = PixelFormat::unknown;
  Size canvas;
  ChromaSite site;
  Color background;
  std::vector<Tile> tiles;

  bool same_shape (const Scene &o) const;
};

// True if nothing below the tile can be seen through it. `format` is the canvas's.
bool is_opaque (const Tile &tile, const FormatInfo &format);

// How one raster of a tile is resampled. `across` runs along the source's rows and `down` along its
// columns. With `swap_axes` the result is transposed when it is written: then `across` counts the
// rows of `target`.
struct RasterPlan {
  Rect target;  // in the raster's positions
  FilterPlan across;
  FilterPlan down;
  bool swap_axes = false;
};

// The plan of a tile's source from its raster `from` to the positions of raster `to` of the canvas,
// which has the format `canvas`. Crop, siting and orientation are taken into account.
RasterPlan plan_raster (const Tile &tile, int from, const FormatInfo &canvas, int to,
                        ChromaSite canvas_site);
// The same in lists that are kept.
void plan_raster (const Tile &tile, int from, const FormatInfo &canvas, int to,
                  ChromaSite canvas_site, RasterPlan &plan, AxisWork &work);

}  // namespace quad
