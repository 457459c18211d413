#include "raster_sources.h"

#include <algorithm>
#include <optional>
#include <span>

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

using Rasters = std::span<const RasterInfo>;

// Whether one of the canvas's rasters has the component `to`, and shows something of the source's
// component `from` in it.
bool uses (Rasters rasters, const Tile &tile, std::size_t to, std::size_t from)
{
  if (std::ranges::none_of (rasters, [&] (const RasterInfo &r) {
        return channel_of (r, static_cast<int> (to)) >= 0;
      }))
    return false;
  // Light mixes all components.
  return tile.light || (tile.colors ? tile.colors->factor[to][from] != 0 : to == from);
}

bool is_copied (Rasters rasters, const Tile &tile, std::size_t component)
{
  if (tile.light || (tile.colors && !tile.colors->same[component])) return false;
  for (std::size_t to = 0; to < 3; to++)
    if (uses (rasters, tile, to, component) != (to == component)) return false;
  return true;
}

// What any of the canvas's rasters needs, but for twins.
RasterSources sources_of (const Tile &tile, Rasters to)
{
  RasterSources s;
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

// The source's raster that says how transparent positions are.
int alpha_raster (const RasterSources &s)
{
  return s.alpha.input < 0 ? -1 : s.inputs[std::size_t (s.alpha.input)].raster;
}

// Whether a raster that needs `one` may be drawn from the rows of `all`.
bool serves (const RasterSources &all, const RasterSources &one)
{
  for (std::size_t k = 0; k < 3; k++)
    if (one.component[k].input >= 0 && one.copied[k] != all.copied[k]) return false;
  return one.twin < 0 && alpha_raster (one) == alpha_raster (all);
}

// The group of these rasters, if one filtering serves them all.
std::optional<RasterGroup> group_of (const Tile &tile, const FormatInfo &canvas, int first,
                                     int count)
{
  const Rasters all = Rasters (canvas.raster).subspan (std::size_t (first), std::size_t (count));
  RasterGroup group = {first, count, sources_of (tile, all)};
  for (int r = first; r < first + count; r++)
    if (canvas.raster[std::size_t (r)].sub != all[0].sub ||
        !serves (group.sources, sources_of (tile, canvas, r)))
      return {};
  return group;
}

}  // namespace

RasterSources sources_of (const Tile &tile, const FormatInfo &canvas, int raster)
{
  RasterSources s;
  s.twin = twin_of (tile, canvas, raster);
  if (s.twin >= 0) return s;
  return sources_of (tile, Rasters (canvas.raster).subspan (std::size_t (raster), 1));
}

std::vector<RasterGroup> raster_groups (const Tile &tile, const FormatInfo &canvas)
{
  std::vector<RasterGroup> groups;
  for (int r = 0; r < canvas.rasters; r += groups.back ().count) {
    groups.push_back ({r, 1, sources_of (tile, canvas, r)});
    for (int count = 2; r + count <= canvas.rasters; count++) {
      auto larger = group_of (tile, canvas, r, count);
      if (!larger) break;
      groups.back () = std::move (*larger);
    }
  }
  return groups;
}

}  // namespace quad
