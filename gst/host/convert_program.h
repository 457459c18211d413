// Draws one raster of a tile whose source has another format than the canvas: filters the source's
// components to the raster's positions, then converts them.
#pragma once

#include <array>
#include <vector>

#include "core/raster_sources.h"
#include "host/plane_program.h"

namespace quad::host {

class ConvertProgram final : public RasterProgram {
 public:
  // `sources` has no twin.
  ConvertProgram (const Tile &tile, RasterSources sources, const FormatInfo &format, int raster,
                  ChromaSite canvas_site);

  int rows () const override { return programs_[0].rows (); }
  int positions () const override { return programs_[0].positions (); }
  int bytes_per_position () const override { return raster_.channels * sample_.bytes; }
  const Rect &target () const override { return programs_[0].target (); }
  bool swap_axes () const override { return programs_[0].swap_axes (); }
  int band () const override { return band_; }
  bool has_alpha_beside () const override { return sources_.alpha.input >= 0 && raster_.alpha < 0; }
  void set_columns (const Ops &ops, const std::vector<Range> &ranges) override;
  bool draw_rows (const Ops &ops, const Range &columns, const FrameView &source, int y, int count,
                  const DrawnRows &out, Scratch &scratch) const override;
  void reserve (Scratch &scratch) const override;

 private:
  const std::int16_t *row_at (const RasterSources::Place &place, int r,
                              const Scratch &scratch) const;
  std::array<const std::int16_t *, 3> rows_of (const ColorMap &map, std::size_t component, int r,
                                               const Scratch &scratch) const;
  void light_row (const Ops &ops, int r, int count, Scratch &scratch) const;
  void draw_channel (const Ops &ops, int channel, int r, int count, std::byte *out,
                     const Scratch &scratch) const;
  // Elements of `Scratch::filtered` from row to row, and for each input.
  std::size_t row_stride () const { return std::size_t (positions ()) + kMidPadding; }
  std::size_t input_size () const { return 4 * kMaxBand * row_stride (); }
  std::size_t joined_stride () const { return std::size_t (positions ()) + kMidPadding; }

  RasterInfo raster_;  // of the canvas
  SampleFormat sample_;
  std::optional<ColorMap> colors_;
  std::shared_ptr<const LightMap> light_;  // instead of `colors_`
  RasterSources sources_;
  std::vector<PlaneProgram> programs_;  // of the inputs
  int band_ = kMaxBand;
};

}  // namespace quad::host
