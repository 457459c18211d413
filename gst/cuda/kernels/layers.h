// Draws any layers: filtered, converted, mixed.
#pragma once

#include "cuda/kernels/across.h"
#include "cuda/kernels/canvas.h"
#include "cuda/kernels/color.h"
#include "cuda/kernels/stage.h"
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

// The block's patch.
QUAD_DEVICE Patch patch_of (const DrawParams &p)
{
  constexpr int kCount = sizeof (Patch) / sizeof (Words<4>);
  const auto *at =
      reinterpret_cast<const Words<4> *> (begin_of (p.tables, p.patches) + block_index ());
  Words<4> words[kCount];
  for (int i = 0; i < kCount; i++) words[i] = load (at + i);
  Patch patch;
  memcpy (&patch, words, sizeof patch);
  return patch;
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
  const int columns = swap ? patch.height : patch.width;
  w.rows = swap ? patch.width : patch.height;
  // What outputs read ascends, or descends if the picture is mirrored.
  const int a = load (w.across.left + w.u), b = load (w.across.left + w.u + columns - 1);
  w.extent = extent_of (*w.picture, a < b ? a : b, (a < b ? b : a) + w.across.taps);
  return w;
}

// The shared memory of a block.
struct Shared {
  alignas (16) unsigned char mid[kMidBytes];  // results of the vertical pass
  std::uint32_t canvas[kWords];               // Draw::layers: the patch while they are mixed
  Work work[kPlanes];                         // layers, converted: what would take registers
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
  const bool plain = !below || (s.bytes == 1 && s.alpha < 0);
  if (plain && layer.source >= 0 && count * s.bytes * s.channels == 4 && by_words (*w.picture) &&
      whole_word (w, x, y, word))
    return below ? blended (word, *below, static_cast<std::uint32_t> (layer.alpha)) : word;
  return joined (s, layer, count, below, [&] (int i, std::uint32_t &) {
    if (layer.source >= 0) return position_at (w, x + i, y, mid, weighted);
    Position q;
    for (int c = 0; c < 4; c++) q.value[c] = layer.solid[c];
    return q;
  });
}

// Draws the words of a patch: make (x, y, count, below) makes one.
template <typename Make>
QUAD_DEVICE void draw_words (const DrawParams &p, const Patch &patch, const Part &part, int index,
                             Shared &shared, Make make)
{
  const Samples samples = p.samples[part.raster];
  const DevicePlane out = p.out[samples.plane];
  const bool below = begin_of (p.tables, p.layers)[part.first_layer + index].source == kBelow;
  const int group = group_of (samples), words = groups_in (patch.width, group);
  for (Walk at (words); at.row < patch.height; at.next ()) {
    const int n = at.row * words + at.column;
    const int x = patch.x + at.column * group, y = patch.y + at.row;
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
  room += mid_pitch_of (w.extent) / 2 * w.rows;
  if (w.samples.alpha < 0) return s;
  if (stage_weighted (w, s.mid, room)) s.weighted = room;
  room += (w.extent.count / 4 * w.rows * 3 + 3) / 4 * 4;
  return s;
}

// Prepares the work on the pictures of a layer, for all threads.
QUAD_DEVICE void begin_layer (const DrawParams &p, const Patch &patch, const Layer &layer,
                              int count, Shared &shared)
{
  for (int k = thread_index (); k < count; k += thread_count ())
    shared.work[k] = work_of (p, patch, layer, k);
  meet ();
}

// Draws a layer whose pictures are converted.
QUAD_DEVICE void draw_converted (const DrawParams &p, const Patch &patch, const Part &part,
                                 int index, Shared &shared)
{
  const Layer &layer = begin_of (p.tables, p.layers)[part.first_layer + index];
  const Conversion &conversion = begin_of (p.tables, p.conversions)[layer.conversion];
  const Samples samples = p.samples[part.raster];
  Staged from[kPlanes];
  auto *room = reinterpret_cast<std::int32_t *> (shared.mid);
  begin_layer (p, patch, layer, conversion.pictures, shared);
  for (int k = 0; k < kPlanes; k++)
    if (k < conversion.pictures && shared.work[k].picture->method == Method::staged)
      from[k] = staged (shared.work[k], room);
  draw_words (p, patch, part, index, shared,
              [&] (int x, int y, int count, const std::uint32_t *below) {
                return joined (samples, layer, count, below, [&] (int i, std::uint32_t &alpha) {
                  SourceColor color;
                  for (int k = 0; k < kPlanes; k++)
                    if (k < conversion.pictures)
                      add_picture (conversion, k, shared.work[k], x + i, y, from[k].mid,
                                   from[k].weighted, color);
                  // The canvas has no alpha: the source's mixes it with what lies below.
                  if (samples.alpha < 0) alpha = scale_alpha (color.alpha, alpha);
                  return converted (conversion, color, samples);
                });
              });
}

// Draws a layer with a staged picture on an opaque canvas of bytes.
template <int kChannels>
QUAD_DEVICE void draw_plain (const DrawParams &p, const Patch &patch, const Part &part, int index,
                             Shared &shared)
{
  const Samples &s = p.samples[part.raster];
  const DevicePlane &out = p.out[s.plane];
  const auto alpha =
      static_cast<std::uint32_t> (begin_of (p.tables, p.layers)[part.first_layer + index].alpha);
  const bool lowest = index == 0, highest = index + 1 == part.layers;
  const int words = groups_in (patch.width, 4 / kChannels);
  const Work &w = shared.work[0];
  make_words<std::uint8_t, kChannels> (
      s, w.across, w.extent, w.u, patch.width, patch.height,
      reinterpret_cast<const std::int16_t *> (shared.mid),
      [&] (int x, int y, int count, std::uint32_t word) {
        std::uint32_t &canvas = shared.canvas[y * words + x / (4 / kChannels)];
        if (!lowest) word = blended (word, canvas, alpha);
        if (highest)
          store_positions (s, out.data + (patch.y + y) * out.stride, patch.x + x, count, word);
        else
          canvas = word;
      });
}

QUAD_DEVICE void draw_layer (const DrawParams &p, const Patch &patch, const Part &part, int index,
                             Shared &shared)
{
  const Layer &layer = begin_of (p.tables, p.layers)[part.first_layer + index];
  const Samples &s = p.samples[part.raster];
  if (layer.conversion >= 0) {
    draw_converted (p, patch, part, index, shared);
    return;
  }
  Staged from;
  if (layer.source >= 0) {
    begin_layer (p, patch, layer, 1, shared);
    const Picture &picture = *shared.work[0].picture;
    auto *room = reinterpret_cast<std::int32_t *> (shared.mid);
    if (picture.method == Method::staged) {
      from = staged (shared.work[0], room);
      if (s.bytes == 1 && s.channels <= 2 && s.alpha < 0 && !picture.swap_axes) {
        if (s.channels == 1)
          draw_plain<1> (p, patch, part, index, shared);
        else
          draw_plain<2> (p, patch, part, index, shared);
        return;
      }
    }
  }
  draw_words (
      p, patch, part, index, shared, [&] (int x, int y, int count, const std::uint32_t *below) {
        return word_of (shared.work[0], layer, s, x, y, count, below, from.mid, from.weighted);
      });
}

// Draws all layers of the block's patch.
QUAD_DEVICE_APART void draw_layers (const DrawParams &p, Shared &shared)
{
  const Patch patch = patch_of (p);
  const Part part = part_of (p, patch);
  for (int i = 0; i < part.layers; i++) {
    // All threads have read what belongs to the layer before, and others may mix its words.
    if (i > 0) meet ();
    draw_layer (p, patch, part, i, shared);
  }
}

// Draws positions [x, x + count) of row y of the block's patch, which has one picture, `by_words`,
// each for itself.
QUAD_DEVICE_APART void draw_positions (const DrawParams &p, int x, int y, int count)
{
  const Patch patch = patch_of (p);
  const Samples &s = p.samples[patch.raster];
  const Layer &layer = begin_of (p.tables, p.layers)[part_of (p, patch).first_layer];
  const Work w = work_of (p, patch, layer, 0);
  const DevicePlane &out = p.out[s.plane];
  const int size = s.bytes * s.channels;
  std::uint8_t *at = out.data + y * out.stride + std::int64_t{x} * size;
  for (int i = 0; i < count; i++, at += size)
    store_word (at, packed (s, position_at (w, x + i, y, nullptr, nullptr)), size);
}

}  // namespace
}  // namespace quad::cuda
