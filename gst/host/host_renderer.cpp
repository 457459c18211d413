#include "host/host_renderer.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <optional>

#include "host/compose.h"
#include "host/gather.h"
#include "host/jobs.h"
#include "host/raster_program.h"
#include "host/thread_pool.h"

namespace quad::host {
namespace {

// How a tile is drawn: one program for each raster. If the axes are swapped, or the source is
// still, `whole` holds the picture at the cell's size, and regions copy rows from it.
struct TileProgram {
  struct Whole {
    std::vector<std::byte> rows, alphas;  // `alphas`: if it has alpha beside
  };

  std::vector<std::unique_ptr<RasterProgram>> rasters;
  std::vector<Whole> whole;
  bool is_still = false;
  std::uint64_t drawn = 0;  // the number of the still source in `whole`

  // Whether it is drawn whole before its regions are.
  bool comes_first () const { return !rasters.empty () && (is_still || rasters[0]->swap_axes ()); }
  bool is_drawn (const Tile &tile) const { return is_still && drawn == tile.still; }

  const RasterProgram &raster (int r) const { return *rasters[std::size_t (r)]; }
  std::size_t whole_stride (int r) const
  {
    return std::size_t (raster (r).target ().width) *
           std::size_t (raster (r).bytes_per_position ());
  }
};

class HostRenderer final : public Renderer {
 public:
  explicit HostRenderer (const HostOptions &options)
      : ops_ (options.scalar ? scalar_ops () : simd_ops ()),
        pool_ (options.pool ? options.pool : make_thread_pool (options.threads))
  {
  }

  Memory memory () const override { return Memory::host; }
  Status prepare (const Scene &scene) override;
  Status draw (const Scene &scene, const FrameView &out) override;

 private:
  void build (const Scene &scene);
  void make_tiles (const Scene &scene);
  void make_fill (const Scene &scene);
  void reserve (const Scene &scene);
  void make_jobs (const Scene &scene);
  void set_columns ();
  void draw_whole (const Scene &scene, const Job &job, Scratch &scratch);
  void turn (const FrameView &source, TileProgram &tile, const Job &job, Scratch &scratch);
  void draw_region (const Scene &scene, const FrameView &out, const Job &job, Scratch &scratch);
  bool draw_layer_row (const Scene &scene, int layer, int plane, int y, const Rect &part,
                       std::byte *out, std::byte *alpha, Scratch &scratch);
  bool has_alpha_beside (int layer, int plane) const;
  const RasterProgram *straight (const Scene &scene, const Region &region, int plane) const;
  void draw_rows (const Scene &scene, const Region &region, int plane, int y, int count,
                  const Rect &part, const DrawnRows &to, Scratch &scratch);
  DrawnRows rows_of (const FrameView &out, int plane, int y, const Rect &part,
                     Scratch &scratch) const;
  void put (const FrameView &out, int plane, int y, int count, const Rect &part,
            Scratch &scratch) const;
  void fill_part (int layer, int plane, int positions, std::byte *out) const;

  const Ops &ops_;
  std::shared_ptr<ThreadPool> pool_;
  std::optional<Scene> prepared_;
  const FormatInfo *format_ = nullptr;
  std::vector<Region> regions_;
  std::vector<TileProgram> tiles_;
  // Rows as wide as the canvas, one for each plane, in the background's colour and in each solid
  // tile's colour: fill_[layer + 1][plane].
  std::vector<std::array<std::vector<std::byte>, kMaxPlanes>> fill_;
  std::vector<Job> first_jobs_, due_jobs_, region_jobs_;
  std::vector<Scratch> scratch_;
};

Status HostRenderer::prepare (const Scene &scene)
{
  if (prepared_ && prepared_->same_shape (scene)) return Status::ok;
  if (const Status s = check_scene (scene, Memory::host, true); s != Status::ok) return s;
  try {
    build (scene);
  } catch (const std::bad_alloc &) {
    prepared_.reset ();
    return Status::out_of_memory;
  }
  return Status::ok;
}

void HostRenderer::build (const Scene &scene)
{
  make_tiles (scene);
  regions_ = regions_of (scene);
  set_columns ();
  make_fill (scene);
  reserve (scene);
  make_jobs (scene);
  prepared_ = scene;
}

// Tiles that did not change keep their programs, because plans are slow to make.
void HostRenderer::make_tiles (const Scene &scene)
{
  std::vector<TileProgram> tiles (scene.tiles.size ());
  const bool same_canvas =
      prepared_ && prepared_->format == scene.format && prepared_->site == scene.site;
  format_ = &info_of (scene.format);
  for (std::size_t i = 0; i < scene.tiles.size (); i++) {
    const Tile &tile = scene.tiles[i];
    if (tile.solid) continue;
    if (same_canvas && i < prepared_->tiles.size () && i < tiles_.size () &&
        prepared_->tiles[i].same_picture (tile)) {
      tiles[i] = std::move (tiles_[i]);
      continue;
    }
    tiles[i].rasters = make_raster_programs (tile, *format_, scene.site);
    tiles[i].is_still = tile.still != 0;
  }
  prepared_.reset ();
  tiles_ = std::move (tiles);
}

// Makes rows of the background's and the solid tiles' colours, as far as regions show them.
void HostRenderer::make_fill (const Scene &scene)
{
  fill_.assign (scene.tiles.size () + 1, {});
  for (const Region &r : regions_)
    for (const int layer : r.layers) {
      if (layer != kBackground && !scene.tiles[std::size_t (layer)].solid) continue;
      const Color &color =
          layer == kBackground ? scene.background : *scene.tiles[std::size_t (layer)].solid;
      for (int p = 0; p < format_->rasters; p++) {
        auto &row = fill_[std::size_t (layer + 1)][std::size_t (p)];
        const int width = raster_size (*format_, p, scene.canvas).width;
        row.resize (std::size_t (width) * std::size_t (format_->filtered_bytes (p)));
        fill_row (*format_, p, color, width, row.data ());
      }
    }
}

// Allocates what the threads need, and the whole pictures.
void HostRenderer::reserve (const Scene &scene)
{
  scratch_.assign (std::size_t (pool_->size ()), {});
  auto widest = std::size_t (scene.canvas.width);
  for (TileProgram &tile : tiles_)
    for (int p = 0; p < static_cast<int> (tile.rasters.size ()); p++) {
      const RasterProgram &raster = tile.raster (p);
      for (Scratch &s : scratch_) raster.reserve (s);
      widest = std::max (widest, std::size_t (raster.positions ()));
      if (!tile.comes_first ()) continue;
      tile.whole.resize (std::size_t (format_->rasters));
      TileProgram::Whole &whole = tile.whole[std::size_t (p)];
      const auto height = std::size_t (raster.target ().height);
      whole.rows.resize (tile.whole_stride (p) * height);
      if (raster.has_alpha_beside ())
        whole.alphas.resize (std::size_t (raster.target ().width) * height);
    }
  std::size_t depth = 1;
  for (const Region &r : regions_) depth = std::max (depth, r.layers.size ());
  for (Scratch &s : scratch_) {
    s.layers.assign (depth + 1, std::vector<std::byte> (widest * 4));
    s.alphas.assign (depth + 1, std::vector<std::byte> (widest));
    s.drawn.resize (widest * 4 * kMaxBand);
    s.spare.resize (std::max (s.spare.size (), spare_for (static_cast<int> (widest))));
  }
}

// Cuts the work into jobs: pictures that come first, then regions.
void HostRenderer::make_jobs (const Scene &scene)
{
  first_jobs_.clear ();
  for (std::size_t i = 0; i < tiles_.size (); i++)
    for (int p = 0; p < static_cast<int> (tiles_[i].rasters.size ()); p++) {
      const RasterProgram &raster = tiles_[i].raster (p);
      if (tiles_[i].comes_first ())
        add_jobs (first_jobs_, {static_cast<int> (i), p, 1, 0, raster.rows ()}, pool_->size ());
    }
  due_jobs_.reserve (first_jobs_.size ());
  region_jobs_ = region_jobs (scene, regions_, pool_->size ());
}

// Makes each picture filter only the columns that regions show.
void HostRenderer::set_columns ()
{
  std::vector<std::vector<RasterProgram::Range>> shown (tiles_.size ());
  for (const Region &r : regions_)
    for (const int layer : r.layers)
      if (layer != kBackground) shown[std::size_t (layer)].emplace_back (r.rect.x, r.rect.right ());
  for (std::size_t i = 0; i < tiles_.size (); i++) {
    std::ranges::sort (shown[i]);
    shown[i].erase (std::unique (shown[i].begin (), shown[i].end ()), shown[i].end ());
    for (int p = 0; p < static_cast<int> (tiles_[i].rasters.size ()); p++) {
      RasterProgram &raster = *tiles_[i].rasters[std::size_t (p)];
      if (tiles_[i].comes_first ()) {  // all of it
        raster.set_columns (ops_, {{0, raster.positions ()}});
        continue;
      }
      std::vector<RasterProgram::Range> ranges;
      for (const auto &[left, right] : shown[i]) {
        const Rect part = raster_rect (*format_, p, {left, 0, right - left, 1});
        ranges.emplace_back (part.x - raster.target ().x, part.right () - raster.target ().x);
      }
      raster.set_columns (ops_, ranges);
    }
  }
}

Status HostRenderer::draw (const Scene &scene, const FrameView &out)
{
  if (!prepared_ || !prepared_->same_shape (scene) || out.format != scene.format ||
      out.size != scene.canvas)
    return Status::not_prepared;
  due_jobs_.clear ();
  for (const Job &job : first_jobs_) {
    const auto i = std::size_t (job.item);
    if (!tiles_[i].is_drawn (scene.tiles[i])) due_jobs_.push_back (job);
  }
  pool_->run (static_cast<int> (due_jobs_.size ()), [&] (int i, int worker) {
    draw_whole (scene, due_jobs_[std::size_t (i)], scratch_[std::size_t (worker)]);
  });
  for (const Job &job : due_jobs_)
    tiles_[std::size_t (job.item)].drawn = scene.tiles[std::size_t (job.item)].still;
  pool_->run (static_cast<int> (region_jobs_.size ()), [&] (int i, int worker) {
    draw_region (scene, out, region_jobs_[std::size_t (i)], scratch_[std::size_t (worker)]);
  });
  return Status::ok;
}

// Draws rows of a picture that comes before the regions.
void HostRenderer::draw_whole (const Scene &scene, const Job &job, Scratch &scratch)
{
  TileProgram &tile = tiles_[std::size_t (job.item)];
  const FrameView &source = scene.tiles[std::size_t (job.item)].source;
  const RasterProgram &raster = tile.raster (job.plane);
  if (raster.swap_axes ()) return turn (source, tile, job, scratch);
  TileProgram::Whole &whole = tile.whole[std::size_t (job.plane)];
  const auto width = std::size_t (raster.target ().width);
  scratch.last_filtered = {};
  for (int y = job.begin; y < job.end; y++) {
    const auto row = std::size_t (y);
    std::byte *alpha = raster.has_alpha_beside () ? whole.alphas.data () + row * width : nullptr;
    std::byte *out = whole.rows.data () + row * tile.whole_stride (job.plane);
    (void)raster.draw_rows (ops_, {0, raster.positions ()}, source, y, 1, {out, 0, alpha, 0},
                            scratch);
  }
}

// Draws rows of the source and writes them as columns of the whole picture. Works on some rows at
// a time, so that it writes several neighbours at once.
void HostRenderer::turn (const FrameView &source, TileProgram &tile, const Job &job,
                         Scratch &scratch)
{
  const RasterProgram &raster = tile.raster (job.plane);
  TileProgram::Whole &whole = tile.whole[std::size_t (job.plane)];
  const std::size_t stride = tile.whole_stride (job.plane);
  const auto size = std::size_t (raster.bytes_per_position ());
  const auto width = std::size_t (raster.target ().width);
  const bool beside = raster.has_alpha_beside ();
  scratch.last_filtered = {};
  std::byte *row = scratch.layers[0].data (), *alpha = scratch.alphas[0].data ();
  for (int x = job.begin; x < job.end; x++) {
    (void)raster.draw_rows (ops_, {0, raster.positions ()}, source, x, 1, {row, 0, alpha, 0},
                            scratch);
    for (std::size_t y = 0; y < std::size_t (raster.positions ()); y++) {
      std::memcpy (whole.rows.data () + y * stride + std::size_t (x) * size, row + y * size, size);
      if (beside) whole.alphas[y * width + std::size_t (x)] = alpha[y];
    }
  }
}

void HostRenderer::fill_part (int layer, int plane, int positions, std::byte *out) const
{
  std::memcpy (out, fill_[std::size_t (layer + 1)][std::size_t (plane)].data (),
               std::size_t (positions) * std::size_t (format_->filtered_bytes (plane)));
}

// Whether the layer has an alpha row of its own, since the canvas's format has no alpha.
bool HostRenderer::has_alpha_beside (int layer, int plane) const
{
  if (layer == kBackground) return false;
  const TileProgram &tile = tiles_[std::size_t (layer)];
  return !tile.rasters.empty () && tile.raster (plane).has_alpha_beside ();
}

// Draws the part `part` of row `y` of the canvas's plane as this layer alone shows it, with its
// alpha if that lies beside. Returns whether the result is opaque.
bool HostRenderer::draw_layer_row (const Scene &scene, int layer, int plane, int y,
                                   const Rect &part, std::byte *out, std::byte *alpha_out,
                                   Scratch &scratch)
{
  if (layer == kBackground || scene.tiles[std::size_t (layer)].solid) {
    fill_part (layer, plane, part.width, out);
    return layer == kBackground || is_opaque (scene.tiles[std::size_t (layer)], *format_);
  }
  const Tile &tile = scene.tiles[std::size_t (layer)];
  const TileProgram &program = tiles_[std::size_t (layer)];
  const RasterProgram &p = program.raster (plane);
  const auto size = std::size_t (p.bytes_per_position ());
  const int x = part.x - p.target ().x, row = y - p.target ().y;
  const std::size_t bytes = std::size_t (part.width) * size;
  bool opaque = false;
  if (program.comes_first ()) {
    const TileProgram::Whole &whole = program.whole[std::size_t (plane)];
    std::memcpy (out,
                 whole.rows.data () + std::size_t (row) * program.whole_stride (plane) +
                     std::size_t (x) * size,
                 bytes);
    const int alpha = format_->raster[std::size_t (plane)].alpha;
    opaque = alpha < 0 || ops_.opaque (out, part.width, alpha);
    if (p.has_alpha_beside ()) {
      opaque = false;
      std::memcpy (alpha_out,
                   whole.alphas.data () + std::size_t (row * p.target ().width) + std::size_t (x),
                   std::size_t (part.width));
    }
  } else {
    opaque = p.draw_rows (ops_, {x, x + part.width}, tile.source, row, 1, {out, 0, alpha_out, 0},
                          scratch);
  }
  return tile.blend == Blend::source || (opaque && tile.alpha == 255);
}

// Where to draw the rows of the canvas's part from `y` on: in the canvas, or in `scratch` if the
// raster is not packed.
DrawnRows HostRenderer::rows_of (const FrameView &out, int plane, int y, const Rect &part,
                                 Scratch &scratch) const
{
  const RasterInfo &raster = format_->raster[std::size_t (plane)];
  const ChannelInfo &first = raster.channel[0];
  if (raster.packed) {
    const PlaneView &canvas = out.plane[std::size_t (first.plane)];
    return {canvas.row (y) + std::ptrdiff_t{part.x} * format_->filtered_bytes (plane),
            canvas.stride};
  }
  // If rasters share a plane, the one that has the first byte comes first in each row.
  const std::ptrdiff_t stride = std::ssize (scratch.drawn) / kMaxBand;
  const bool later = format_->shares_plane (plane) && first.offset % 2 > 0;
  return {scratch.drawn.data () + (later ? stride / 2 : 0), stride};
}

// Writes drawn rows that are still in `scratch` to the canvas. `part` is the part of raster
// `plane`.
void HostRenderer::put (const FrameView &out, int plane, int y, int count, const Rect &part,
                        Scratch &scratch) const
{
  const RasterInfo &raster = format_->raster[std::size_t (plane)];
  if (raster.packed) return;
  for (int r = 0; r < count; r++) {
    const DrawnRows row = rows_of (out, plane, y, part, scratch);
    std::byte *drawn = row.data + r * row.stride;
    if (!format_->shares_plane (plane)) {
      scatter_row (ops_, drawn, out, plane, y + r, part.x, part.width, scratch.spare.data ());
      continue;
    }
    // The last pair has only one sample: set its second to 0.
    if (part.width % 2 > 0) drawn[part.width] = std::byte{0};
    const std::byte *first = scratch.drawn.data () + r * row.stride;
    ops_.join (first, std::size_t (row.stride / 2), 2, part.width + part.width % 2, 1,
               out.plane[0].row (y + r) + std::ptrdiff_t{part.x} * 2);
  }
}

// The program of a region that shows one picture, unless that comes first; else null. It draws
// several rows at a time, straight to their place.
const RasterProgram *HostRenderer::straight (const Scene &scene, const Region &region,
                                             int plane) const
{
  const int layer = region.layers[0];
  if (region.layers.size () > 1 || layer == kBackground || scene.tiles[std::size_t (layer)].solid)
    return nullptr;
  const TileProgram &tile = tiles_[std::size_t (layer)];
  return tile.comes_first () ? nullptr : &tile.raster (plane);
}

void HostRenderer::draw_rows (const Scene &scene, const Region &region, int plane, int y, int count,
                              const Rect &part, const DrawnRows &to, Scratch &scratch)
{
  if (const RasterProgram *p = straight (scene, region, plane)) {
    const int x = part.x - p->target ().x;
    (void)p->draw_rows (ops_, {x, x + part.width},
                        scene.tiles[std::size_t (region.layers[0])].source, y - p->target ().y,
                        count, to, scratch);
    return;
  }
  const int top = static_cast<int> (region.layers.size ()) - 1;
  for (int r = 0; r < count; r++) {
    std::byte *out = to.data + r * to.stride;
    if (top == 0) {
      (void)draw_layer_row (scene, region.layers[0], plane, y + r, part, out,
                            scratch.alphas[1].data (), scratch);
      continue;
    }
    // Go down to the first layer that hides the rest, mix from there up, and write only the result
    // to the canvas.
    int i = top;
    while (!draw_layer_row (scene, region.layers[std::size_t (i)], plane, y + r, part,
                            scratch.layers[std::size_t (i) + 1].data (),
                            scratch.alphas[std::size_t (i) + 1].data (), scratch) &&
           i > 0)
      i--;
    std::byte *mixed = scratch.layers[std::size_t (i) + 1].data ();
    for (i++; i <= top; i++) {
      const int layer = region.layers[std::size_t (i)];
      const std::byte *upper = scratch.layers[std::size_t (i) + 1].data ();
      const int alpha = scene.tiles[std::size_t (layer)].alpha;
      if (has_alpha_beside (layer, plane))
        blend_row_beside (*format_, plane, alpha, upper,
                          scratch.alphas[std::size_t (i) + 1].data (), part.width, mixed);
      else
        blend_row (*format_, plane, alpha, upper, part.width, mixed);
    }
    std::memcpy (out, mixed, std::size_t (part.width * format_->filtered_bytes (plane)));
  }
}

void HostRenderer::draw_region (const Scene &scene, const FrameView &out, const Job &job,
                                Scratch &scratch)
{
  const Region &region = regions_[std::size_t (job.item)];
  const int end = job.plane + job.planes;
  const Rect first = raster_rect (*format_, job.plane, region.rect);
  int band = kMaxBand;
  scratch.last_filtered = {};
  for (int plane = job.plane; plane < end; plane++) {
    const RasterProgram *p = straight (scene, region, plane);
    // Layers are drawn row by row, and rasters share the rows of a filter.
    band = std::min (band, p ? p->band () : job.planes > 1 ? 1 : kMaxBand);
  }
  for (int y = job.begin, count; y < job.end; y += count) {
    count = std::min (band, job.end - y);
    for (int plane = job.plane; plane < end; plane++) {
      const Rect part = raster_rect (*format_, plane, region.rect);
      // Another raster's rows lie beside those of the first; it has no more of them.
      const auto row_at = [&] (int at) {
        return part.y + (at - first.y) * part.height / first.height;
      };
      const int top = row_at (y), rows = row_at (y + count) - top;
      if (rows == 0) continue;
      draw_rows (scene, region, plane, top, rows, part, rows_of (out, plane, top, part, scratch),
                 scratch);
      if (!format_->shares_plane (plane)) put (out, plane, top, rows, part, scratch);
    }
    if (format_->shares_plane (job.plane)) put (out, job.plane, y, count, first, scratch);
  }
}

}  // namespace

std::unique_ptr<Renderer> make_host_renderer (const HostOptions &options)
{
  return std::make_unique<HostRenderer> (options);
}

}  // namespace quad::host
