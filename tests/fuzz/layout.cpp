// Fuzzes grids, cells, placement, regions and the choice of a size, within the ranges of the
// elements' properties. All lies where it should, nothing overlaps, and none takes long.
#include <algorithm>
#include <chrono>
#include <string>

#include "core/area_template.h"
#include "core/layout.h"
#include "core/placement.h"
#include "core/regions.h"
#include "core/scene.h"
#include "core/size_choice.h"
#include "input.h"

namespace quad::fuzz {
namespace {

constexpr int kMostSide = 16384, kMostSpan = 128;
constexpr int kMost = std::numeric_limits<int>::max ();

Size some_size (Input &in, int most) { return {in.between (1, most), in.between (1, most)}; }
Ratio some_ratio (Input &in)
{
  if (in.flip ()) return {1, 1};
  return {in.between (1, kMost), in.between (1, kMost)};
}
Size some_unit (Input &in) { return in.flip () ? Size{1, 1} : Size{2, in.between (1, 2)}; }

Rect some_part (Input &in, Size of)
{
  Rect part;
  part.x = in.between (0, of.width - 1);
  part.y = in.between (0, of.height - 1);
  part.width = in.between (1, of.width - part.x);
  part.height = in.between (1, of.height - part.y);
  return part;
}

LineWeights some_weights (Input &in)
{
  std::vector<std::int64_t> weights (in.between<std::size_t> (0, in.flip () ? 0 : 8));
  for (std::int64_t &w : weights) w = in.between<std::int64_t> (1, LineWeights::kMost);
  return LineWeights (std::move (weights));
}

// Texts of few letters, so that some are templates and some nearly.
void try_texts (Input &in)
{
  std::string text (in.between<std::size_t> (0, 40), ' ');
  for (char &c : text) c = "ab ./ 2\n-\xc3"[in.between (0, 10)];
  const ParsedAreas parsed = parse_areas (text, kMostSpan);
  require (parsed.problem.empty () != parsed.areas.areas.empty (), "areas or a problem");
  for (const Area &area : parsed.areas.areas)
    require (
        area.span.cell / parsed.areas.columns + area.span.row_span <= parsed.areas.rows &&
            area.span.cell % parsed.areas.columns + area.span.column_span <= parsed.areas.columns,
        "an area lies in the template");
  const ParsedWeights weights = parse_weights (text, kMostSpan);
  require (weights.problem.empty () || weights.weights.size () == 0, "weights or a problem");
}

CellAssignment try_cells (Input &in, std::vector<CellClaim> &claims)
{
  const bool large = in.one_in (10);
  Grid grid;
  grid.rows = in.between (0, large ? kMostSpan : 6);
  grid.columns = in.between (0, large ? kMostSpan : 6);
  grid.gap = in.between (0, in.flip () ? kMostSide : 20);
  grid.margin = in.between (0, in.flip () ? kMostSide : 20);
  grid.row_weights = some_weights (in);
  grid.column_weights = some_weights (in);
  claims.resize (in.between<std::size_t> (0, large ? 64 : 12));
  for (CellClaim &claim : claims) {
    if (in.one_in (4)) claim.cell = in.between (-1, large ? kMostSpan * kMostSpan - 1 : 40);
    if (in.one_in (3)) claim.row_span = in.between (1, large ? kMostSpan : 6);
    if (in.one_in (3)) claim.column_span = in.between (1, large ? kMostSpan : 6);
    if (in.one_in (3)) claim.kept = in.between (-1, 60);
  }
  // It should take a millisecond; the limit leaves room for sanitizers and a busy machine.
  constexpr auto kLong = std::chrono::milliseconds (300);
  const auto begin = std::chrono::steady_clock::now ();
  const CellAssignment assigned = assign_cells (grid, claims);
  require (std::chrono::steady_clock::now () - begin < kLong, "cells are given out quickly");
  require (assigned.cells.size () == claims.size (), "an answer to each claim");
  require (assigned.grid.rows >= 1 && assigned.grid.columns >= 1, "a grid has cells");
  for (const int cell : assigned.cells)
    require (cell < assigned.grid.cells (), "cells lie in the grid");
  return assigned;
}

void try_placement (Input &in, const Rect &cell, Size canvas, Size unit)
{
  const Size size = some_size (in, kMostSide);
  Picture picture;
  picture.part = rect_of (size);
  picture.sample = some_ratio (in);
  picture.chroma_unit = unit;
  picture.orientation = static_cast<Orientation> (in.between (0, 7));
  // Beyond the picture, too.
  const auto fraction = [&] { return in.part () * 3 - 1; };
  if (in.flip ()) picture.zoom = {fraction (), fraction (), fraction (), fraction ()};
  const Fit fit = static_cast<Fit> (in.between (0, 2));
  const Placement placed =
      place (picture, fit, cell, {canvas, some_ratio (in), unit}, in.part (), in.part ());
  if (placed.target.empty ()) return;
  require (rect_of (canvas).contains (placed.target), "a picture lies on the canvas");
  require (!placed.crop.empty () && FineRect (rect_of (size)).contains (placed.crop),
           "what is shown is of the picture");
  const auto point =
      source_point (placed, picture.orientation, {placed.target.x + 0.5, placed.target.y + 0.5});
  require (
      point && point->x >= 0 && point->y >= 0 && point->x <= size.width && point->y <= size.height,
      "a point of the picture");
}

void try_boxes (Input &in, const CellAssignment &assigned, const std::vector<CellClaim> &claims)
{
  const Size canvas = some_size (in, kMostSide), unit = some_unit (in);
  const auto whole = [] (int edge, int side, int step) { return edge % step == 0 || edge == side; };
  for (std::size_t i = 0; i < claims.size (); i++) {
    const Rect box = cell_rect (assigned.grid, canvas, unit,
                                {assigned.cells[i], claims[i].row_span, claims[i].column_span});
    if (box.empty ()) continue;
    require (rect_of (canvas).contains (box), "a cell lies on the canvas");
    require (whole (box.x, canvas.width, unit.width) &&
                 whole (box.right (), canvas.width, unit.width) &&
                 whole (box.y, canvas.height, unit.height) &&
                 whole (box.bottom (), canvas.height, unit.height),
             "a cell's edges lie on whole chroma samples");
    try_placement (in, box, canvas, unit);
  }
  if (assigned.grid.cells () > 64) return;
  std::vector<Rect> boxes;
  for (int i = 0; i < assigned.grid.cells (); i++) {
    const Rect box = cell_rect (assigned.grid, canvas, unit, {i});
    for (const Rect &other : boxes)
      require (box.empty () || other.empty () || intersect (box, other).empty (),
               "no two cells overlap");
    boxes.push_back (box);
  }
}

void try_regions (Input &in)
{
  Scene scene;
  scene.format = PixelFormat::gray8;
  scene.canvas = some_size (in, 40);
  scene.tiles.resize (in.between<std::size_t> (0, 8));
  for (Tile &tile : scene.tiles) {
    tile.target = some_part (in, scene.canvas);
    tile.alpha = in.between (0, 2) * 127;
  }
  std::vector<int> written (static_cast<std::size_t> (scene.canvas.width * scene.canvas.height));
  for (const Region &region : regions_of (scene))
    for (int y = region.rect.y; y < region.rect.bottom (); y++)
      for (int x = region.rect.x; x < region.rect.right (); x++)
        written[static_cast<std::size_t> (y * scene.canvas.width + x)]++;
  require (std::all_of (written.begin (), written.end (), [] (int n) { return n == 1; }),
           "each pixel is written once");
}

// As GStreamer has ranges with a step: both ends are multiples of it.
std::vector<SideRange> some_ranges (Input &in)
{
  std::vector<SideRange> ranges (in.between<std::size_t> (1, 3));
  for (SideRange &range : ranges) {
    range.step = in.flip () ? 1 : in.between (1, 16);
    const int most = kMostSide / range.step, low = in.between (1, most);
    range.lo = low * range.step;
    range.hi = in.flip () ? range.lo : in.between (low, most) * range.step;
    if (range.lo == range.hi) range.step = 1;
  }
  return ranges;
}

void try_sizes (Input &in)
{
  const Shape shape = {some_size (in, kMostSide), some_ratio (in)};
  std::vector<Wish> wishes (in.between<std::size_t> (1, 3));
  for (Wish &wish : wishes) {
    wish.width = some_ranges (in);
    wish.height = some_ranges (in);
    if (in.flip ()) continue;
    const Ratio low = {in.between (1, kMost), in.between (1, kMost)};
    wish.par = {{low, in.flip () ? low : Ratio{kMost, 1}}};
  }
  SizeRules rules;
  rules.divisor = in.between (1, in.flip () ? 4 : 64);
  if (in.flip ()) rules.max_width = in.between (0, kMostSide);
  if (in.flip ()) rules.max_height = in.between (0, kMostSide);
  rules.upscale = in.flip ();
  rules.unit = some_unit (in);
  std::size_t which = wishes.size ();
  const quad::SizeChoice choice = choose_among (shape, wishes, rules, which);
  const Shape &chosen = choice.shape;
  require (which < wishes.size (), "one of the wishes");
  require (!chosen.size.empty () && chosen.size.width <= kMostSide &&
               chosen.size.height <= kMostSide && chosen.par.num >= 1 && chosen.par.den >= 1,
           "a size that can be drawn");
  if (!choice.possible) return;
  const auto is_in = [] (int side, const std::vector<SideRange> &ranges) {
    return std::any_of (ranges.begin (), ranges.end (), [side] (const SideRange &r) {
      return side >= r.lo && side <= r.hi && (side - r.lo) % r.step == 0;
    });
  };
  require (is_in (chosen.size.width, wishes[which].width) &&
               is_in (chosen.size.height, wishes[which].height),
           "a size that is among the wished");
  require (rules.upscale ||
               (chosen.size.width <= shape.size.width && chosen.size.height <= shape.size.height),
           "nothing is enlarged");
}

}  // namespace

void try_input (Input &in)
{
  std::vector<CellClaim> claims;
  const CellAssignment assigned = try_cells (in, claims);
  try_boxes (in, assigned, claims);
  try_texts (in);
  try_regions (in);
  try_sizes (in);
}

}  // namespace quad::fuzz
