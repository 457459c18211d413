// Draws one raster of one tile, row by row.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "core/scene.h"
#include "host/arena.h"
#include "host/ops.h"

namespace quad::host {

class ConvertFilter;

// How much of each list of a Scratch the rows of a scene need, in elements.
struct ScratchSize {
  std::size_t rows = 0, gathered = 0, spare = 0, mid = 0, planar = 0, wide = 0, joined = 0,
              filtered = 0, codes = 0, lit = 0;
  std::size_t layers = 0;  // that lie over one another
  std::size_t widest = 0;  // positions of a row
};

// Buffers of one worker, large enough for every row of the prepared scene.
struct Scratch {
  void fit (const ScratchSize &size);

  std::vector<const std::byte *> rows;
  std::vector<std::byte> gathered;  // source rows of a raster that is not packed
  std::vector<std::byte> drawn;     // drawn rows that are not on the canvas yet
  std::vector<std::byte> spare;     // for gather_row and scatter_row
  std::vector<std::int16_t> mid;
  std::vector<std::int16_t> planar;
  std::vector<std::int32_t> wide;
  std::vector<std::byte> joined;
  std::vector<std::int16_t> filtered;  // rows of single channels, to be converted
  std::vector<std::byte> codes;        // rows of R', G' and B' of 16 bits, in the source's light
  std::vector<std::int16_t> lit;       // the same in the canvas's light, as intermediates
  // What `filtered` and `lit` hold: rows [y, y + count) of a filter's range of columns. It does not
  // say of which frame: each job clears it first.
  struct Filtered {
    const ConvertFilter *by = nullptr;  // nothing
    int column = 0, y = 0, count = 0;
    bool opaque = true;
  } last_filtered;

  // Rows of layers, and their alphas if those lie beside.
  std::byte *layer (std::size_t i) { return layers.data () + i * 4 * widest; }
  std::byte *alpha (std::size_t i) { return alphas.data () + i * widest; }

  std::vector<std::byte> layers, alphas;
  std::size_t widest = 0;
};

// What planning works with. It is kept, so that planning anew allocates nothing.
struct PlanWork {
  RasterPlan plan;
  AxisWork axis;
};

// Rows of interleaved channels that are drawn, and one alpha byte per position beside them. `alpha`
// is used if the program has alpha beside; null: it is not wanted.
struct DrawnRows {
  std::byte *data;
  std::ptrdiff_t stride;
  std::byte *alpha = nullptr;
  std::ptrdiff_t alpha_stride = 0;
};

// All that it says of a tile, a program keeps in the arena that it was given last.
class RasterProgram {
 public:
  virtual ~RasterProgram () = default;

  // In positions of the canvas's raster, before the axes are swapped (if they are).
  virtual int rows () const = 0;
  virtual int positions () const = 0;
  virtual int bytes_per_position () const = 0;
  virtual const Rect &target () const = 0;
  virtual bool swap_axes () const = 0;

  // The number of rows to draw with one call; at most kMaxBand.
  virtual int band () const = 0;

  // Whether the source has alpha, and the canvas does not.
  virtual bool has_alpha_beside () const { return false; }

  // Columns [begin, end) of the raster's target.
  using Range = std::pair<int, int>;

  // Begins to draw `tile`, which differs from the one before only in what is shown of its source,
  // where and how: see Tile::same_source ().
  virtual void plan (const Tile &tile, ChromaSite canvas_site, PlanWork &work, Arena &arena) = 0;

  // Goes on with the same tile in another arena. What is in the old one is needed until
  // set_columns () returns.
  virtual void keep (Arena &arena) = 0;

  // Prepares these ranges of columns, and no others, for drawing. They must
  // be sorted and distinct. Ranges that were prepared already are kept.
  virtual void set_columns (const Ops &ops, std::span<const Range> ranges, Arena &arena) = 0;

  // Draws the prepared range `columns` of rows [y, y + count), count <= band (). Returns whether
  // everything drawn is opaque.
  virtual bool draw_rows (const Ops &ops, const Range &columns, const FrameView &source, int y,
                          int count, const DrawnRows &out, Scratch &scratch) const = 0;

  // Raises `size` to what all prepared columns need.
  virtual void measure (ScratchSize &size) const = 0;
};

// The programs of all rasters of a canvas of `format` for a tile with a source. They are to be
// planned in this order.
std::vector<std::unique_ptr<RasterProgram>> make_raster_programs (const Tile &tile,
                                                                  const FormatInfo &format);

}  // namespace quad::host
