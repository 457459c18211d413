#include "host/convert_filter.h"

#include <algorithm>

namespace quad::host {
namespace {

constexpr SampleFormat kCodes = {.depth = 16, .bytes = 2};  // of Scratch::codes

}  // namespace

ConvertFilter::ConvertFilter (const Tile &tile, const RasterGroup &group, const FormatInfo &format)
    : sample_ (SampleFormat::of (format)), light_ (tile.light), sources_ (group.sources)
{
  for (const RasterSources::Input &input : sources_.inputs)
    programs_.emplace_back (tile, input.raster, format, group.first, PlaneProgram::Rows::apart);
}

void ConvertFilter::plan (const Tile &tile, ChromaSite canvas_site, PlanWork &work, Arena &arena)
{
  band_ = kMaxBand;
  for (PlaneProgram &p : programs_) {
    p.plan (tile, canvas_site, work, arena);
    band_ = std::min (band_, p.band ());
  }
}

void ConvertFilter::keep (Arena &arena)
{
  for (PlaneProgram &p : programs_) p.keep (arena);
}

void ConvertFilter::set_columns (const Ops &ops, std::span<const RasterProgram::Range> ranges,
                                 Arena &arena)
{
  for (PlaneProgram &p : programs_) p.set_columns (ops, ranges, arena);
}

void ConvertFilter::measure (ScratchSize &size) const
{
  for (const PlaneProgram &p : programs_) p.measure (size);
  size.filtered = std::max (size.filtered, programs_.size () * input_size ());
  if (!light_) return;
  size.codes = std::max (size.codes, 3 * row_stride () * std::size_t (kCodes.bytes));
  size.lit = std::max (size.lit, 3 * kMaxBand * row_stride ());
}

const std::int16_t *ConvertFilter::row_at (const RasterSources::Place &place, int r,
                                           const Scratch &scratch) const
{
  const auto at = std::size_t (place.channel * kMaxBand + r);
  return scratch.filtered.data () + std::size_t (place.input) * input_size () + at * row_stride ();
}

std::array<const std::int16_t *, 3> ConvertFilter::rows_of (const ColorMap &map,
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

std::array<const std::int16_t *, 3> ConvertFilter::lit_rows (int r, const Scratch &scratch) const
{
  const std::int16_t *first = scratch.lit.data () + 3 * std::size_t (r) * row_stride ();
  return {first, first + row_stride (), first + 2 * row_stride ()};
}

// Fills lit_rows.
void ConvertFilter::light_row (const Ops &ops, int r, int count, Scratch &scratch) const
{
  const ColorMap &map = light_->to_rgb;
  LightRow row;
  for (std::size_t k = 0; k < 3; k++) {
    std::byte *codes = scratch.codes.data () + k * row_stride () * std::size_t (kCodes.bytes);
    ops.map ({rows_of (map, k, r, scratch), map.factor[k], map.offset[k], map.shift}, count, kCodes,
             codes);
    row.code[k] = codes;
    row.lit[k] = scratch.lit.data () + (3 * std::size_t (r) + k) * row_stride ();
  }
  ops.light (*light_, row, count);
}

bool ConvertFilter::filter (const Ops &ops, const RasterProgram::Range &columns,
                            const FrameView &source, int y, int count, Scratch &scratch) const
{
  Scratch::Filtered &last = scratch.last_filtered;
  if (last.by == this && last.column == columns.first && last.y == y && last.count == count)
    return last.opaque;
  last = {this, columns.first, y, count, true};
  for (std::size_t i = 0; i < programs_.size (); i++) {
    const RasterSources::Input &input = sources_.inputs[i];
    const FilteredRows rows = {scratch.filtered.data () + i * input_size (), row_stride (), sample_,
                               input.samples, input.wanted};
    last.opaque =
        programs_[i].filter_rows (ops, columns, source, y, count, rows, scratch) && last.opaque;
  }
  for (int r = 0; light_ && r < count; r++)
    light_row (ops, r, columns.second - columns.first, scratch);
  return last.opaque;
}

}  // namespace quad::host
