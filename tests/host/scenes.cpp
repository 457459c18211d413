#include "scenes.h"

#include <gtest/gtest.h>

#include <cmath>

namespace quad::test {

std::vector<PixelFormat> every_format ()
{
  std::vector<PixelFormat> formats;
  for (const FormatInfo &f : all_formats ())
    if (is_drawn (f)) formats.push_back (f.format);
  return formats;
}

std::string format_name (PixelFormat format) { return info_of (format).name; }

Picture &OwnedScene::add_picture (Size size, Layout layout)
{
  return add_picture (scene.format, size, layout);
}

Picture &OwnedScene::add_picture (PixelFormat format, Size size, Layout layout)
{
  pictures.push_back (std::make_unique<Picture> (format, size, layout));
  return *pictures.back ();
}

std::optional<ColorMap> random_colors (const FormatInfo &from, const FormatInfo &to, Random &random,
                                       ColorMatrix &matrix)
{
  const Colors a = random.pick (kColors), b = random.one_in (3) ? a : random.pick (kColors);
  matrix = real_matrix (from, a, to, b);
  const ColorMap map = color_map (matrix, from.depth, to.depth);
  const bool moved = from.rgb == to.rgb && from.depth == to.depth && a == b &&
                     (from.components > 1) == (to.components > 1);
  return moved && random.one_in (2) ? std::nullopt : std::optional{map};
}

OwnedScene scene_of (PixelFormat format, Size source, Size target, Filter filter,
                     Orientation orientation, Layout layout)
{
  OwnedScene s;
  s.scene.format = format;
  s.scene.canvas = target;
  Tile tile;
  tile.target = rect_of (target);
  tile.source = s.add_picture (source, layout).view ();
  tile.crop = rect_of (source);
  tile.orientation = orientation;
  tile.filter = filter;
  s.scene.tiles.push_back (tile);
  return s;
}

Rect random_target (const FormatInfo &format, Size canvas, Random &random)
{
  const Size unit = format.chroma_unit ();
  auto interval = [&] (int length, int u) {
    const int cells = (length + u - 1) / u;
    const int a = random.below (cells), b = random.between (a + 1, cells);
    return std::pair{a * u, std::min (length, b * u)};
  };
  const auto [x0, x1] = interval (canvas.width, unit.width);
  const auto [y0, y1] = interval (canvas.height, unit.height);
  return {x0, y0, x1 - x0, y1 - y0};
}

namespace {

Color random_color (const FormatInfo &format, Random &random)
{
  Color c;
  for (auto &v : c.value) v = static_cast<std::uint16_t> (random.below (max_value (format) + 1));
  if (random.one_in (2)) c.value[3] = 255;
  return c;
}

Size random_size (int max_side, Random &random)
{
  // Prefer small sizes: they have the corner cases.
  auto side = [&] {
    return random.one_in (3) ? random.between (1, std::min (9, max_side))
                             : random.between (1, max_side);
  };
  const int width = side ();
  return {width, side ()};
}

// A canvas cuts at whole chroma samples. A tile that is drawn to be converted may be cut anywhere.
Edges random_edges (Random &random)
{
  auto some = [&] { return random.one_in (2) ? 0 : random.below (40); };
  const int left = some (), top = some (), right = some ();
  return {left, top, right, some ()};
}

Rect random_part (Size size, Random &random)
{
  Rect part;
  part.x = random.below (size.width);
  part.y = random.below (size.height);
  part.width = random.between (1, size.width - part.x);
  part.height = random.between (1, size.height - part.y);
  return part;
}

}  // namespace

void zoom (Tile &tile, Random &random)
{
  const Rect part =
      random.one_in (2) ? random_part (tile.source.size, random) : rect_of (tile.source.size);
  // Widths and heights of all magnitudes, in parts of a sample.
  auto piece = [&] (int begin, int length, double &at, double &size) {
    constexpr int kParts = 65536;
    const int most = length * kParts >> (random.one_in (3) ? random.below (8) : 0);
    const int wide = random.between (1, most);
    at = begin + random.below (length * kParts - wide + 1) / double (kParts);
    size = wide / double (kParts);
  };
  piece (part.x, part.width, tile.crop.x, tile.crop.width);
  piece (part.y, part.height, tile.crop.y, tile.crop.height);
  if (random.one_in (2)) tile.part = part;
}

OwnedScene random_scene (PixelFormat format, Random &random, const RandomSceneOptions &options)
{
  const FormatInfo &info = info_of (format);
  OwnedScene s;
  s.scene.format = format;
  s.scene.canvas = random_size (options.max_side, random);
  s.scene.site = random.pick (kSites);
  s.scene.background = random_color (info, random);
  const int tiles = random.between (1, options.max_tiles);
  for (int i = 0; i < tiles; i++) {
    Tile tile;
    tile.target =
        random.one_in (3) ? rect_of (s.scene.canvas) : random_target (info, s.scene.canvas, random);
    const bool converted = options.converts && converts () && !random.one_in (4);
    const FormatInfo &from = converted ? info_of (random.pick (every_format ())) : info;
    Picture &picture =
        s.add_picture (from.format, random_size (options.max_side, random), options.layout);
    if (options.converts) s.matrices.emplace_back ();
    if (converted) tile.colors = random_colors (from, info, random, s.matrices.back ());
    paint (picture, random.pick (kPatterns), static_cast<std::uint32_t> (random.below (1000)));
    paint_alpha (picture, random.pick (kAlphaPatterns),
                 static_cast<std::uint32_t> (random.below (1000)));
    if (random.one_in (2)) paint_junk_bits (picture, 7);
    tile.source = picture.view ();
    tile.crop = rect_of (picture.size ());
    if (random.one_in (2)) tile.crop = random_part (picture.size (), random);
    if (options.zooms) zoom (tile, random);
    if (random.one_in (3)) tile.hidden = random_edges (random);
    tile.site = random.pick (kSites);
    tile.orientation = random.pick (kOrientations);
    tile.filter = random.pick (kFilters);
    if (options.blend) {
      if (random.one_in (3)) tile.alpha = random.below (256);
      if (random.one_in (5) && info.has_alpha () >= from.has_alpha ()) tile.blend = Blend::source;
      if (random.one_in (6)) tile.solid = random_color (info, random);
    } else {
      tile.blend = Blend::source;
    }
    s.scene.tiles.push_back (tile);
  }
  return s;
}

GlidingScene::GlidingScene (PixelFormat from, PixelFormat canvas, const Way &way) : way_ (way)
{
  Random random (7);
  const FormatInfo &source = info_of (from), &format = info_of (canvas);
  Scene &scene = owned_.scene;
  scene.format = canvas;
  scene.canvas = {193, 109};
  scene.background = random_color (format, random);
  for (int i = 0; i < 9; i++) {
    Tile tile;
    Picture &picture = owned_.add_picture (from, {70 + 5 * i, 60 - 3 * i});
    paint (picture, Pattern::noise, static_cast<std::uint32_t> (i));
    if (i % 3 > 0) paint_alpha (picture, AlphaPattern::opaque, 0);
    tile.source = picture.view ();
    tile.crop = rect_of (picture.size ());
    owned_.matrices.emplace_back ();
    if (from != canvas) tile.colors = random_colors (source, format, random, owned_.matrices[0]);
    tile.filter = way.filter;
    tile.orientation = way.orientation;
    if (way.still) tile.still = static_cast<std::uint64_t> (i + 1);
    scene.tiles.push_back (tile);
  }
}

const Scene &GlidingScene::at (int frame)
{
  Scene &scene = owned_.scene;
  const Size canvas = scene.canvas, unit = info_of (scene.format).chroma_unit ();
  for (int i = 0; i < 9; i++) {
    Tile &tile = scene.tiles[std::size_t (i)];
    // Each has its own rhythm, and each frame another place.
    const double turn = frame * (0.021 + 0.002 * i) + i;
    double share = way_.scales ? 0.33 + 0.2 * std::sin (1.7 * turn) : 0.33;
    if (way_.scales && i == 0) share = 0.33 + 0.67 * frame / kFrames;
    const Size size = {static_cast<int> (canvas.width * share) | 1,
                       static_cast<int> (canvas.height * share) | 1};
    const Rect asked = {static_cast<int> ((0.5 + 0.5 * std::sin (turn)) * canvas.width) - 24,
                        static_cast<int> ((0.5 + 0.5 * std::cos (turn)) * canvas.height) - 18,
                        size.width, size.height};
    const Rect whole = snapped_outside (asked, unit, canvas);
    const Rect seen = intersect (whole, rect_of (canvas));
    tile.target = seen.empty () ? Rect{0, 0, unit.width, unit.height} : seen;
    tile.hidden = seen.empty () ? Edges{} : beyond (whole, seen);
    tile.alpha = i == 4 ? 255 - frame % 100 : 255;
  }
  return scene;
}

OwnedScene converted_scene (const FormatInfo &from, const FormatInfo &to, Random &random)
{
  OwnedScene s;
  s.scene.format = to.format;
  s.scene.canvas = {random.between (1, 40), random.between (1, 30)};
  s.scene.site = random.pick (kSites);
  Tile tile;
  tile.target = rect_of (s.scene.canvas);
  Picture &picture = s.add_picture (from.format, {random.between (1, 60), random.between (1, 60)});
  paint (picture, random.pick (kPatterns), static_cast<std::uint32_t> (random.below (99)));
  paint_alpha (picture, random.pick (kAlphaPatterns), 3);
  tile.source = picture.view ();
  tile.crop = rect_of (picture.size ());
  if (random.one_in (4)) zoom (tile, random);
  tile.site = random.pick (kSites);
  tile.orientation = random.pick (kOrientations);
  tile.filter = random.pick (kFilters);
  if (random.one_in (3)) tile.alpha = random.below (256);
  // A nearly transparent colour that replaces what is there may be far off: nobody sees it
  // otherwise.
  if (to.has_alpha () >= from.has_alpha () && random.one_in (3)) tile.blend = Blend::source;
  s.matrices.emplace_back ();
  tile.colors = random_colors (from, to, random, s.matrices[0]);
  s.scene.tiles.push_back (tile);
  for (auto &v : s.scene.background.value)
    v = static_cast<std::uint16_t> (random.below (max_value (to) + 1));
  return s;
}

Picture draw (const Scene &scene, const host::HostOptions &options, Layout layout,
              std::uint8_t junk)
{
  Picture out (scene.format, scene.canvas, layout);
  out.fill (junk);
  const auto renderer = make_renderer (options);
  const Status prepared = renderer->prepare (scene);
  EXPECT_EQ (prepared, Status::ok) << describe (prepared) << ": " << describe (scene);
  const Status drawn = renderer->draw (scene, out.view ());
  EXPECT_EQ (drawn, Status::ok) << describe (drawn) << ": " << describe (scene);
  return out;
}

}  // namespace quad::test
