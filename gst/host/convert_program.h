// Draws one raster of a tile whose source has another format than the canvas: converts the rows of
// a filter, which it may share with other rasters.
#pragma once

#include <memory>

#include "host/convert_filter.h"

namespace quad::host {

class ConvertProgram final : public RasterProgram {
 public:
  // One program of those that share the filter `leads`: it is the one that plans for all.
  ConvertProgram (std::shared_ptr<ConvertFilter> filter, const Tile &tile, const FormatInfo &format,
                  int raster, bool leads);

  int rows () const override { return filter_->positions ().rows (); }
  int positions () const override { return filter_->positions ().positions (); }
  int bytes_per_position () const override { return raster_.channels * sample_.bytes; }
  const Rect &target () const override { return filter_->positions ().target (); }
  bool swap_axes () const override { return filter_->positions ().swap_axes (); }
  int band () const override { return filter_->band (); }
  bool has_alpha_beside () const override
  {
    return filter_->sources ().alpha.input >= 0 && raster_.alpha < 0;
  }
  void plan (const Tile &tile, ChromaSite canvas_site, PlanWork &work, Arena &arena) override
  {
    if (leads_) filter_->plan (tile, canvas_site, work, arena);
  }
  void keep (Arena &arena) override
  {
    if (leads_) filter_->keep (arena);
  }
  void set_columns (const Ops &ops, std::span<const Range> ranges, Arena &arena) override
  {
    if (leads_) filter_->set_columns (ops, ranges, arena);
  }
  bool draw_rows (const Ops &ops, const Range &columns, const FrameView &source, int y, int count,
                  const DrawnRows &out, Scratch &scratch) const override;
  void measure (ScratchSize &size) const override;

 private:
  void draw_channel (const Ops &ops, int channel, int r, int count, std::byte *out,
                     const Scratch &scratch) const;
  std::size_t joined_stride () const { return std::size_t (positions ()) + kMidPadding; }

  std::shared_ptr<ConvertFilter> filter_;
  bool leads_;
  RasterInfo raster_;  // of the canvas
  SampleFormat sample_;
  std::optional<ColorMap> colors_;  // unless the filter has light
};

}  // namespace quad::host
