#include "host/convert_program.h"

#include <algorithm>
#include <cstring>

namespace quad::host {
namespace {

constexpr int kAlpha = 3;  // the component

}  // namespace

ConvertProgram::ConvertProgram (std::shared_ptr<ConvertFilter> filter, const Tile &tile,
                                const FormatInfo &format, int raster, bool leads)
    : filter_ (std::move (filter)),
      leads_ (leads),
      raster_ (format.raster[std::size_t (raster)]),
      sample_ (SampleFormat::of (format)),
      colors_ (tile.colors)
{
}

void ConvertProgram::measure (ScratchSize &size) const
{
  filter_->measure (size);
  size.joined = std::max (
      size.joined, joined_stride () * std::size_t (raster_.channels) * std::size_t (sample_.bytes));
}

// Makes `count` samples of a channel of the canvas's raster.
void ConvertProgram::draw_channel (const Ops &ops, int channel, int r, int count, std::byte *out,
                                   const Scratch &scratch) const
{
  const RasterSources &sources = filter_->sources ();
  const int component = raster_.channel[std::size_t (channel)].component;
  if (component < 0 || (component == kAlpha && sources.alpha.input < 0)) {
    std::memset (out, 255, std::size_t (count) * std::size_t (sample_.bytes));
    return;
  }
  const auto k = static_cast<std::size_t> (component);
  if (component == kAlpha || sources.copied[k]) {
    const RasterSources::Place &place = component == kAlpha ? sources.alpha : sources.component[k];
    std::memcpy (out, filter_->row_at (place, r, scratch),
                 std::size_t (count) * std::size_t (sample_.bytes));
    return;
  }
  const LightMap *light = filter_->light ();
  const ColorMap &map = light ? light->from_rgb : *colors_;
  ops.map ({light ? filter_->lit_rows (r, scratch) : filter_->rows_of (map, k, r, scratch),
            map.factor[k], map.offset[k], map.shift},
           count, sample_, out);
}

bool ConvertProgram::draw_rows (const Ops &ops, const Range &columns, const FrameView &source,
                                int y, int count, const DrawnRows &out, Scratch &scratch) const
{
  const int width = columns.second - columns.first;
  const bool opaque = filter_->filter (ops, columns, source, y, count, scratch);
  for (int r = 0; r < count; r++) {
    std::byte *row = out.data + r * out.stride;
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
      std::memcpy (out.alpha + r * out.alpha_stride,
                   filter_->row_at (filter_->sources ().alpha, r, scratch), std::size_t (width));
  }
  return opaque;
}

}  // namespace quad::host
