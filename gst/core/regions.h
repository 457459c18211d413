// The parts of a scene's canvas that have the same layers everywhere.
#pragma once

#include <span>
#include <vector>

#include "scene.h"

namespace quad {

// Indices of Scene::tiles, from the lowest visible one to the highest. kBackground comes first
// unless an opaque tile covers it.
inline constexpr int kBackground = -1;

struct Region {
  Rect rect;
  std::span<const int> layers;  // in lists of the Regions that the region is of
};

// The regions do not overlap and cover all of the canvas. A tile of alpha 0 is in none.
class Regions {
 public:
  Regions () = default;
  Regions (Regions &&) = default;
  Regions &operator= (Regions &&) = default;

  // Cuts the canvas. What was cut before is gone; its lists are used again.
  void cut (const Scene &scene);

  auto begin () const { return regions_.begin (); }
  auto end () const { return regions_.end (); }
  std::size_t size () const { return regions_.size (); }
  const Region &operator[] (std::size_t i) const { return regions_[i]; }

 private:
  // A region whose layers are `count` elements of `layers_`.
  struct Part {
    Rect rect;
    std::size_t first, count;
  };

  std::span<const int> layers_of (const Part &part) const;
  bool same_layers (const Part &a, const Part &b) const;
  Part part_at (const Scene &scene, const Rect &cell);
  void cut_cells (const Scene &scene);
  void merge ();

  std::vector<Region> regions_;
  std::vector<int> layers_;
  // Used by cut () alone.
  std::vector<int> xs_, ys_;
  std::vector<Part> cells_, merged_;
};

Regions regions_of (const Scene &scene);

}  // namespace quad
