#include "raster_sources.h"

namespace quad {
namespace {

bool same_channels (const RasterInfo &a, const RasterInfo &b)
{
  if (a.channels != b.channels || a.alpha != b.alpha) return false;
  for (std::size_t c = 0; c < std::size_t (a.channels); c++)
    if (a.channel[c].component != b.channel[c].component) return false;
  return true;
}

bool is_unchanged (const Tile &tile, const RasterInfo &raster)
{
  if (tile.light) return false;
  for (std::size_t c = 0; c < std::size_t (raster.channels); c++) {
    const int k = raster.channel[c].component;
    // What becomes padding is opaque.
    if (k < 0 && raster.channel[c].step > 0) return false;
    if (k >= 0 && k < 3 && tile.colors && !tile.colors->same[std::size_t (k)]) return false;
  }
  return true;
}

int twin_of (const Tile &tile, const FormatInfo &canvas, int raster)
{
  if (tile.source.format == canvas.format && !tile.colors && !tile.light) return raster;
  const FormatInfo &source = info_of (tile.source.format);
  const RasterInfo &wanted = canvas.raster[std::size_t (raster)];
  if (!is_unchanged (tile, wanted) || source.depth != canvas.depth ||
      source.shift != canvas.shift || source.has_alpha () != canvas.has_alpha ())
    return -1;
  for (int r = 0; r < source.rasters; r++)
    if (same_channels (source.raster[std::size_t (r)], wanted)) return r;
  return -1;
}

// The channel of `raster` that has the component and lies in memory at the raster's positions, or
// the mean of what lies there; -1: none.
int channel_of (const RasterInfo &raster, int component)
{
  for (int c = 0; c < raster.channels; c++) {
    const ChannelInfo &channel = raster.channel[std::size_t (c)];
    if (channel.component == component && channel.step > 0) return c;
  }
  return -1;
}

// Whether the canvas's raster has the component `to`, and shows something of the source's component
// `from` in it.
bool uses (const RasterInfo &raster, const Tile &tile, std::size_t to, std::size_t from)
{
  if (channel_of (raster, static_cast<int> (to)) < 0) return false;
  // Light mixes all components.
  return tile.light || (tile.colors ? tile.colors->factor[to][from] != 0 : to == from);
}

bool is_copied (const RasterInfo &raster, const Tile &tile, std::size_t component)
{
  if (tile.light || (tile.colors && !tile.colors->same[component])) return false;
  for (std::size_t to = 0; to < 3; to++)
    if (uses (raster, tile, to, component) != (to == component)) return false;
  return true;
}

}  // namespace

RasterSources sources_of (const Tile &tile, const FormatInfo &canvas, int raster)
{
  RasterSources s;
  s.twin = twin_of (tile, canvas, raster);
  if (s.twin >= 0) return s;
  const RasterInfo &to = canvas.raster[std::size_t (raster)];
  const FormatInfo &source = info_of (tile.source.format);
  const auto needs = [&] (std::size_t k) {
    return uses (to, tile, 0, k) || uses (to, tile, 1, k) || uses (to, tile, 2, k);
  };
  for (std::size_t k = 0; k < 3; k++) s.copied[k] = is_copied (to, tile, k);
  for (int r = 0; r < source.rasters; r++) {
    const RasterInfo &from = source.raster[std::size_t (r)];
    RasterSources::Input input = {.raster = r};
    const int next = static_cast<int> (s.inputs.size ());
    for (std::size_t k = 0; k < 3; k++) {
      const int channel = channel_of (from, static_cast<int> (k));
      if (channel < 0 || !needs (k)) continue;
      s.component[k] = {next, channel};
      input.wanted[std::size_t (channel)] = true;
      input.samples[std::size_t (channel)] = s.copied[k];
    }
    // The last raster says where positions lie, even if nothing of the source is shown.
    const bool last = s.inputs.empty () && r + 1 == source.rasters;
    if (input.wanted == std::array<bool, 4>{} && !last) continue;
    if (from.alpha >= 0 && s.alpha.input < 0) {
      s.alpha = {next, from.alpha};
      input.wanted[std::size_t (from.alpha)] = input.samples[std::size_t (from.alpha)] = true;
    }
    s.inputs.push_back (input);
  }
  return s;
}

}  // namespace quad
