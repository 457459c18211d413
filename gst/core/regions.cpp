#include "regions.h"

#include <algorithm>

#include "room.h"

namespace quad {
namespace {

// The edges of `tiles` and of the canvas along one axis, sorted, each once.
template <typename Begin, typename End>
void find_edges (const std::vector<Tile> &tiles, int length, Begin begin, End end,
                 std::vector<int> &edges)
{
  make_room (edges, 2 * tiles.size () + 2);
  edges.assign ({0, length});
  for (const Tile &t : tiles) {
    edges.push_back (std::clamp (begin (t.target), 0, length));
    edges.push_back (std::clamp (end (t.target), 0, length));
  }
  std::sort (edges.begin (), edges.end ());
  edges.erase (std::unique (edges.begin (), edges.end ()), edges.end ());
}

}  // namespace

std::span<const int> Regions::layers_of (const Part &part) const
{
  return std::span (layers_).subspan (part.first, part.count);
}

bool Regions::same_layers (const Part &a, const Part &b) const
{
  return std::ranges::equal (layers_of (a), layers_of (b));
}

// Appends the layers that are seen in `cell`.
Regions::Part Regions::part_at (const Scene &scene, const Rect &cell)
{
  const FormatInfo &format = info_of (scene.format);
  const std::size_t first = layers_.size ();
  make_room (layers_, first + scene.tiles.size () + 1);
  bool opaque = false;
  for (int i = static_cast<int> (scene.tiles.size ()) - 1; i >= 0 && !opaque; i--) {
    const Tile &tile = scene.tiles[std::size_t (i)];
    if (tile.alpha == 0 || !tile.target.contains (cell)) continue;
    layers_.push_back (i);
    opaque = is_opaque (tile, format);
  }
  if (!opaque) layers_.push_back (kBackground);
  std::reverse (layers_.begin () + static_cast<std::ptrdiff_t> (first), layers_.end ());
  return {cell, first, layers_.size () - first};
}

// Cuts along all edges. Neighbours in a row that have the same layers become one.
void Regions::cut_cells (const Scene &scene)
{
  find_edges (
      scene.tiles, scene.canvas.width, [] (const Rect &r) { return r.x; },
      [] (const Rect &r) { return r.right (); }, xs_);
  find_edges (
      scene.tiles, scene.canvas.height, [] (const Rect &r) { return r.y; },
      [] (const Rect &r) { return r.bottom (); }, ys_);
  layers_.clear ();
  cells_.clear ();
  const std::size_t cells = (xs_.size () - 1) * (ys_.size () - 1);
  make_room (cells_, cells);
  make_room (layers_, cells);
  for (std::size_t j = 0; j + 1 < ys_.size (); j++) {
    for (std::size_t i = 0; i + 1 < xs_.size (); i++) {
      const Part part = part_at (scene, {xs_[i], ys_[j], xs_[i + 1] - xs_[i], ys_[j + 1] - ys_[j]});
      if (i > 0 && same_layers (cells_.back (), part)) {
        cells_.back ().rect.width += part.rect.width;
        layers_.resize (part.first);
      } else {
        cells_.push_back (part);
      }
    }
  }
}

// Regions below one another that have the same layers and the same width become one.
void Regions::merge ()
{
  merged_.clear ();
  make_room (merged_, cells_.size ());
  for (const Part &p : cells_) {
    const auto above = std::find_if (merged_.begin (), merged_.end (), [&] (const Part &m) {
      return m.rect.x == p.rect.x && m.rect.width == p.rect.width && m.rect.bottom () == p.rect.y &&
             same_layers (m, p);
    });
    if (above != merged_.end ())
      above->rect.height += p.rect.height;
    else
      merged_.push_back (p);
  }
}

void Regions::cut (const Scene &scene)
{
  cut_cells (scene);
  merge ();
  regions_.clear ();
  make_room (regions_, merged_.size ());
  for (const Part &p : merged_) regions_.push_back ({p.rect, layers_of (p)});
}

Regions regions_of (const Scene &scene)
{
  Regions regions;
  regions.cut (scene);
  return regions;
}

}  // namespace quad
