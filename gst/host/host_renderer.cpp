#include "host/host_renderer.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "host/compose.h"
#include "host/gather.h"
#include "host/prepared_scene.h"
#include "host/thread_pool.h"

namespace quad::host {
namespace {

class HostRenderer final : public Renderer {
 public:
  explicit HostRenderer (const HostOptions &options)
      : ops_ (options.scalar ? scalar_ops () : simd_ops ()),
        pool_ (options.pool ? options.pool : make_thread_pool (options.threads)),
        prepared_ (ops_, pool_->size ()),
        scratch_ (std::size_t (pool_->size ()))
  {
  }

  Memory memory () const override { return Memory::host; }
  Status prepare (const Scene &scene) override;
  Status draw (const Scene &scene, const FrameView &out) override;

 private:
  void draw_whole (const Scene &scene, const Job &job, Scratch &scratch);
  void turn (const FrameView &source, TileProgram &tile, const Job &job, Scratch &scratch);
  void draw_region (const Scene &scene, const FrameView &out, const Job &job, Scratch &scratch);
  bool draw_layer_row (const Scene &scene, int layer, int plane, int y, const Rect &part,
                       std::byte *out, std::byte *alpha, Scratch &scratch);
  bool has_alpha_beside (int layer, int plane) const;
  const RasterProgram *straight (const Region &region, int plane) const;
  void draw_rows (const Scene &scene, const Region &region, int plane, int y, int count,
                  const Rect &part, const DrawnRows &to, Scratch &scratch);
  DrawnRows rows_of (const FrameView &out, int plane, int y, const Rect &part,
                     Scratch &scratch) const;
  void put (const FrameView &out, int plane, int y, int count, const Rect &part,
            Scratch &scratch) const;
  void fill_part (int layer, int plane, int positions, std::byte *out) const;

  const Ops &ops_;
  std::shared_ptr<ThreadPool> pool_;
  PreparedScene prepared_;
  const FormatInfo *format_ = nullptr;  // of the canvas
  std::vector<Scratch> scratch_;        // one a thread
};

Status HostRenderer::prepare (const Scene &scene)
{
  if (prepared_.holds (scene)) return Status::ok;
  if (const Status s = check_scene (scene, Memory::host, true); s != Status::ok) return s;
  try {
    prepared_.set (scene);
    for (Scratch &s : scratch_) s.fit (prepared_.scratch_size ());
  } catch (const std::bad_alloc &) {
    prepared_.clear ();
    return Status::out_of_memory;
  }
  format_ = &info_of (scene.format);
  return Status::ok;
}

Status HostRenderer::draw (const Scene &scene, const FrameView &out)
{
  if (!prepared_.holds (scene) || out.format != scene.format || out.size != scene.canvas)
    return Status::not_prepared;
  const auto run = [&] (std::span<const Job> jobs, auto draw_one) {
    pool_->run (static_cast<int> (jobs.size ()), [&] (int i, int worker) {
      draw_one (jobs[std::size_t (i)], scratch_[std::size_t (worker)]);
    });
  };
  const std::span<const Job> due = prepared_.due_jobs (scene);
  run (due, [&] (const Job &job, Scratch &scratch) { draw_whole (scene, job, scratch); });
  for (const Job &job : due)
    prepared_.program (job.item).drawn = scene.tiles[std::size_t (job.item)].still;
  run (prepared_.region_jobs (),
       [&] (const Job &job, Scratch &scratch) { draw_region (scene, out, job, scratch); });
  return Status::ok;
}

// Draws rows of a picture that comes before the regions.
void HostRenderer::draw_whole (const Scene &scene, const Job &job, Scratch &scratch)
{
  TileProgram &tile = prepared_.program (job.item);
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
  std::byte *row = scratch.layer (0), *alpha = scratch.alpha (0);
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
  std::memcpy (out, prepared_.fill (layer, plane),
               std::size_t (positions) * std::size_t (format_->filtered_bytes (plane)));
}

// Whether the layer has an alpha row of its own, since the canvas's format has no alpha.
bool HostRenderer::has_alpha_beside (int layer, int plane) const
{
  return prepared_.has_picture (layer) &&
         prepared_.program (layer).raster (plane).has_alpha_beside ();
}

// Draws the part `part` of row `y` of the canvas's plane as this layer alone shows it, with its
// alpha if that lies beside. Returns whether the result is opaque.
bool HostRenderer::draw_layer_row (const Scene &scene, int layer, int plane, int y,
                                   const Rect &part, std::byte *out, std::byte *alpha_out,
                                   Scratch &scratch)
{
  if (!prepared_.has_picture (layer)) {
    fill_part (layer, plane, part.width, out);
    return layer == kBackground || is_opaque (scene.tiles[std::size_t (layer)], *format_);
  }
  const Tile &tile = scene.tiles[std::size_t (layer)];
  const TileProgram &program = prepared_.program (layer);
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
const RasterProgram *HostRenderer::straight (const Region &region, int plane) const
{
  const int layer = region.layers[0];
  if (region.layers.size () > 1 || !prepared_.has_picture (layer)) return nullptr;
  const TileProgram &tile = prepared_.program (layer);
  return tile.comes_first () ? nullptr : &tile.raster (plane);
}

void HostRenderer::draw_rows (const Scene &scene, const Region &region, int plane, int y, int count,
                              const Rect &part, const DrawnRows &to, Scratch &scratch)
{
  if (const RasterProgram *p = straight (region, plane)) {
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
      (void)draw_layer_row (scene, region.layers[0], plane, y + r, part, out, scratch.alpha (1),
                            scratch);
      continue;
    }
    // Go down to the first layer that hides the rest, mix from there up, and write only the result
    // to the canvas.
    int i = top;
    while (!draw_layer_row (scene, region.layers[std::size_t (i)], plane, y + r, part,
                            scratch.layer (std::size_t (i) + 1),
                            scratch.alpha (std::size_t (i) + 1), scratch) &&
           i > 0)
      i--;
    std::byte *mixed = scratch.layer (std::size_t (i) + 1);
    for (i++; i <= top; i++) {
      const int layer = region.layers[std::size_t (i)];
      const std::byte *upper = scratch.layer (std::size_t (i) + 1);
      const int alpha = scene.tiles[std::size_t (layer)].alpha;
      if (has_alpha_beside (layer, plane))
        blend_row_beside (*format_, plane, alpha, upper, scratch.alpha (std::size_t (i) + 1),
                          part.width, mixed);
      else
        blend_row (*format_, plane, alpha, upper, part.width, mixed);
    }
    std::memcpy (out, mixed, std::size_t (part.width * format_->filtered_bytes (plane)));
  }
}

void HostRenderer::draw_region (const Scene &scene, const FrameView &out, const Job &job,
                                Scratch &scratch)
{
  const Region &region = prepared_.region (job.item);
  const int end = job.plane + job.planes;
  const Rect first = raster_rect (*format_, job.plane, region.rect);
  int band = kMaxBand;
  scratch.last_filtered = {};
  for (int plane = job.plane; plane < end; plane++) {
    const RasterProgram *p = straight (region, plane);
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
