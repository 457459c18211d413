// Draws one raster of one tile, row by row.
#pragma once

#include <utility>
#include <vector>

#include "core/scene.h"
#include "host/ops.h"

namespace quad::host {

// Buffers of one worker, large enough for every row of the prepared scene.
struct Scratch {
  std::vector<const std::byte *> rows;
  std::vector<std::byte> gathered;  // source rows of a raster that is not packed
  std::vector<std::byte> drawn;     // drawn rows that are not on the canvas yet
  std::vector<std::byte> spare;     // for gather_row and scatter_row
  std::vector<std::int16_t> mid;
  std::vector<std::int16_t> planar;
  std::vector<std::int32_t> wide;
  std::vector<std::byte> joined;
  std::vector<std::vector<std::byte>> layers;
};

// Neighbouring outputs of each row, and the part of a source row that they read.
struct Columns {
  int begin = 0;
  RowPlan across;           // `left` counts from position `lo`
  int lo = 0, hi = 0;       // the outputs read positions [lo, hi)
  bool contiguous = false;  // copies neighbours in order

  int count () const { return across.plan.count (); }
  int width () const { return hi - lo; }
  std::size_t planar_stride () const { return std::size_t (width ()) + kMidPadding; }
  std::size_t joined_stride () const { return std::size_t (count ()) + kMidPadding; }
};

class PlaneProgram {
 public:
  PlaneProgram (const Tile &tile, const FormatInfo &format, int raster, ChromaSite canvas_site);

  // In positions of the raster, before the axes are swapped (if they are).
  int rows () const { return down_.count (); }
  int positions () const { return across_.count (); }
  int bytes_per_position () const { return channels_ * sample_.bytes; }
  const Rect &target () const { return target_; }
  bool swap_axes () const { return swap_axes_; }

  // The number of rows to draw with one call; at most kMaxBand.
  int band () const { return band_; }

  // Columns [begin, end) of the raster's target.
  using Range = std::pair<int, int>;

  // Prepares these ranges of columns, and no others, for drawing. They must be sorted and distinct.
  // Ranges that are prepared already are kept.
  void set_columns (const Ops &ops, const std::vector<Range> &ranges);
  // One of the prepared ranges.
  const Columns &columns (int begin, int count) const;

  // Draws these columns of rows [y, y + count), count <= band (), as interleaved channels. The rows
  // are `stride` bytes apart. Returns whether everything drawn is opaque.
  bool draw_rows (const Ops &ops, const Columns &columns, const FrameView &source, int y, int count,
                  std::byte *out, std::ptrdiff_t stride, Scratch &scratch) const;

  // Makes `scratch` large enough for all prepared columns.
  void reserve (Scratch &scratch) const;

 private:
  Columns columns_of (const Ops &ops, const Range &range) const;
  void copy_row (const Columns &columns, const std::byte *row, std::byte *out) const;
  void filter_band (const Ops &ops, const Columns &columns, const RowBand &band, std::byte *out,
                    std::ptrdiff_t stride, Scratch &scratch) const;
  void filter_row_wide (const Columns &columns, const RowBand &band, int row, std::byte *out,
                        Scratch &scratch) const;
  bool filter_row_alpha (const Ops &ops, const Columns &columns, const RowBand &band, int row,
                         std::byte *out, Scratch &scratch) const;
  void filter_channels (const Ops &ops, const Columns &columns, int row, std::byte *out,
                        Scratch &scratch) const;
  RowBand band_of (const Ops &ops, const Columns &columns, const FrameView &source, int y,
                   int count, Scratch &scratch) const;
  // True if the horizontal pass filters all channels together.
  bool direct () const { return channels_ == 1 || channels_ == 4; }
  std::size_t mid_stride (const Columns &columns) const;
  std::size_t gathered_stride (const Columns &columns) const;

  SampleFormat sample_;
  int raster_;
  int plane_;    // holds all of the raster, if it is packed
  bool packed_;  // see RasterInfo
  int channels_;
  int alpha_channel_;
  bool swap_axes_;
  Rect target_;
  FilterPlan down_, across_;
  std::vector<Columns> columns_;  // sorted by their ranges
  int band_;                      // number of rows to draw at a time
  bool box2_;                     // exactly 2:1 of whole samples by area on both axes
};

}  // namespace quad::host
