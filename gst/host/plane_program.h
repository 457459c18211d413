// Filters one raster of a source, row by row.
#pragma once

#include "host/raster_program.h"

namespace quad::host {

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

// Rows of single channels. Row r of channel c begins at data[(c * kMaxBand + r) * stride]. Channels
// in `samples` are finished samples of the canvas, others are intermediates that are converted.
struct FilteredRows {
  std::int16_t *data;
  std::size_t stride;
  SampleFormat format;  // of the canvas
  std::array<bool, 4> samples;
  std::array<bool, 4> wanted;

  std::int16_t *row (int channel, int r) const
  {
    return data + std::size_t (channel * kMaxBand + r) * stride;
  }
};

class PlaneProgram final : public RasterProgram {
 public:
  // How rows are drawn: as the canvas's raster with channels interleaved, or each channel apart.
  enum class Rows { whole, apart };

  // Filters the source's raster `from` to the positions of the canvas's raster `to`.
  PlaneProgram (const Tile &tile, int from, const FormatInfo &canvas, int to,
                Rows rows = Rows::whole);

  int rows () const override { return down_.count (); }
  int positions () const override { return across_.count (); }
  int bytes_per_position () const override { return channels_ * sample_.bytes; }
  const Rect &target () const override { return target_; }
  bool swap_axes () const override { return swap_axes_; }
  int band () const override { return band_; }
  void plan (const Tile &tile, ChromaSite canvas_site, PlanWork &work, Arena &arena) override;
  void keep (Arena &arena) override;
  void set_columns (const Ops &ops, std::span<const Range> ranges, Arena &arena) override;
  bool draw_rows (const Ops &ops, const Range &columns, const FrameView &source, int y, int count,
                  const DrawnRows &out, Scratch &scratch) const override;
  void measure (ScratchSize &size) const override;

  // One of the prepared ranges.
  const Columns &columns (const Range &range) const;

  // For Rows::apart: filters rows [y, y + count). Returns whether everything is opaque.
  bool filter_rows (const Ops &ops, const Range &columns, const FrameView &source, int y, int count,
                    const FilteredRows &out, Scratch &scratch) const;

 private:
  Columns columns_of (const Ops &ops, const Range &range, Arena &arena) const;
  Columns moved (const Columns &columns, Arena &arena) const;
  void copy_row (const Columns &columns, const std::byte *row, std::byte *out) const;
  void filter_band (const Ops &ops, const Columns &columns, const RowBand &band, std::byte *out,
                    std::ptrdiff_t stride, Scratch &scratch) const;
  template <typename Store>
  void sum_row_wide (const Columns &columns, const RowBand &band, int row, Scratch &scratch,
                     Store store) const;
  void filter_row_wide (const Columns &columns, const RowBand &band, int row, std::byte *out,
                        Scratch &scratch) const;
  // Weights the colours of a row by alpha, unless all of it is opaque.
  template <typename Store>
  bool weigh (const Ops &ops, const Columns &columns, const RowBand &band, int row,
              Scratch &scratch, Store store) const;
  bool halves_apart (const Ops &ops, const Columns &columns, const RowBand &band,
                     const FilteredRows &out, Scratch &scratch) const;
  void halve_samples (const Ops &ops, const Columns &columns, const RowBand &band,
                      const FilteredRows &out, Scratch &scratch) const;
  void filter_apart_wide (const Columns &columns, const RowBand &band, int row,
                          const FilteredRows &out, Scratch &scratch) const;
  bool filter_row_alpha (const Ops &ops, const Columns &columns, const RowBand &band, int row,
                         std::byte *out, Scratch &scratch) const;
  void filter_channels (const Ops &ops, const Columns &columns, int row, std::byte *out,
                        Scratch &scratch) const;
  RowBand band_of (const Ops &ops, const Columns &columns, const FrameView &source, int y,
                   int count, Scratch &scratch) const;
  // True if the horizontal pass filters all channels together.
  bool direct (const Columns &columns) const { return columns.across.channels == channels_; }
  std::size_t mid_stride (const Columns &columns) const;
  std::size_t gathered_stride (const Columns &columns) const;

  Rows form_;
  SampleFormat sample_;  // of the source
  int raster_;
  const FormatInfo &canvas_;
  int to_;       // the canvas's raster
  int plane_;    // holds all of the raster, if it is packed
  bool packed_;  // see RasterInfo
  int channels_;
  int alpha_channel_;

  // As it is planned.
  bool swap_axes_ = false;
  Rect target_;
  FilterView down_, across_;
  std::span<const Columns> columns_;  // sorted by their ranges
  int band_ = 1;                      // number of rows to draw at a time
  bool box2_ = false;                 // exactly 2:1 of whole samples by area on both axes
};

}  // namespace quad::host
