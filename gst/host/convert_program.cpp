#include "host/convert_program.h"

#include <algorithm>
#include <cstring>

#include "host/scalar.h"

namespace quad::host {
namespace {

constexpr int kAlpha = 3;  // the component

constexpr SampleFormat kCodes = {.depth = 16, .bytes = 2};  // of Scratch::codes

}  // namespace

ConvertProgram::ConvertProgram (const Tile &tile, RasterSources sources, const FormatInfo &format,
                                int raster, ChromaSite canvas_site)
    : raster_ (format.raster[std::size_t (raster)]),
      sample_ (SampleFormat::of (format)),
      colors_ (tile.colors),
      light_ (tile.light),
      sources_ (std::move (sources))
{
  for (const RasterSources::Input &input : sources_.inputs) {
    programs_.emplace_back (tile, input.raster, format, raster, canvas_site,
                            PlaneProgram::Rows::apart);
    band_ = std::min (band_, programs_.back ().band ());
  }
}

void ConvertProgram::set_columns (const Ops &ops, const std::vector<Range> &ranges)
{
  for (PlaneProgram &p : programs_) p.set_columns (ops, ranges);
}

void ConvertProgram::reserve (Scratch &scratch) const
{
  for (const PlaneProgram &p : programs_) p.reserve (scratch);
  const auto grow = [] (auto &v, std::size_t size) { v.resize (std::max (v.size (), size)); };
  grow (scratch.filtered, programs_.size () * input_size ());
  if (light_) {
    grow (scratch.codes, 3 * row_stride () * std::size_t (kCodes.bytes));
    grow (scratch.lit, 3 * row_stride ());
  }
  grow (scratch.joined,
        joined_stride () * std::size_t (raster_.channels) * std::size_t (sample_.bytes));
}

const std::int16_t *ConvertProgram::row_at (const RasterSources::Place &place, int r,
                                            const Scratch &scratch) const
{
  const auto at = std::size_t (place.channel * kMaxBand + r);
  return scratch.filtered.data () + std::size_t (place.input) * input_size () + at * row_stride ();
}

// What becomes the component `component` of `map`.
std::array<const std::int16_t *, 3> ConvertProgram::rows_of (const ColorMap &map,
                                                             std::size_t component, int r,
                                                             const Scratch &scratch) const
{
  std::array<const std::int16_t *, 3> rows;
  for (std::size_t i = 0; i < 3; i++) {
    // What the source does not have has no factor: any row will do.
    const bool used = sources_.component[i].input >= 0 && map.factor[component][i] != 0;
    rows[i] = row_at (used ? sources_.component[i] : RasterSources::Place{0, 0}, r, scratch);
  }
  return rows;
}

// Fills `Scratch::lit`.
void ConvertProgram::light_row (const Ops &ops, int r, int count, Scratch &scratch) const
{
  const ColorMap &map = light_->to_rgb;
  LightRow row;
  for (std::size_t k = 0; k < 3; k++) {
    std::byte *codes = scratch.codes.data () + k * row_stride () * std::size_t (kCodes.bytes);
    ops.map ({rows_of (map, k, r, scratch), map.factor[k], map.offset[k], map.shift}, count, kCodes,
             codes);
    row.code[k] = codes;
    row.lit[k] = scratch.lit.data () + k * row_stride ();
  }
  ops.light (*light_, row, count);
}

// Makes `count` samples of a channel of the canvas's raster.
void ConvertProgram::draw_channel (const Ops &ops, int channel, int r, int count, std::byte *out,
                                   const Scratch &scratch) const
{
  const int component = raster_.channel[std::size_t (channel)].component;
  if (component < 0 || (component == kAlpha && sources_.alpha.input < 0)) {
    std::memset (out, 255, std::size_t (count) * std::size_t (sample_.bytes));
    return;
  }
  const auto k = static_cast<std::size_t> (component);
  if (component == kAlpha || sources_.copied[k]) {
    const RasterSources::Place &place =
        component == kAlpha ? sources_.alpha : sources_.component[k];
    std::memcpy (out, row_at (place, r, scratch),
                 std::size_t (count) * std::size_t (sample_.bytes));
    return;
  }
  const ColorMap &map = light_ ? light_->from_rgb : *colors_;
  MapRow row = {{}, map.factor[k], map.offset[k], map.shift};
  if (light_)
    for (std::size_t i = 0; i < 3; i++) row.in[i] = scratch.lit.data () + i * row_stride ();
  else
    row.in = rows_of (map, k, r, scratch);
  ops.map (row, count, sample_, out);
}

bool ConvertProgram::draw_rows (const Ops &ops, const Range &columns, const FrameView &source,
                                int y, int count, const DrawnRows &out, Scratch &scratch) const
{
  const int width = columns.second - columns.first;
  bool opaque = true;
  for (std::size_t i = 0; i < programs_.size (); i++) {
    const RasterSources::Input &input = sources_.inputs[i];
    const FilteredRows rows = {scratch.filtered.data () + i * input_size (), row_stride (), sample_,
                               input.samples, input.wanted};
    opaque = programs_[i].filter_rows (ops, columns, source, y, count, rows, scratch) && opaque;
  }
  for (int r = 0; r < count; r++) {
    std::byte *row = out.data + r * out.stride;
    if (light_) light_row (ops, r, width, scratch);
    if (raster_.channels == 1) {
      draw_channel (ops, 0, r, width, row, scratch);
    } else {
      for (int c = 0; c < raster_.channels; c++)
        draw_channel (ops, c, r, width,
                      scratch.joined.data () +
                          std::size_t (c) * joined_stride () * std::size_t (sample_.bytes),
                      scratch);
      ops.join (scratch.joined.data (), joined_stride (), raster_.channels, width, sample_.bytes,
                row);
    }
    if (out.alpha && has_alpha_beside ())
      std::memcpy (out.alpha + r * out.alpha_stride, row_at (sources_.alpha, r, scratch),
                   std::size_t (width));
  }
  return opaque;
}

}  // namespace quad::host
