// Filters a source of another format than the canvas to the positions of some rasters of the
// canvas, which are converted from the rows that it makes.
#pragma once

#include <array>
#include <vector>

#include "core/raster_sources.h"
#include "host/plane_program.h"

namespace quad::host {

// Filters what rasters of a canvas are converted from, a band of rows at a time, into a thread's
// Scratch. It does not change while it draws, so threads share it.
class ConvertFilter {
 public:
  // `group` has no twin.
  ConvertFilter (const Tile &tile, const RasterGroup &group, const FormatInfo &format);

  const RasterSources &sources () const { return sources_; }
  const LightMap *light () const { return light_.get (); }
  // All inputs have the same positions.
  const PlaneProgram &positions () const { return programs_[0]; }
  int band () const { return band_; }

  // As those of a RasterProgram.
  void plan (const Tile &tile, ChromaSite canvas_site, PlanWork &work, Arena &arena);
  void keep (Arena &arena);
  void set_columns (const Ops &ops, std::span<const RasterProgram::Range> ranges, Arena &arena);
  void measure (ScratchSize &size) const;

  // Fills the rows of `scratch` from row `y` of the rasters on, unless they are what it has filled
  // last. Returns whether everything is opaque.
  bool filter (const Ops &ops, const RasterProgram::Range &columns, const FrameView &source, int y,
               int count, Scratch &scratch) const;

  // Of the row `r` from `y` on: the samples or intermediates of an input's channel,
  const std::int16_t *row_at (const RasterSources::Place &place, int r,
                              const Scratch &scratch) const;
  // what becomes the component `component` of `map`,
  std::array<const std::int16_t *, 3> rows_of (const ColorMap &map, std::size_t component, int r,
                                               const Scratch &scratch) const;
  // and R', G' and B' in the canvas's light, if there is light.
  std::array<const std::int16_t *, 3> lit_rows (int r, const Scratch &scratch) const;

 private:
  void light_row (const Ops &ops, int r, int count, Scratch &scratch) const;
  // Elements of `Scratch::filtered` from row to row, and for each input.
  std::size_t row_stride () const { return std::size_t (positions ().positions ()) + kMidPadding; }
  std::size_t input_size () const { return 4 * kMaxBand * row_stride (); }

  SampleFormat sample_;  // of the canvas
  std::shared_ptr<const LightMap> light_;
  RasterSources sources_;
  std::vector<PlaneProgram> programs_;  // of the inputs
  int band_ = kMaxBand;
};

}  // namespace quad::host
