// One plane of one tile, ready to be drawn row by row.
#pragma once

#include <vector>

#include "core/scene.h"
#include "host/ops.h"

namespace quad::host {

// Buffers of one worker, large enough for every row of the prepared scene.
struct Scratch {
  std::vector<const std::byte *> rows;
  std::vector<std::int16_t> mid;
  std::vector<std::int16_t> planar;
  std::vector<std::int32_t> wide;
  std::vector<std::byte> joined;
  std::vector<std::vector<std::byte>> layers;
};

class PlaneProgram {
 public:
  PlaneProgram (const Tile &tile, const FormatInfo &format, int plane, ChromaSite canvas_site,
                const Ops &ops);

  // In positions of the plane; before the axes are swapped, where they are.
  int rows () const { return down_.count (); }
  int positions () const { return across_.plan.count (); }
  int bytes_per_position () const { return channels_ * sample_.bytes; }
  const Rect &target () const { return target_; }
  bool swap_axes () const { return swap_axes_; }

  // How many rows to draw with one call; at most kMaxBand.
  int band () const { return band_; }

  // Draws rows [y, y + count), count <= band (), each as `positions ()` positions
  // `stride` bytes apart. Returns whether all of them are opaque.
  bool draw_rows (const Ops &ops, const PlaneView &source, int y, int count, std::byte *out,
                  std::ptrdiff_t stride, Scratch &scratch) const;

  // Makes `scratch` large enough.
  void reserve (Scratch &scratch) const;

 private:
  void copy_row (const std::byte *row, std::byte *out) const;
  void filter_band (const Ops &ops, const RowBand &band, std::byte *out, std::ptrdiff_t stride,
                    Scratch &scratch) const;
  void filter_row_wide (const RowBand &band, int row, std::byte *out, Scratch &scratch) const;
  bool filter_row_alpha (const Ops &ops, const RowBand &band, int row, std::byte *out,
                         Scratch &scratch) const;
  void filter_channels (const Ops &ops, int row, std::byte *out, Scratch &scratch) const;
  RowBand band_of (const PlaneView &source, int y, int count, Scratch &scratch) const;
  // Whether all channels are filtered together along a row.
  bool direct () const { return channels_ == 1 || channels_ == 4; }
  std::size_t planar_stride () const;
  std::size_t mid_stride () const;
  std::size_t joined_stride () const;

  SampleFormat sample_;
  int channels_;
  int alpha_channel_;
  bool swap_axes_;
  Rect target_;
  FilterPlan down_;
  RowPlan across_;   // left counted from the first sample read
  int lo_, hi_;      // the positions of a source row that are read
  bool contiguous_;  // across is a copy of neighbours in order
  int band_;         // rows to draw at a time
  bool box2_;        // exactly 2:1 of whole samples by area on both axes
};

}  // namespace quad::host
