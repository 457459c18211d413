// Draws a scene. A block draws all layers of one patch of one raster, and writes each byte once.
#include "cuda/kernels/words.h"

namespace quad::cuda {
namespace {

// Position (x, y) of the raster, as stored.
QUAD_DEVICE Position position_at (const Work &w, int x, int y, const std::int16_t *mid,
                                  const std::int32_t *weighted)
{
  const int i = x - w.picture->x, j = y - w.picture->y;
  const int u = w.picture->swap_axes ? j : i, v = w.picture->swap_axes ? i : j;
  Position p;
  switch (w.picture->method) {
    case Method::copy: return copied (w, u, v);
    case Method::halves: p = from_halves (w, u, v); break;
    case Method::staged: p = from_staged (w, u, v, mid, weighted); break;
    default: p = from_direct (w, u, v); break;
  }
  for (int c = 0; c < 4; c++)
    if (c < w.samples.channels) p.value[c] <<= w.samples.shift;
  return p;
}

// `upper` over `lower`, both as stored.
QUAD_DEVICE Position mixed (const Samples &s, const Position &upper, const Position &lower,
                            std::uint32_t alpha)
{
  Position p;
  if (s.alpha < 0) {
    const int mask = (1 << s.depth) - 1;
    for (int c = 0; c < 4; c++)
      if (c < s.channels)
        p.value[c] = blend (static_cast<std::uint32_t> ((upper.value[c] >> s.shift) & mask),
                            static_cast<std::uint32_t> ((lower.value[c] >> s.shift) & mask), alpha)
                     << s.shift;
    return p;
  }
  const std::uint32_t sa =
      scale_alpha (static_cast<std::uint32_t> (channel (upper.value, s.alpha)), alpha);
  const std::uint32_t da = static_cast<std::uint32_t> (channel (lower.value, s.alpha));
  const std::uint32_t weight = over_weight (sa, da);
  for (int c = 0; c < 4; c++)
    if (c < s.channels)
      p.value[c] = c == s.alpha
                       ? over_alpha (weight)
                       : over_color (static_cast<std::uint32_t> (upper.value[c]), sa,
                                     static_cast<std::uint32_t> (lower.value[c]), da, weight);
  return p;
}

// Packs a position's samples into a word, as a thread writes it.
QUAD_DEVICE std::uint32_t packed (const Samples &s, const Position &p)
{
  std::uint32_t word = 0;
  for (int c = 0; c < 4; c++)
    if (c < s.channels) word |= static_cast<std::uint32_t> (p.value[c]) << (8 * c * s.bytes);
  return word;
}

QUAD_DEVICE Position unpacked (const Samples &s, std::uint32_t word)
{
  Position p;
  const std::uint32_t mask = s.bytes == 1 ? 255 : 65535;
  for (int c = 0; c < 4; c++)
    if (c < s.channels) p.value[c] = static_cast<int> ((word >> (8 * c * s.bytes)) & mask);
  return p;
}

// Stores `bytes` bytes (1 to 4) of a word at `at`.
QUAD_DEVICE void store_word (std::uint8_t *at, std::uint32_t word, int bytes)
{
  if (bytes == 4 && reinterpret_cast<std::uintptr_t> (at) % 4 == 0) {
    store (reinterpret_cast<std::uint32_t *> (at), word);
    return;
  }
  for (int i = 0; i < bytes; i++) store (at + i, static_cast<std::uint8_t> (word >> (8 * i)));
}

QUAD_DEVICE std::uint32_t load_word (const std::uint8_t *at, int bytes)
{
  std::uint32_t word = 0;
  for (int i = 0; i < bytes; i++) word |= std::uint32_t{load_written (at + i)} << (8 * i);
  return word;
}

// Stores positions [x, x + count) of a row of the canvas from a word.
QUAD_DEVICE void store_positions (const Samples &s, std::uint8_t *row, int x, int count,
                                  std::uint32_t word)
{
  const int size = s.bytes * s.channels;
  if (s.packed) {
    store_word (row + std::int64_t{x} * size, word, count * size);
    return;
  }
  for (int i = 0; i < count * s.channels; i++)
    store (row + offset_of (x * s.channels + i, s), static_cast<std::uint8_t> (word >> (8 * i)));
  if (x + count == s.room)
    store (row + offset_of (s.room * s.channels, s), static_cast<std::uint8_t> (0));
}

QUAD_DEVICE std::uint32_t load_positions (const Samples &s, const std::uint8_t *row, int x,
                                          int count)
{
  const int size = s.bytes * s.channels;
  if (s.packed) return load_word (row + std::int64_t{x} * size, count * size);
  std::uint32_t word = 0;
  for (int i = 0; i < count * s.channels; i++)
    word |= std::uint32_t{load_written (row + offset_of (x * s.channels + i, s))} << (8 * i);
  return word;
}

QUAD_DEVICE Work work_of (const DrawParams &p, const Patch &patch, const Layer &layer, int raster)
{
  Work w;
  w.picture = begin_of (p.tables, p.pictures) + layer.picture;
  w.across = axis_of (p.tables, w.picture->across);
  w.down = axis_of (p.tables, w.picture->down);
  w.samples = p.samples[raster];
  w.source = p.source[layer.source][w.samples.plane];
  const bool swap = w.picture->swap_axes != 0;
  const int i = patch.x - w.picture->x, j = patch.y - w.picture->y;
  w.u = swap ? j : i;
  w.v = swap ? i : j;
  w.columns = swap ? patch.height : patch.width;
  w.rows = swap ? patch.width : patch.height;
  // What outputs read ascends, or descends if the picture is mirrored.
  const int a = load (w.across.left + w.u), b = load (w.across.left + w.u + w.columns - 1);
  const int least = a < b ? a : b, most = (a < b ? b : a) + w.across.taps;
  w.first = least * w.samples.channels;
  // Begin on a word if four samples can be read at once.
  if (w.samples.packed && w.samples.bytes == 1 && w.samples.channels != 3) w.first &= ~3;
  w.count = most * w.samples.channels - w.first;
  return w;
}

// The shared memory of a block.
struct Shared {
  std::uint32_t canvas[kWords];  // the patch while its layers are mixed
  alignas (8) unsigned char mid[kMidBytes];
};

// Makes positions [x, x + count) of row y of a layer. If `below` is not null, mixes them over it.
QUAD_DEVICE std::uint32_t word_of (const Work &w, const Layer &layer, const Samples &s, int x,
                                   int y, int count, const std::uint32_t *below,
                                   const std::int16_t *mid, const std::int32_t *weighted)
{
  const int size = s.bytes * s.channels;
  std::uint32_t word = 0;
  if (!below && layer.source >= 0 && count * size == 4 && by_words (*w.picture) &&
      whole_word (w, x, y, word))
    return word;
  word = 0;
  for (int i = 0; i < count; i++) {
    const int bits = 8 * size * i;
    Position q;
    if (layer.source == kSolid)
      for (int c = 0; c < 4; c++) q.value[c] = layer.solid[c];
    else
      q = position_at (w, x + i, y, mid, weighted);
    if (below)
      q = mixed (s, q, unpacked (s, *below >> bits), static_cast<std::uint32_t> (layer.alpha));
    word |= packed (s, q) << bits;
  }
  return word;
}

// Draws a single layer by words, four at once if possible.
QUAD_DEVICE void draw_quads (const Work &w, const Patch &patch, const Layer &layer,
                             const DevicePlane &out)
{
  const Samples &s = w.samples;
  const int size = s.bytes * s.channels, group = group_of (s), unit = 16 / size;
  const int units = (patch.width + unit - 1) / unit;
  for (int n = thread_index (); n < units * patch.height; n += thread_count ()) {
    const int x = patch.x + n % units * unit, y = patch.y + n / units;
    std::uint8_t *at = out.data + y * out.stride + std::int64_t{x} * size;
    const int end = patch.x + patch.width;
    Quad quad;
    if (x + unit <= end && lies_on<Quad> (at) && whole_quad (w, x, y, quad)) {
      store (reinterpret_cast<Quad *> (at), quad);
      continue;
    }
    const int last = x + unit < end ? x + unit : end;
    for (int i = x; i < last; i += group, at += group * size) {
      const int count = last - i < group ? last - i : group;
      store_word (at, word_of (w, layer, s, i, y, count, nullptr, nullptr, nullptr), count * size);
    }
  }
}

QUAD_DEVICE void draw_layer (const DrawParams &p, const Patch &patch, const Part &part, int index,
                             Shared &shared)
{
  const Layer &layer = begin_of (p.tables, p.layers)[part.first_layer + index];
  const Samples samples = p.samples[part.raster];
  const DevicePlane out = p.out[samples.plane];
  const int size = samples.bytes * samples.channels;
  Work work = {};
  auto *mid = reinterpret_cast<std::int16_t *> (shared.mid);
  std::int32_t *weighted = nullptr;
  if (layer.source >= 0) {
    work = work_of (p, patch, layer, part.raster);
    if (part.layers == 1 && by_words (*work.picture) && size != 3) {
      draw_quads (work, patch, layer, out);
      return;
    }
    if (work.picture->method == Method::staged) {
      meet ();  // all threads have read the layer before
      stage (work, mid);
      meet ();
      if (samples.alpha >= 0) {
        auto *room =
            reinterpret_cast<std::int32_t *> (shared.mid) + (work.count * work.rows + 1) / 2;
        if (stage_weighted (work, mid, room)) weighted = room;
      }
    }
  }
  const int group = group_of (samples), words = (patch.width + group - 1) / group;
  for (int n = thread_index (); n < words * patch.height; n += thread_count ()) {
    const int x = patch.x + n % words * group, y = patch.y + n / words;
    const int left = patch.x + patch.width - x, count = left < group ? left : group;
    std::uint8_t *row = out.data + y * out.stride;
    const std::uint32_t word =
        layer.source == kBelow ? load_positions (samples, row, x, count)
                               : word_of (work, layer, samples, x, y, count,
                                          index > 0 ? &shared.canvas[n] : nullptr, mid, weighted);
    if (index + 1 < part.layers)
      shared.canvas[n] = word;
    else
      store_positions (samples, row, x, count, word);
  }
}

}  // namespace
}  // namespace quad::cuda

QUAD_KERNEL (quad::cuda::kThreads, 3) quad_draw (QUAD_PARAMETER quad::cuda::DrawParams p)
{
  using namespace quad::cuda;
  QUAD_SHARED Shared shared;
  const Patch patch = begin_of (p.tables, p.patches)[block_index ()];
  const Part part = begin_of (p.tables, p.parts)[patch.part];
  for (int i = 0; i < part.layers; i++) draw_layer (p, patch, part, i, shared);
}
