#include "host/prepared_scene.h"

#include <algorithm>

#include "core/room.h"
#include "host/compose.h"
#include "host/gather.h"

namespace quad::host {

void PreparedScene::set (const Scene &scene)
{
  const bool is_first = !is_set_;
  is_set_ = false;
  if (!is_first) reserve_work (scene);
  build (scene);
  is_set_ = true;
  if (is_first) work_ = {};  // a scene that does not change is planned once
}

// Allocates what planning needs while pictures move.
void PreparedScene::reserve_work (const Scene &scene)
{
  int longest = std::max (scene.canvas.width, scene.canvas.height);
  for (const Tile &t : scene.tiles)
    if (!t.solid) longest = std::max ({longest, t.source.size.width, t.source.size.height});
  work_.axis.reserve (longest, work_.plan.across);
  work_.axis.reserve (longest, work_.plan.down);
}

void PreparedScene::clear ()
{
  is_set_ = false;
  programs_.clear ();
  fill_.clear ();
  for (Arena *arena : {&arena_, &next_, &pictures_, &next_pictures_}) arena->free ();
  work_ = {};
}

void PreparedScene::build (const Scene &scene)
{
  next_.clear ();
  next_pictures_.clear ();
  plan (scene);
  regions_.cut (scene);
  set_columns (scene);
  make_fill (scene);
  measure (scene);
  make_jobs (scene);
  make_room (scene_.tiles, scene.tiles.size ());
  scene_ = scene;
  std::swap (arena_, next_);
  std::swap (pictures_, next_pictures_);
}

// Pictures that did not change keep their plans, because plans are slow to make. Of those that are
// shown in another way the programs stay.
void PreparedScene::plan (const Scene &scene)
{
  make_room (places_, scene.tiles.size ());
  places_.clear ();
  int pictures = 0;
  for (const Tile &tile : scene.tiles) places_.push_back (tile.solid ? -1 : pictures++);
  programs_.resize (std::size_t (pictures));
  const bool same_canvas = scene_.format == scene.format && scene_.site == scene.site;
  format_ = &info_of (scene.format);
  for (std::size_t i = 0; i < scene.tiles.size (); i++) {
    const Tile &tile = scene.tiles[i];
    if (tile.solid) continue;
    TileProgram &p = program (static_cast<int> (i));
    const bool same_source = same_canvas && !p.rasters.empty () && p.tile.same_source (tile);
    if (same_source && p.tile.same_picture (tile)) {
      for (const auto &raster : p.rasters) raster->keep (next_);
      if (p.comes_first ()) reserve_whole (p, p.is_still ());
      continue;
    }
    if (!same_source) p.rasters = make_raster_programs (tile, *format_);
    p.tile = tile;
    p.drawn = 0;
    for (const auto &raster : p.rasters) raster->plan (tile, scene.site, work_, next_);
    if (p.comes_first ()) reserve_whole (p, false);
  }
}

// Takes memory for a picture that is drawn whole. `is_kept`: for the picture that it has, too.
void PreparedScene::reserve_whole (TileProgram &program, bool is_kept)
{
  for (int p = 0; p < program.count (); p++) {
    const RasterProgram &raster = program.raster (p);
    TileProgram::Whole &whole = program.whole[std::size_t (p)];
    const TileProgram::Whole before = whole;
    const auto height = std::size_t (raster.target ().height);
    whole.rows = next_pictures_.take<std::byte> (program.whole_stride (p) * height);
    if (is_kept) std::ranges::copy (before.rows, whole.rows.begin ());
    if (!raster.has_alpha_beside ()) continue;
    whole.alphas = next_pictures_.take<std::byte> (std::size_t (raster.target ().width) * height);
    if (is_kept) std::ranges::copy (before.alphas, whole.alphas.begin ());
  }
}

// Makes rows of the background's and the solid tiles' colours, as far as regions show them.
void PreparedScene::make_fill (const Scene &scene)
{
  make_room (fill_, scene.tiles.size () + 1);
  fill_.assign (scene.tiles.size () + 1, {});
  for (const Region &r : regions_)
    for (const int layer : r.layers) {
      auto &rows = fill_[std::size_t (layer + 1)];
      if (rows[0] || has_picture (layer)) continue;
      const Color &color =
          layer == kBackground ? scene.background : *scene.tiles[std::size_t (layer)].solid;
      for (int p = 0; p < format_->rasters; p++) {
        const int width = raster_size (*format_, p, scene.canvas).width;
        std::byte *row =
            next_.take<std::byte> (std::size_t (width) * std::size_t (format_->filtered_bytes (p)))
                .data ();
        fill_row (*format_, p, color, width, row);
        rows[std::size_t (p)] = row;
      }
    }
}

// Counts what the threads need.
void PreparedScene::measure (const Scene &scene)
{
  ScratchSize &size = scratch_size_ = {};
  size.widest = std::size_t (scene.canvas.width);
  for (const TileProgram &program : programs_)
    for (const auto &raster : program.rasters) {
      raster->measure (size);
      size.widest = std::max (size.widest, std::size_t (raster->positions ()));
    }
  for (const Region &r : regions_) size.layers = std::max (size.layers, r.layers.size ());
  // Where pictures lie over one another, soon more do.
  constexpr std::size_t kMany = 16;
  const std::size_t all = scene.tiles.size () + 1;
  if (size.layers > 1) size.layers = std::max (size.layers, std::min (kMany, all));
  size.layers++;
  size.spare = std::max (size.spare, spare_for (static_cast<int> (size.widest)));
}

// Cuts the work into jobs: pictures that come first, then regions.
void PreparedScene::make_jobs (const Scene &scene)
{
  first_jobs_.clear ();
  make_room (first_jobs_,
             scene.tiles.size () * std::size_t (format_->rasters * pieces_for (threads_)));
  for (std::size_t i = 0; i < scene.tiles.size (); i++) {
    if (scene.tiles[i].solid) continue;
    const TileProgram &p = program (static_cast<int> (i));
    for (int r = 0; p.comes_first () && r < p.count (); r++)
      add_jobs (first_jobs_, {static_cast<int> (i), r, 1, 0, p.raster (r).rows ()}, threads_);
  }
  make_room (due_jobs_, first_jobs_.size ());
  set_region_jobs (region_jobs_, scene, regions_, threads_);
}

// Lists the columns that regions show of pictures, in the order of the tiles, each once.
void PreparedScene::find_shown ()
{
  std::size_t layers = 0;
  for (const Region &r : regions_) layers += r.layers.size ();
  shown_.clear ();
  make_room (shown_, layers);
  for (const Region &r : regions_)
    for (const int layer : r.layers)
      if (has_picture (layer)) shown_.push_back ({layer, r.rect.x, r.rect.right ()});
  std::ranges::sort (shown_);
  shown_.erase (std::unique (shown_.begin (), shown_.end ()), shown_.end ());
}

// Makes each picture filter only the columns that regions show.
void PreparedScene::set_columns (const Scene &scene)
{
  find_shown ();
  make_room (ranges_, shown_.size ());
  auto shown = shown_.begin ();
  for (int i = 0; i < static_cast<int> (scene.tiles.size ()); i++) {
    const auto end =
        std::find_if (shown, shown_.end (), [i] (const Shown &s) { return s.tile != i; });
    const auto of_tile = std::span (shown, end);
    shown = end;
    if (!has_picture (i)) continue;
    TileProgram &tile = program (i);
    for (int p = 0; p < tile.count (); p++) {
      RasterProgram &raster = *tile.rasters[std::size_t (p)];
      ranges_.clear ();
      if (tile.comes_first ()) ranges_.emplace_back (0, raster.positions ());  // all of it
      for (const Shown &s : of_tile) {
        if (tile.comes_first ()) break;
        const Rect part = raster_rect (*format_, p, {s.left, 0, s.right - s.left, 1});
        ranges_.emplace_back (part.x - raster.target ().x, part.right () - raster.target ().x);
      }
      raster.set_columns (ops_, ranges_, next_);
    }
  }
}

std::span<const Job> PreparedScene::due_jobs (const Scene &scene)
{
  due_jobs_.clear ();
  for (const Job &job : first_jobs_)
    if (!program (job.item).is_drawn (scene.tiles[std::size_t (job.item)]))
      due_jobs_.push_back (job);
  return due_jobs_;
}

}  // namespace quad::host
