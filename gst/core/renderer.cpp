#include "renderer.h"

namespace quad {
namespace {

bool in_range (Size s) { return !s.empty () && s.width <= kMaxSide && s.height <= kMaxSide; }

bool on_chroma_grid (const Rect &r, Size unit, Size canvas)
{
  auto on = [] (int v, int u, int end) { return v % u == 0 || v == end; };
  return on (r.x, unit.width, canvas.width) && on (r.right (), unit.width, canvas.width) &&
         on (r.y, unit.height, canvas.height) && on (r.bottom (), unit.height, canvas.height);
}

// Whether the crop, and what may be read around it, lie inside the source.
bool has_crop_inside (const Tile &tile)
{
  const FineRect source = rect_of (tile.source.size);
  return !tile.crop.empty () && source.contains (tile.crop) && source.contains (tile.readable ()) &&
         FineRect (tile.readable ()).contains (tile.crop);
}

// Whether the tile's components can become the canvas's.
bool can_be_drawn (const Tile &tile, PixelFormat canvas, bool converts)
{
  if (tile.source.format == canvas && !tile.colors && !tile.light) return true;
  const FormatInfo &from = info_of (tile.source.format), &to = info_of (canvas);
  if (!converts || from.format == PixelFormat::unknown) return false;
  if (tile.light) return tile.source.memory == Memory::host;
  return tile.colors || (from.depth == to.depth && from.rgb == to.rgb &&
                         (from.components > 1) == (to.components > 1));
}

}  // namespace

const char *describe (Status status)
{
  switch (status) {
    case Status::ok: return "no error";
    case Status::unsupported_format: return "this pixel format cannot be drawn";
    case Status::bad_geometry: return "a size or position is out of range";
    case Status::mixed_sources: return "a tile differs from the canvas in format or memory";
    case Status::not_prepared: return "the scene was not prepared";
    case Status::out_of_memory: return "out of memory";
    case Status::out_of_device_memory:
      return "out of GPU memory: show fewer or smaller pictures, or free some of it";
    case Status::device_failed: return "the GPU or its driver failed";
    case Status::no_kernels: return "no kernels for this GPU";
  }
  return "unknown error";
}

Status check_scene (const Scene &scene, Memory memory, bool converts)
{
  const FormatInfo &format = info_of (scene.format);
  if (format.planes == 0) return Status::unsupported_format;
  if (!in_range (scene.canvas)) return Status::bad_geometry;
  for (const Tile &t : scene.tiles) {
    if (t.target.empty () || !rect_of (scene.canvas).contains (t.target) ||
        !on_chroma_grid (t.target, format.chroma_unit (), scene.canvas) || t.alpha < 0 ||
        t.alpha > 255)
      return Status::bad_geometry;
    if (t.solid) continue;
    if (std::min ({t.hidden.left, t.hidden.top, t.hidden.right, t.hidden.bottom}) < 0)
      return Status::bad_geometry;
    if (t.source.memory != memory || !can_be_drawn (t, scene.format, converts))
      return Status::mixed_sources;
    if (!in_range (t.source.size) || !has_crop_inside (t)) return Status::bad_geometry;
  }
  return Status::ok;
}

}  // namespace quad
