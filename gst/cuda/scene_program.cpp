#include "cuda/scene_program.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "core/raster_sources.h"
#include "core/regions.h"

namespace quad::cuda {
namespace {

constexpr int kWidest = 128;  // width of a patch, in positions
// Runs and halves need no shared memory: the bytes of a patch's row, and of all its rows.
constexpr int kRunBytes = 1024, kPatchBytes = 8192;

// How a picture of `s` is drawn to positions of `canvas`.
Method method_of (const RasterPlan &plan, const Samples &s, const Samples &canvas)
{
  if (plan.across.copy && plan.down.copy) return Method::copy;
  const bool words = s.bytes == 1 ? s.channels != 3 : s.depth <= 10 && s.channels <= 2;
  if (words && s.packed && canvas.packed && !plan.swap_axes && plan.across.view ().halves () &&
      plan.down.view ().halves ())
    return Method::halves;
  return s.depth > 10 ? Method::direct : Method::staged;
}

// The number of an output's taps up to the last one that is not 0.
int used_taps (const FilterPlan &plan, int o)
{
  int n = plan.taps;
  while (n > 0 && plan.tap (o)[n - 1] == 0) n--;
  return n;
}

// Makes `left` monotonic, padding with zero taps. Then the first and the last output of a patch
// tell which samples the whole patch reads. `left` ascends, or descends if the picture is mirrored.
// It may be out of order before, because a plan drops outer taps of 0.
void make_monotonous (FilterPlan &plan)
{
  if (plan.copy) return;
  std::vector<std::int32_t> left = plan.left;
  const auto least = [] (std::int32_t a, std::int32_t b) { return std::min (a, b); };
  if (left.front () > left.back ())
    std::partial_sum (left.begin (), left.end (), left.begin (), least);
  else
    std::partial_sum (left.rbegin (), left.rend (), left.rbegin (), least);
  if (left == plan.left) return;
  int taps = 0;
  for (std::size_t o = 0; o < left.size (); o++)
    taps = std::max (taps, plan.left[o] + used_taps (plan, static_cast<int> (o)) - left[o]);
  const int end = *std::max_element (plan.left.begin (), plan.left.end ()) + plan.taps;
  std::vector<std::int16_t> weight (left.size () * std::size_t (taps), 0);
  for (std::size_t o = 0; o < left.size (); o++) {
    left[o] = std::min (left[o], end - taps);
    const auto at = o * std::size_t (taps) + std::size_t (plan.left[o] - left[o]);
    std::copy_n (plan.tap (static_cast<int> (o)), used_taps (plan, static_cast<int> (o)),
                 weight.begin () + std::ptrdiff_t (at));
  }
  plan.left = std::move (left);
  plan.weight = std::move (weight);
  plan.taps = taps;
}

// The most bytes of shared memory that a patch of `size` positions of the picture needs.
std::size_t mid_bytes (const RasterPlan &plan, const Samples &s, Size size)
{
  const Size seen = plan.swap_axes ? size.transposed () : size;
  const int columns = std::min (seen.width, plan.across.count ());
  int most = 0;
  for (int u = 0; u + columns <= plan.across.count (); u++) {
    const auto [first, last] = plan.across.view ().reads (u, columns);
    most = std::max (most, last - first);
  }
  // The extent begins and ends with a unit of the source, and rows of results on 16 bytes.
  const auto count = std::size_t (ceil_div (most * s.channels + 2 * (unit_of (s) - 1), 8) * 8);
  const auto rows = std::size_t (std::min (seen.height, plan.down.count ()));
  const std::size_t weighted = s.alpha >= 0 ? 3 * sizeof (std::int32_t) * (count / 4) : 0;
  return rows * (count * sizeof (std::int16_t) + weighted) + 16;
}

// Whether a patch of 8 positions needs at most `room` bytes of shared memory.
bool can_be_staged (const RasterPlan &plan, const Samples &s, std::size_t room)
{
  return mid_bytes (plan, s, plan.swap_axes ? Size{1, 8} : Size{8, 1}) <= room;
}

// How the inputs of `sources` become the canvas's raster `raster`.
Conversion conversion_of (const Tile &tile, const RasterSources &sources, const RasterInfo &raster)
{
  Conversion c = {};
  c.pictures = static_cast<std::int32_t> (sources.inputs.size ());
  for (std::size_t i = 0; i < sources.inputs.size (); i++)
    for (std::size_t k = 0; k < 4; k++)
      if (sources.inputs[i].samples[k]) c.samples[i] |= 1 << k;
  for (std::size_t k = 0; k < 3; k++)
    c.component[k] = {sources.component[k].input, sources.component[k].channel};
  c.alpha = {sources.alpha.input, sources.alpha.channel};
  c.shift = tile.colors ? tile.colors->shift : 0;
  for (std::size_t to = 0; to < std::size_t (raster.channels); to++) {
    Conversion::Channel &channel = c.channel[to];
    const int component = raster.channel[to].component;
    const auto k = static_cast<std::size_t> (component);
    channel.from = component;
    if (component == kAlpha || (component >= 0 && sources.copied[k])) continue;
    channel.from = kMapped;
    if (component < 0) {
      channel.offset = 255 << c.shift;  // padding
      continue;
    }
    std::ranges::copy (tile.colors->factor[k], channel.factor);
    channel.offset = tile.colors->offset[k];
  }
  return c;
}

int words_of (const Samples &s, Size size)
{
  return ceil_div (size.width, group_of (s)) * size.height;
}

// The distance of the rows that neighbouring outputs begin with, or 0 if it varies.
int row_step_of (const FilterPlan &down)
{
  const int step = down.count () > 1 ? down.left[1] - down.left[0] : 1;
  for (std::size_t o = 1; o < down.left.size (); o++)
    if (down.left[o] - down.left[o - 1] != step) return 0;
  return step;
}

// The next smaller patch, or the same size if there is none.
Size smaller (Size size)
{
  if (size.height > 8 || (size.height > 1 && size.width <= 16))
    return {size.width, size.height / 2};
  return {std::max (1, size.width / 2), size.height};
}

}  // namespace

bool draws (const FormatInfo &format)
{
  if (format.planes > kPlanes || format.rasters > kPlanes) return false;
  for (int r = 0; r < format.rasters; r++) {
    const RasterInfo &raster = format.raster[std::size_t (r)];
    for (int c = 0; c < raster.channels; c++)
      if (!raster.stores (c) || raster.channel[std::size_t (c)].plane != raster.channel[0].plane)
        return false;
    if (!raster.packed && (format.sample_bytes > 1 || raster.alpha >= 0)) return false;
  }
  return format.planes > 0;
}

Samples samples_of (const FormatInfo &format, int raster)
{
  const RasterInfo &info = format.raster[std::size_t (raster)];
  Samples s = {format.depth,
               format.sample_bytes,
               format.shift,
               info.channels,
               info.alpha,
               info.channel[0].plane,
               info.packed ? 1 : 0,
               info.channel[0].step,
               {},
               -1};
  for (int c = 0; c < info.channels; c++) s.offset[c] = info.channel[std::size_t (c)].offset;
  return s;
}

// Collects the tables for the device.
struct SceneProgram::Build {
  const Scene &scene;
  const FormatInfo &format;
  const Samples *samples;
  std::vector<std::byte> &tables;
  std::vector<Picture> pictures;
  std::vector<RasterPlan> plans;  // of the pictures
  std::vector<Conversion> conversions;
  // What a raster of the canvas shows of a tile, for each raster of each tile.
  struct Shown {
    int picture;     // index of the first
    int conversion;  // -1: none
  };
  std::vector<Shown> shown;
  std::vector<Layer> layers;
  std::vector<Part> parts;
  struct Step {
    std::vector<Patch> patches;
    std::vector<int> sources;
  };
  std::vector<Step> steps;

  // Appends an array to the tables.
  template <typename T>
  Offset<T> put (const std::vector<T> &values)
  {
    constexpr std::size_t kAlignment = 16;
    tables.resize ((tables.size () + kAlignment - 1) / kAlignment * kAlignment);
    const std::size_t at = tables.size ();
    tables.resize (at + values.size () * sizeof (T));
    if (!values.empty ())
      std::memcpy (tables.data () + at, values.data (), values.size () * sizeof (T));
    return {static_cast<std::uint32_t> (at)};
  }

  AxisTable table_of (const FilterPlan &plan)
  {
    AxisTable t = {};
    t.left = put (plan.left);
    t.taps = plan.taps;
    const auto pitch = static_cast<std::size_t> (pitch_of (plan.taps));
    std::vector<std::int16_t> weight (plan.left.size () * pitch, 0);
    for (std::size_t o = 0; o < plan.left.size (); o++)
      std::copy_n (plan.tap (static_cast<int> (o)), plan.taps,
                   weight.begin () + std::ptrdiff_t (o * pitch));
    t.weight = put (weight);
    t.count = plan.count ();
    return t;
  }

  // Adds the plan and the table of raster `from` of a tile's source on raster `to` of the canvas.
  Picture &add_picture (const Tile &tile, int from, int to)
  {
    RasterPlan plan = plan_raster (tile, from, format, to, scene.site);
    make_monotonous (plan.across);
    Picture p = {};
    p.across = table_of (plan.across);
    p.down = table_of (plan.down);
    p.x = plan.target.x;
    p.y = plan.target.y;
    p.swap_axes = plan.swap_axes;
    p.samples = samples_of (info_of (tile.source.format), from);
    p.row_samples = raster_size (info_of (tile.source.format), from, tile.source.size).width *
                    p.samples.channels;
    pictures.push_back (p);
    plans.push_back (std::move (plan));
    return pictures.back ();
  }

  // A raster that the canvas shows as it is.
  void add_twin (const Tile &tile, int from, int to)
  {
    Picture &p = add_picture (tile, from, to);
    const RasterPlan &plan = plans.back ();
    p.method = method_of (plan, p.samples, samples[to]);
    if (p.method == Method::staged && !can_be_staged (plan, p.samples, kMidBytes))
      p.method = Method::direct;
    p.runs = p.method == Method::copy && p.samples.packed && samples[to].packed &&
             !plan.swap_axes && plan.across.view ().ascends (1);
  }

  // A raster that is converted, one of `count`.
  void add_input (const Tile &tile, int from, int to, int count)
  {
    Picture &p = add_picture (tile, from, to);
    const RasterPlan &plan = plans.back ();
    // Copies keep their colours, also those that nobody sees.
    if (plan.across.copy && plan.down.copy) p.samples.alpha = -1;
    const bool fits =
        can_be_staged (plan, p.samples, std::size_t{kMidBytes} / static_cast<std::size_t> (count));
    p.method = p.samples.depth <= 10 && fits ? Method::staged : Method::direct;
  }

  // What raster `raster` of the canvas shows of a tile.
  void add_tile (const Tile &tile, int raster)
  {
    Shown s = {static_cast<int> (pictures.size ()), -1};
    if (!tile.solid) {
      const RasterSources sources = sources_of (tile, format, raster);
      if (sources.twin >= 0) {
        add_twin (tile, sources.twin, raster);
      } else {
        s.conversion = static_cast<int> (conversions.size ());
        conversions.push_back (conversion_of (tile, sources, format.raster[std::size_t (raster)]));
        for (const RasterSources::Input &input : sources.inputs)
          add_input (tile, input.raster, raster, static_cast<int> (sources.inputs.size ()));
      }
    }
    shown.push_back (s);
  }

  const Shown &shown_of (int tile, int raster) const
  {
    return shown[std::size_t (tile) * std::size_t (format.rasters) + std::size_t (raster)];
  }

  // The bytes of shared memory that a layer needs for a patch of `size`.
  std::size_t layer_bytes (const Layer &layer, Size size) const
  {
    if (layer.source < 0) return 0;
    const int count =
        layer.conversion < 0 ? 1 : conversions[std::size_t (layer.conversion)].pictures;
    std::size_t bytes = 0;
    for (int i = 0; i < count; i++) {
      const auto k = std::size_t (layer.picture + i);
      if (pictures[k].method == Method::staged)
        bytes += mid_bytes (plans[k], pictures[k].samples, size);
    }
    return bytes;
  }

  // The size of a patch with one layer whose pictures are staged: full rows of threads, which make
  // kRowsAtOnce rows each.
  Size staged_size (const Layer &layer, Size whole) const
  {
    constexpr int kMostRows = 32;
    const auto fits = [&] (Size size) { return layer_bytes (layer, size) <= kMidBytes; };
    Size size = {std::min (kWidest, whole.width), std::min (kMostRows, whole.height)};
    while (size.width > 8 && !fits ({size.width, std::min (kRowsAtOnce, size.height)}))
      size.width = size.width > 16 ? (size.width / 2 + 15) / 16 * 16 : (size.width + 1) / 2;
    while (size.height > 1 && !fits (size))
      size.height = size.height > kRowsAtOnce ? (size.height - 1) / kRowsAtOnce * kRowsAtOnce
                                              : size.height - 1;
    const int patches = ceil_div (whole.height, size.height);
    const int even = ceil_div (ceil_div (whole.height, patches), kRowsAtOnce) * kRowsAtOnce;
    return {size.width, std::min (size.height, even)};
  }

  // The size of a patch of the part: all that its block needs is there.
  Size patch_size (const Part &part, Draw draw, Size whole) const
  {
    const Samples &s = samples[part.raster];
    if (draw == Draw::runs || draw == Draw::halves) {
      const int size = s.bytes * s.channels, width = std::min (kRunBytes / size, whole.width);
      return {width, std::clamp (kPatchBytes / (width * size), 1, whole.height)};
    }
    if (draw != Draw::layers) return staged_size (layers[std::size_t (part.first_layer)], whole);
    Size size = {std::min (kWidest, whole.width), whole.height};
    auto fits = [&] {
      if (words_of (s, size) > kWords) return false;
      for (int i = 0; i < part.layers; i++) {
        if (layer_bytes (layers[std::size_t (part.first_layer + i)], size) > kMidBytes)
          return false;
      }
      return true;
    };
    while (!fits () && size != smaller (size)) size = smaller (size);
    return size;
  }

  // Whether a patch's threads can make results from the vertical pass's without looking at alpha.
  static bool is_plain (const Picture &p)
  {
    return p.method == Method::staged && !p.swap_axes && p.samples.alpha < 0;
  }

  // How patches of a part are drawn.
  Draw draw_of (const Part &part) const
  {
    const Layer &layer = layers[std::size_t (part.first_layer)];
    const Samples &canvas = samples[part.raster];
    if (part.layers > 1 || layer.source < 0 || !canvas.packed) return Draw::layers;
    const auto k = std::size_t (layer.picture);
    if (layer.conversion >= 0) {
      const Conversion &c = conversions[std::size_t (layer.conversion)];
      const bool plain = std::all_of (pictures.begin () + layer.picture,
                                      pictures.begin () + layer.picture + c.pictures, is_plain);
      return plain && c.alpha.picture < 0 && canvas.bytes == 1 ? Draw::converted : Draw::layers;
    }
    const Picture &picture = pictures[k];
    const Samples &s = picture.samples;
    const int size = s.bytes * s.channels;
    if (size != 1 && size != 2 && size != 4) return Draw::layers;
    if (picture.method == Method::halves) return Draw::halves;
    if (picture.method == Method::copy && picture.runs && row_step_of (plans[k].down) != 0)
      return Draw::runs;
    return is_plain (picture) && s.packed ? Draw::filtered : Draw::layers;
  }

  // What all patches of a part have in common. `place` adds what each has for itself.
  Patch patch_of (int index) const
  {
    const Part &part = parts[std::size_t (index)];
    Patch patch = {};
    patch.part = index;
    patch.draw = draw_of (part);
    patch.raster = static_cast<std::int16_t> (part.raster);
    if (!has_one_picture (patch)) return patch;
    const Layer &layer = layers[std::size_t (part.first_layer)];
    const auto k = std::size_t (layer.picture);
    patch.source = layer.source;
    patch.plane = static_cast<std::int16_t> (pictures[k].samples.plane);
    patch.row_step = row_step_of (plans[k].down);
    patch.across = pictures[k].across;
    patch.down = pictures[k].down;
    return patch;
  }

  static bool has_one_picture (const Patch &p)
  {
    return p.draw == Draw::runs || p.draw == Draw::halves || p.draw == Draw::filtered;
  }

  void place (Patch &patch, const Rect &at) const
  {
    patch.x = at.x;
    patch.y = at.y;
    patch.width = static_cast<std::int16_t> (at.width);
    patch.height = static_cast<std::int16_t> (at.height);
    if (!has_one_picture (patch)) return;
    const Part &part = parts[std::size_t (patch.part)];
    const auto k = std::size_t (layers[std::size_t (part.first_layer)].picture);
    const Picture &picture = pictures[k];
    const RasterPlan &plan = plans[k];
    patch.u = at.x - picture.x;
    patch.v = at.y - picture.y;
    if (patch.draw == Draw::filtered) {
      const auto [least, end] = plan.across.view ().reads (patch.u, at.width);
      patch.extent = extent_of (picture, least, end);
    } else {
      patch.extent.first = plan.across.left[std::size_t (patch.u)] * picture.samples.channels;
      patch.row = plan.down.left[std::size_t (patch.v)];
    }
  }

  void add_patches (Step &step, int index, const Rect &area)
  {
    Patch patch = patch_of (index);
    const Size size = patch_size (parts[std::size_t (index)], patch.draw, area.size ());
    // Of several in a row, all but the first begin on a multiple of 16 positions: units lie in
    // them.
    const bool several = size.width > 16 && size.width < area.width;
    const int first = size.width - (several ? area.x % 16 : 0);
    for (int y = area.y; y < area.bottom (); y += size.height)
      for (int x = area.x, width = first; x < area.right (); x += width, width = size.width) {
        place (patch, {x, y, std::min (width, area.right () - x),
                       std::min (size.height, area.bottom () - y)});
        step.patches.push_back (patch);
      }
  }

  Layer layer_of (int tile, int raster, int slot) const
  {
    Layer l = {};
    l.source = slot;
    l.alpha = 255;
    l.conversion = -1;
    const bool background = tile == kBackground;
    if (!background) {
      l.alpha = scene.tiles[std::size_t (tile)].alpha;
      l.picture = shown_of (tile, raster).picture;
      l.conversion = shown_of (tile, raster).conversion;
    }
    if (slot >= 0) return l;
    const Color &color = background ? scene.background : *scene.tiles[std::size_t (tile)].solid;
    const RasterInfo &info = format.raster[std::size_t (raster)];
    for (std::size_t c = 0; c < std::size_t (info.channels); c++) {
      const int component = info.channel[c].component;
      l.solid[c] = static_cast<std::uint16_t> (
          component < 0 ? 255 : color.value[std::size_t (component)] << format.shift);
    }
    return l;
  }

  // The index of a tile in the step's sources. Adds the tile if it is not there yet.
  int slot_of (Step &step, int tile) const
  {
    if (!has_source (tile)) return kSolid;
    const auto found = std::find (step.sources.begin (), step.sources.end (), tile);
    const auto at = found - step.sources.begin ();
    if (found == step.sources.end ()) step.sources.push_back (tile);
    return static_cast<int> (at);
  }

  bool has_room (const Step &step, const std::vector<int> &tiles) const
  {
    std::size_t more = 0;
    for (int tile : tiles)
      if (has_source (tile) &&
          std::find (step.sources.begin (), step.sources.end (), tile) == step.sources.end ())
        more++;
    return step.sources.size () + more <= std::size_t (kSourcesPerLaunch);
  }

  // Draws layers of the region in the first step, from `from` on, that has room for their sources.
  // Returns the index of that step.
  std::size_t add_layers (const Region &region, const std::vector<int> &tiles, bool first,
                          std::size_t from)
  {
    std::size_t at = from;
    while (at < steps.size () && !has_room (steps[at], tiles)) at++;
    if (at >= steps.size ()) steps.resize (at + 1);
    Step &step = steps[at];
    for (int raster = 0; raster < format.rasters; raster++) {
      Part part = {raster, static_cast<int> (layers.size ()), 0};
      if (!first) layers.push_back (layer_of (kBackground, raster, kBelow));
      for (int tile : tiles) layers.push_back (layer_of (tile, raster, slot_of (step, tile)));
      part.layers = static_cast<int> (layers.size ()) - part.first_layer;
      parts.push_back (part);
      add_patches (step, static_cast<int> (parts.size ()) - 1,
                   raster_rect (format, raster, region.rect));
    }
    return at;
  }

  bool has_source (int tile) const
  {
    return tile != kBackground && !scene.tiles[std::size_t (tile)].solid;
  }

  // If a region has more pictures than a launch has sources, several launches draw it. Each draws
  // over the result of the one before.
  void add_region (const Region &region)
  {
    std::size_t step = 0;
    for (auto begin = region.layers.begin (); begin != region.layers.end ();) {
      int sources = 0;
      const auto end = std::find_if (begin, region.layers.end (), [&] (int tile) {
        return has_source (tile) && ++sources > kSourcesPerLaunch;
      });
      step = add_layers (region, {begin, end}, begin == region.layers.begin (), step) + 1;
      begin = end;
    }
  }
};

SceneProgram::SceneProgram (const Scene &scene)
{
  const FormatInfo &format = info_of (scene.format);
  for (int p = 0; p < format.rasters; p++) {
    samples_[p] = samples_of (format, p);
    const int width = raster_size (format, p, scene.canvas).width;
    if (row_room (format, p, scene.canvas.width) > width) samples_[p].room = width;
  }
  Build build = {scene, format, samples_, tables_, {}, {}, {}, {}, {}, {}, {}};
  for (const Tile &tile : scene.tiles)
    for (int p = 0; p < format.rasters; p++) build.add_tile (tile, p);
  for (const Region &region : regions_of (scene)) build.add_region (region);

  std::vector<Patch> patches;
  for (Build::Step &step : build.steps) {
    launches_.push_back ({static_cast<int> (patches.size ()),
                          static_cast<int> (step.patches.size ()), std::move (step.sources)});
    patches.insert (patches.end (), step.patches.begin (), step.patches.end ());
  }
  pictures_ = build.put (build.pictures);
  conversions_ = build.put (build.conversions);
  layers_ = build.put (build.layers);
  parts_ = build.put (build.parts);
  patches_ = build.put (patches);
}

DrawParams SceneProgram::params (const Launch &launch, std::uint64_t tables) const
{
  DrawParams p = {};
  p.tables = reinterpret_cast<const std::uint8_t *> (tables);
  p.patches = {patches_.bytes +
               static_cast<std::uint32_t> (launch.first) * std::uint32_t{sizeof (Patch)}};
  p.parts = parts_;
  p.layers = layers_;
  p.pictures = pictures_;
  p.conversions = conversions_;
  std::copy (std::begin (samples_), std::end (samples_), std::begin (p.samples));
  return p;
}

}  // namespace quad::cuda
