// Draws a scene. A block draws all layers of one patch of one raster, and writes each byte once.
#include "cuda/kernels/color.h"
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
    case Method::staged: p = from_staged (w, u, v, mid, weighted, ToSamples{}); break;
    default: p = from_direct (w, u, v, ToSamples{}); break;
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

// The block's patch.
QUAD_DEVICE Patch patch_of (const DrawParams &p)
{
  return begin_of (p.tables, p.patches)[block_index ()];
}

QUAD_DEVICE Part part_of (const DrawParams &p, const Patch &patch)
{
  return begin_of (p.tables, p.parts)[patch.part];
}

// The work on a layer's picture, or on one of those that are converted.
QUAD_DEVICE Work work_of (const DrawParams &p, const Patch &patch, const Layer &layer, int index)
{
  Work w;
  w.picture = begin_of (p.tables, p.pictures) + layer.picture + index;
  w.across = axis_of (p.tables, w.picture->across);
  w.down = axis_of (p.tables, w.picture->down);
  w.samples = w.picture->samples;
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

// Packs `count` positions into a word. make (i, alpha) makes position i, and may change the alpha
// with which it is mixed. If `below` is not null, mixes them over it.
template <typename Make>
QUAD_DEVICE std::uint32_t joined (const Samples &s, const Layer &layer, int count,
                                  const std::uint32_t *below, Make make)
{
  std::uint32_t word = 0;
  for (int i = 0; i < count; i++) {
    const int bits = 8 * s.bytes * s.channels * i;
    auto alpha = static_cast<std::uint32_t> (layer.alpha);
    Position q = make (i, alpha);
    if (below) q = mixed (s, q, unpacked (s, *below >> bits), alpha);
    word |= packed (s, q) << bits;
  }
  return word;
}

// Makes positions [x, x + count) of row y of a layer that is not converted. If `below` is not null,
// mixes them over it.
QUAD_DEVICE std::uint32_t word_of (const Work &w, const Layer &layer, const Samples &s, int x,
                                   int y, int count, const std::uint32_t *below,
                                   const std::int16_t *mid, const std::int32_t *weighted)
{
  std::uint32_t word = 0;
  if (!below && layer.source >= 0 && count * s.bytes * s.channels == 4 && by_words (*w.picture) &&
      whole_word (w, x, y, word))
    return word;
  return joined (s, layer, count, below, [&] (int i, std::uint32_t &) {
    if (layer.source >= 0) return position_at (w, x + i, y, mid, weighted);
    Position q;
    for (int c = 0; c < 4; c++) q.value[c] = layer.solid[c];
    return q;
  });
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

// Draws the words of a patch: make (x, y, count, below) makes one.
template <typename Make>
QUAD_DEVICE void draw_words (const DrawParams &p, const Patch &patch, const Part &part, int index,
                             Shared &shared, Make make)
{
  const Samples samples = p.samples[part.raster];
  const DevicePlane out = p.out[samples.plane];
  const bool below = begin_of (p.tables, p.layers)[part.first_layer + index].source == kBelow;
  const int group = group_of (samples), words = (patch.width + group - 1) / group;
  for (int n = thread_index (); n < words * patch.height; n += thread_count ()) {
    const int x = patch.x + n % words * group, y = patch.y + n / words;
    const int left = patch.x + patch.width - x, count = left < group ? left : group;
    std::uint8_t *row = out.data + y * out.stride;
    const std::uint32_t word = below ? load_positions (samples, row, x, count)
                                     : make (x, y, count, index > 0 ? &shared.canvas[n] : nullptr);
    if (index + 1 < part.layers)
      shared.canvas[n] = word;
    else
      store_positions (samples, row, x, count, word);
  }
}

// Where the results of a picture's vertical pass lie in shared memory.
struct Staged {
  std::int16_t *mid = nullptr;
  std::int32_t *weighted = nullptr;  // null: colours are not weighted by alpha
};

// Runs the vertical pass for a picture. `room` is free shared memory; what the pass needs is taken
// from it. All threads have read what was there.
QUAD_DEVICE Staged staged (const Work &w, std::int32_t *&room)
{
  Staged s;
  s.mid = reinterpret_cast<std::int16_t *> (room);
  stage (w, s.mid);
  meet ();
  room += (w.count * w.rows + 1) / 2;
  if (w.samples.alpha < 0) return s;
  if (stage_weighted (w, s.mid, room)) s.weighted = room;
  room += w.count / 4 * w.rows * 3;
  return s;
}

// Draws a layer whose pictures are converted.
QUAD_DEVICE_SELDOM void draw_converted (const DrawParams &p, int index, Shared &shared)
{
  const Patch patch = patch_of (p);
  const Part part = part_of (p, patch);
  const Layer &layer = begin_of (p.tables, p.layers)[part.first_layer + index];
  const Conversion &conversion = begin_of (p.tables, p.conversions)[layer.conversion];
  const Samples samples = p.samples[part.raster];
  Work work[kPlanes];
  Staged from[kPlanes];
  auto *room = reinterpret_cast<std::int32_t *> (shared.mid);
  meet ();  // all threads have read the layer before
  for (int k = 0; k < conversion.pictures; k++) {
    work[k] = work_of (p, patch, layer, k);
    if (work[k].picture->method == Method::staged) from[k] = staged (work[k], room);
  }
  draw_words (
      p, patch, part, index, shared, [&] (int x, int y, int count, const std::uint32_t *below) {
        return joined (samples, layer, count, below, [&] (int i, std::uint32_t &alpha) {
          SourceColor color;
          for (int k = 0; k < conversion.pictures; k++)
            add_picture (conversion, k, work[k], x + i, y, from[k].mid, from[k].weighted, color);
          // The canvas has no alpha: the source's mixes it with what lies below.
          if (samples.alpha < 0) alpha = scale_alpha (color.alpha, alpha);
          return converted (conversion, color, samples);
        });
      });
}

QUAD_DEVICE void draw_layer (const DrawParams &p, const Patch &patch, const Part &part, int index,
                             Shared &shared)
{
  const Layer &layer = begin_of (p.tables, p.layers)[part.first_layer + index];
  if (layer.conversion >= 0) {
    draw_converted (p, index, shared);
    return;
  }
  const Samples samples = p.samples[part.raster];
  Work work = {};
  Staged from;
  if (layer.source >= 0) {
    work = work_of (p, patch, layer, 0);
    if (part.layers == 1 && by_words (*work.picture) && samples.bytes * samples.channels != 3) {
      draw_quads (work, patch, layer, p.out[samples.plane]);
      return;
    }
    if (work.picture->method == Method::staged) {
      meet ();  // all threads have read the layer before
      auto *room = reinterpret_cast<std::int32_t *> (shared.mid);
      from = staged (work, room);
    }
  }
  draw_words (p, patch, part, index, shared,
              [&] (int x, int y, int count, const std::uint32_t *below) {
                return word_of (work, layer, samples, x, y, count, below, from.mid, from.weighted);
              });
}

}  // namespace
}  // namespace quad::cuda

QUAD_KERNEL (quad::cuda::kThreads, 3) quad_draw (QUAD_PARAMETER quad::cuda::DrawParams p)
{
  using namespace quad::cuda;
  QUAD_SHARED Shared shared;
  const Patch patch = patch_of (p);
  const Part part = part_of (p, patch);
  for (int i = 0; i < part.layers; i++) draw_layer (p, patch, part, i, shared);
}
