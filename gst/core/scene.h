// What is to be drawn: the one description that every backend understands.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "filter.h"
#include "view.h"

namespace quad {

// A colour as code values of the canvas's components: Y U V A, or R G B A.
struct Color {
  std::array<std::uint16_t, 4> value = {0, 0, 0, 0};

  bool operator== (const Color &) const = default;
};

// Where chroma samples lie between luma samples (ITU-T H.273 8.7,
// chroma_sample_loc_type): on the even luma sample, or centred.
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
  std::optional<Color> solid;  // the colour, instead of all that follows up to `alpha`
  FrameView source;            // of the canvas's format and memory
  Rect crop;                   // the part of the source that fills `target` and `hidden`
  Edges hidden;                // how far `crop` goes on past `target`, where nothing of it is seen
  ChromaSite site;             // the source's
  Orientation orientation = Orientation::identity;
  Filter filter = Filter::area;
  int alpha = 255;  // 0 to 255
  Blend blend = Blend::over;

  // Whether the same samples make up the same picture: all but how it is mixed
  // with what lies below, and where the source's samples lie.
  bool same_picture (const Tile &o) const
  {
    return target == o.target && solid == o.solid && source.same_shape (o.source) &&
           crop == o.crop && hidden == o.hidden && site == o.site && orientation == o.orientation &&
           filter == o.filter;
  }
  // All but where the source's samples lie.
  bool same_shape (const Tile &o) const
  {
    return same_picture (o) && alpha == o.alpha && blend == o.blend;
  }
};

// Tiles lie over the background, the later over the earlier.
struct Scene {
  PixelFormat format = PixelFormat::unknown;
  Size canvas;
  ChromaSite site;
  Color background;
  std::vector<Tile> tiles;

  bool same_shape (const Scene &o) const;
};

// A part of the canvas where the same layers lie: indices of Scene::tiles from
// the lowest one that is seen to the highest; kBackground is one of them only
// where no opaque tile covers it.
inline constexpr int kBackground = -1;

struct Region {
  Rect rect;
  std::vector<int> layers;
};

// Cuts the canvas into regions: disjoint, and together all of it. Tiles of
// alpha 0 lie in none.
std::vector<Region> regions_of (const Scene &scene);

// True where nothing below the tile can be seen through it.
bool is_opaque (const Tile &tile, const FormatInfo &format);

// How one plane of a tile is resampled. `across` runs along the source's rows
// and `down` along its columns; with `swap_axes` the result is turned over its
// diagonal when it is written: the plane's rows of `target` are then counted by
// `across`.
struct PlanePlan {
  Rect target;  // in the plane's positions
  FilterPlan across;
  FilterPlan down;
  bool swap_axes = false;
};

// The plan of plane `plane` for a tile that has a source, crop, siting and
// orientation taken in.
PlanePlan plan_plane (const Tile &tile, const FormatInfo &format, int plane,
                      ChromaSite canvas_site);

}  // namespace quad
