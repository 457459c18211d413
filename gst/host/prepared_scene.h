// A scene that a HostRenderer has prepared: all that drawing needs to know of it.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <vector>

#include "core/regions.h"
#include "host/arena.h"
#include "host/jobs.h"
#include "host/raster_program.h"

namespace quad::host {

// How a picture is drawn: one program for each raster. If the axes are swapped, or the source is
// still, `whole` holds the picture at the cell's size, and regions copy rows from it.
struct TileProgram {
  struct Whole {
    std::span<std::byte> rows, alphas;  // `alphas`: if it has alpha beside
  };

  Tile tile;  // that it is planned for
  std::vector<std::unique_ptr<RasterProgram>> rasters;
  std::array<Whole, kMaxPlanes> whole;
  std::uint64_t drawn = 0;  // the number of the still source in `whole`

  bool is_still () const { return tile.still != 0; }
  // Whether it is drawn whole before its regions are.
  bool comes_first () const { return is_still () || rasters[0]->swap_axes (); }
  bool is_drawn (const Tile &now) const { return is_still () && drawn == now.still; }

  const RasterProgram &raster (int r) const { return *rasters[std::size_t (r)]; }
  int count () const { return static_cast<int> (rasters.size ()); }
  std::size_t whole_stride (int r) const
  {
    return std::size_t (raster (r).target ().width) *
           std::size_t (raster (r).bytes_per_position ());
  }
};

// While it is set again and again, for the pictures of a layout that changes, it soon allocates
// nothing more.
class PreparedScene {
 public:
  // `threads` draw. `ops` outlives this.
  PreparedScene (const Ops &ops, int threads) : ops_ (ops), threads_ (threads) {}

  // Describes `scene`, which check_scene () accepts, from now on. If an allocation fails it throws,
  // and clear () must be called.
  void set (const Scene &scene);
  void clear ();
  bool holds (const Scene &scene) const { return is_set_ && scene_.same_shape (scene); }

  // Of the scene that it holds.
  const FormatInfo &format () const { return *format_; }
  const Region &region (int i) const { return regions_[std::size_t (i)]; }
  const ScratchSize &scratch_size () const { return scratch_size_; }
  bool has_picture (int layer) const
  {
    return layer != kBackground && places_[std::size_t (layer)] >= 0;
  }
  // Of a tile with a picture.
  TileProgram &program (int tile) { return programs_[std::size_t (places_[std::size_t (tile)])]; }
  const TileProgram &program (int tile) const
  {
    return programs_[std::size_t (places_[std::size_t (tile)])];
  }
  // A row as wide as the canvas in the colour of the background or of a solid tile, if a region
  // shows it.
  const std::byte *fill (int layer, int plane) const
  {
    return fill_[std::size_t (layer + 1)][std::size_t (plane)];
  }

  // The jobs that draw pictures whole, and then the jobs that draw regions. The first ones leave
  // out still pictures that are drawn already.
  std::span<const Job> due_jobs (const Scene &scene);
  std::span<const Job> region_jobs () const { return region_jobs_; }

 private:
  void reserve_work (const Scene &scene);
  void build (const Scene &scene);
  void plan (const Scene &scene);
  void find_shown ();
  void set_columns (const Scene &scene);
  void make_fill (const Scene &scene);
  void measure (const Scene &scene);
  void reserve_whole (TileProgram &program, bool is_kept);
  void make_jobs (const Scene &scene);

  const Ops &ops_;
  int threads_;
  bool is_set_ = false;
  Scene scene_;
  const FormatInfo *format_ = nullptr;
  Regions regions_;
  std::vector<TileProgram> programs_;  // of the tiles with pictures, in their order
  std::vector<int> places_;            // of each tile in `programs_`; -1: it is solid
  std::vector<std::array<std::byte *, kMaxPlanes>> fill_;  // of the background, then of each tile
  std::vector<Job> first_jobs_, due_jobs_, region_jobs_;
  ScratchSize scratch_size_;

  // What the programs need lies in `arena_`, and rows of colours too. While a scene is set,
  // what can be kept goes over to `next_`, and the two change places.
  // Where each picture overlaps its neighbours, they need several times as much. The same for
  // pictures that are drawn whole.
  Arena arena_{4}, next_{4}, pictures_{4}, next_pictures_{4};

  // Columns that regions show of a tile.
  struct Shown {
    int tile, left, right;
    auto operator<=> (const Shown &) const = default;
  };
  // Used while a scene is set.
  PlanWork work_;
  std::vector<Shown> shown_;
  std::vector<RasterProgram::Range> ranges_;
};

}  // namespace quad::host
