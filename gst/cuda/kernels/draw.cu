// Draws a scene: a block draws one patch of one plane, all its layers, and writes
// each byte once. The arithmetic is that of docs/pixels.md, in core/pixel_math.h.
#include "core/pixel_math.h"
#include "cuda/kernels/device.h"
#include "cuda/kernels/program.h"

namespace quad::cuda {
namespace {

// A position's samples: values when filtered, as stored when copied.
struct Position {
  int value[4] = {0, 0, 0, 0};
};

// What a block knows of the picture that it draws now.
struct Work {
  const Picture *picture;
  DevicePlane source;
  Samples samples;
  // Of the patch, seen from the source: outputs [u, ...) across and [v, v + rows) down.
  int u, v, columns, rows;
  // The staged samples of a row: [first, first + count) of the source's.
  int first, count;
};

QUAD_DEVICE const std::uint8_t *row_of (const Work &w, int y)
{
  return w.source.data + y * w.source.stride;
}

// Sample `i` of a row, without the bits that do not count.
QUAD_DEVICE int sample_at (const std::uint8_t *row, int i, const Samples &s)
{
  if (s.bytes == 1) return load (row + i);
  const int v = load (reinterpret_cast<const std::uint16_t *> (row) + i);
  return (v >> s.shift) & ((1 << s.depth) - 1);
}

QUAD_DEVICE int raw_at (const std::uint8_t *row, int i, const Samples &s)
{
  if (s.bytes == 1) return load (row + i);
  return load (reinterpret_cast<const std::uint16_t *> (row) + i);
}

// The vertical pass at sample `i` for output row `v`.
template <typename Sum>
QUAD_DEVICE Sum vertical_at (const Work &w, int v, int i)
{
  const AxisTable &down = w.picture->down;
  const std::int16_t *tap = down.weight + std::int64_t{v} * down.taps;
  const std::uint8_t *row = row_of (w, load (down.left + v));
  Sum sum = 0;
  for (int k = 0; k < down.taps; k++, row += w.source.stride)
    sum += Sum{load (tap + k)} * sample_at (row, i, w.samples);
  return vertical_round (sum, w.samples.depth);
}

// The same of a colour weighted by its alpha, for the position that begins at `i`.
QUAD_DEVICE std::int32_t weighted_at (const Work &w, int v, int i, int channel)
{
  const AxisTable &down = w.picture->down;
  const std::int16_t *tap = down.weight + std::int64_t{v} * down.taps;
  const std::uint8_t *row = row_of (w, load (down.left + v));
  std::int32_t sum = 0;
  for (int k = 0; k < down.taps; k++, row += w.source.stride)
    sum += load (tap + k) * (load (row + i + channel) * load (row + i + w.samples.alpha));
  return vertical_round (sum, 8);
}

// Four neighbouring samples of 8 bits, from `i` on, which lies on a word.
QUAD_DEVICE void vertical_four (const Work &w, int v, int i, std::int16_t *out)
{
  const AxisTable &down = w.picture->down;
  const std::int16_t *tap = down.weight + std::int64_t{v} * down.taps;
  const std::uint8_t *at = row_of (w, load (down.left + v)) + i;
  std::int32_t sum[4] = {0, 0, 0, 0};
  for (int k = 0; k < down.taps; k++, at += w.source.stride) {
    const std::uint32_t word = load (reinterpret_cast<const std::uint32_t *> (at));
    const std::int32_t t = load (tap + k);
    for (int j = 0; j < 4; j++) sum[j] += t * static_cast<std::int32_t> ((word >> (8 * j)) & 255);
  }
  for (int j = 0; j < 4; j++) out[j] = static_cast<std::int16_t> (vertical_round (sum[j], 8));
}

// The vertical pass for all samples that the patch reads.
QUAD_DEVICE void stage (const Work &w, std::int16_t *mid)
{
  const bool words = w.samples.bytes == 1 && w.first % 4 == 0 && w.source.stride % 4 == 0 &&
                     reinterpret_cast<std::uintptr_t> (w.source.data) % 4 == 0;
  const int whole = words ? w.count / 4 : 0, rest = w.count - 4 * whole;
  const int items = whole + rest;
  for (int n = thread_index (); n < items * w.rows; n += thread_count ()) {
    const int r = n / items, i = n % items;
    std::int16_t *out = mid + r * w.count;
    if (i < whole)
      vertical_four (w, w.v + r, w.first + 4 * i, out + 4 * i);
    else
      out[3 * whole + i] = static_cast<std::int16_t> (
          vertical_at<std::int32_t> (w, w.v + r, w.first + 3 * whole + i));
  }
}

// Stages what colours weighted by alpha need, of three channels, unless the patch is
// opaque: then it is not asked for. Returns whether it was done.
QUAD_DEVICE bool stage_weighted (const Work &w, const std::int16_t *mid, std::int32_t *weighted)
{
  const int positions = w.count / 4;
  bool opaque = true;
  for (int n = thread_index (); n < positions * w.rows; n += thread_count ())
    opaque = opaque && mid[4 * n + w.samples.alpha] == kOpaqueMid;
  if (meet_all (opaque)) return false;
  for (int n = thread_index (); n < positions * w.rows; n += thread_count ()) {
    const int r = n / positions, i = w.first + n % positions * 4;
    for (int c = 0, to = 0; c < 4; c++)
      if (c != w.samples.alpha) weighted[3 * n + to++] = weighted_at (w, w.v + r, i, c);
  }
  meet ();
  return true;
}

QUAD_DEVICE Position from_staged (const Work &w, int u, int v, const std::int16_t *mid,
                                  const std::int32_t *weighted)
{
  const AxisTable &across = w.picture->across;
  const int channels = w.samples.channels;
  const std::int16_t *tap = across.weight + std::int64_t{u} * across.taps;
  const int at = (v - w.v) * w.count + load (across.left + u) * channels - w.first;
  std::int32_t sum[4] = {0, 0, 0, 0};
  for (int k = 0; k < across.taps; k++) {
    const std::int32_t t = load (tap + k);
    for (int c = 0; c < channels; c++) sum[c] += t * mid[at + k * channels + c];
  }
  Position p;
  for (int c = 0; c < channels; c++) p.value[c] = horizontal_round (sum[c], w.samples.depth);
  if (!weighted || sum[w.samples.alpha] == kOpaqueSum) return p;
  for (int c = 0, from = 0; c < 4; c++) {
    if (c == w.samples.alpha) continue;
    std::int64_t color = 0;
    for (int k = 0; k < across.taps; k++)
      color += std::int64_t{load (tap + k)} * weighted[(at / 4 + k) * 3 + from];
    p.value[c] = unpremultiply (color, sum[w.samples.alpha]);
    from++;
  }
  return p;
}

template <typename Sum>
QUAD_DEVICE Position filtered (const Work &w, int u, int v)
{
  const AxisTable &across = w.picture->across;
  const int channels = w.samples.channels, alpha = w.samples.alpha;
  const std::int16_t *tap = across.weight + std::int64_t{u} * across.taps;
  const int first = load (across.left + u) * channels;
  Sum sum[4] = {0, 0, 0, 0};
  for (int k = 0; k < across.taps; k++)
    for (int c = 0; c < channels; c++)
      sum[c] += Sum{load (tap + k)} * vertical_at<Sum> (w, v, first + k * channels + c);
  Position p;
  for (int c = 0; c < channels; c++) p.value[c] = horizontal_round (sum[c], w.samples.depth);
  if (alpha < 0 || sum[alpha] == kOpaqueSum) return p;
  for (int c = 0; c < channels; c++) {
    if (c == alpha) continue;
    std::int64_t color = 0;
    for (int k = 0; k < across.taps; k++)
      color += std::int64_t{load (tap + k)} * weighted_at (w, v, first + k * channels, c);
    p.value[c] = unpremultiply (color, sum[alpha]);
  }
  return p;
}

QUAD_DEVICE Position from_direct (const Work &w, int u, int v)
{
  return w.samples.depth > 10 ? filtered<std::int64_t> (w, u, v) : filtered<std::int32_t> (w, u, v);
}

// Where the source's sample for output (u, v) lies; the first one, of several.
QUAD_DEVICE const std::uint8_t *source_at (const Work &w, int u, int v)
{
  return row_of (w, load (w.picture->down.left + v)) +
         load (w.picture->across.left + u) * w.samples.channels * w.samples.bytes;
}

QUAD_DEVICE Position from_halves (const Work &w, int u, int v)
{
  const int channels = w.samples.channels;
  const std::uint8_t *upper = source_at (w, u, v);
  const std::uint8_t *lower = upper + w.source.stride;
  Position p;
  for (int c = 0; c < channels; c++) {
    const int a = load (upper + c), b = load (upper + channels + c);
    const int d = load (lower + c), e = load (lower + channels + c);
    if (c == w.samples.alpha && (a & b & d & e) != 255) return from_direct (w, u, v);
    p.value[c] = (a + b + d + e + 2) >> 2;
  }
  return p;
}

QUAD_DEVICE Position copied (const Work &w, int u, int v)
{
  const std::uint8_t *at = source_at (w, u, v);
  Position p;
  for (int c = 0; c < w.samples.channels; c++) p.value[c] = raw_at (at, c, w.samples);
  return p;
}

QUAD_DEVICE bool on_word (const void *at) { return reinterpret_cast<std::uintptr_t> (at) % 4 == 0; }

QUAD_DEVICE std::uint32_t word_at (const std::uint8_t *at)
{
  return load (reinterpret_cast<const std::uint32_t *> (at));
}

// A word of output from two words each of two rows: neighbouring positions of 1, 2 or
// 4 channels, each to the mean of four, rounded half up.
QUAD_DEVICE std::uint32_t halved (const std::uint8_t *upper, const std::uint8_t *lower,
                                  int channels)
{
  const std::uint32_t mask = 0x00ff00ff, a = word_at (upper), b = word_at (upper + 4),
                      d = word_at (lower), e = word_at (lower + 4);
  // Bytes 0 and 2, and 1 and 3, of each word's sum over the rows, in lanes of 16 bits.
  const std::uint32_t first_even = (a & mask) + (d & mask),
                      first_odd = ((a >> 8) & mask) + ((d >> 8) & mask);
  const std::uint32_t second_even = (b & mask) + (e & mask),
                      second_odd = ((b >> 8) & mask) + ((e >> 8) & mask);
  // Four times the means of two lanes.
  auto mean = [mask] (std::uint32_t lanes) { return ((lanes + 0x00020002) >> 2) & mask; };
  if (channels == 4) return mean (first_even + second_even) | (mean (first_odd + second_odd) << 8);
  if (channels == 1) {
    const std::uint32_t first = mean (first_even + first_odd);
    const std::uint32_t second = mean (second_even + second_odd);
    return ((first | (first >> 8)) & 0xffff) | ((second | (second >> 8)) << 16);
  }
  auto across = [] (std::uint32_t lanes) { return ((lanes & 0xffff) + (lanes >> 16) + 2) >> 2; };
  return across (first_even) | (across (first_odd) << 8) | (across (second_even) << 16) |
         (across (second_odd) << 24);
}

// A whole word from (x, y) of the plane on at once, where that can be. Returns whether.
QUAD_DEVICE bool whole_word (const Work &w, int x, int y, std::uint32_t &word)
{
  const Picture &picture = *w.picture;
  const std::uint8_t *at;
  if (picture.method == Method::copy && picture.runs) {
    at = source_at (w, x - picture.x, y - picture.y);
    if (!on_word (at)) return false;
    word = word_at (at);
    return true;
  }
  if (picture.method != Method::halves) return false;
  at = source_at (w, x - picture.x, y - picture.y);
  const std::uint8_t *lower = at + w.source.stride;
  if (!on_word (at) || !on_word (lower)) return false;
  const int a = w.samples.alpha;
  if (a >= 0 &&
      (load (at + a) & load (at + 4 + a) & load (lower + a) & load (lower + 4 + a)) != 255)
    return false;
  word = halved (at, lower, w.samples.channels);
  return true;
}

// Position (x, y) of the plane, as stored.
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
  for (int c = 0; c < w.samples.channels; c++) p.value[c] <<= w.samples.shift;
  return p;
}

// `upper` over `lower`, both as stored.
QUAD_DEVICE Position mixed (const Samples &s, const Position &upper, const Position &lower,
                            std::uint32_t alpha)
{
  Position p;
  if (s.alpha < 0) {
    const int mask = (1 << s.depth) - 1;
    for (int c = 0; c < s.channels; c++)
      p.value[c] = blend (static_cast<std::uint32_t> ((upper.value[c] >> s.shift) & mask),
                          static_cast<std::uint32_t> ((lower.value[c] >> s.shift) & mask), alpha)
                   << s.shift;
    return p;
  }
  const std::uint32_t sa = scale_alpha (static_cast<std::uint32_t> (upper.value[s.alpha]), alpha);
  const std::uint32_t da = static_cast<std::uint32_t> (lower.value[s.alpha]);
  const std::uint32_t weight = over_weight (sa, da);
  for (int c = 0; c < s.channels; c++)
    p.value[c] = c == s.alpha
                     ? over_alpha (weight)
                     : over_color (static_cast<std::uint32_t> (upper.value[c]), sa,
                                   static_cast<std::uint32_t> (lower.value[c]), da, weight);
  return p;
}

// Positions in words of 4 bytes as a thread writes them.
QUAD_DEVICE std::uint32_t packed (const Samples &s, const Position &p)
{
  std::uint32_t word = 0;
  for (int c = 0; c < s.channels; c++)
    word |= static_cast<std::uint32_t> (p.value[c]) << (8 * c * s.bytes);
  return word;
}

QUAD_DEVICE Position unpacked (const Samples &s, std::uint32_t word)
{
  Position p;
  const std::uint32_t mask = s.bytes == 1 ? 255 : 65535;
  for (int c = 0; c < s.channels; c++)
    p.value[c] = static_cast<int> ((word >> (8 * c * s.bytes)) & mask);
  return p;
}

// `bytes` of 1 to 4 that begin at `at`.
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

QUAD_DEVICE Work work_of (const DrawParams &p, const Patch &patch, const Layer &layer, int plane)
{
  Work w;
  w.picture = p.pictures + layer.picture;
  w.source = p.source[layer.source][plane];
  w.samples = p.samples[plane];
  const bool swap = w.picture->swap_axes != 0;
  const int i = patch.x - w.picture->x, j = patch.y - w.picture->y;
  w.u = swap ? j : i;
  w.v = swap ? i : j;
  w.columns = swap ? patch.height : patch.width;
  w.rows = swap ? patch.width : patch.height;
  // What outputs read ascends, or descends where the picture is mirrored.
  const AxisTable &across = w.picture->across;
  const int a = load (across.left + w.u), b = load (across.left + w.u + w.columns - 1);
  const int least = a < b ? a : b, most = (a < b ? b : a) + across.taps;
  w.first = least * w.samples.channels;
  // Begin on a word, where four samples can be read at once.
  if (w.samples.bytes == 1 && w.samples.channels != 3) w.first &= ~3;
  w.count = most * w.samples.channels - w.first;
  return w;
}

// What a block's threads share.
struct Shared {
  std::uint32_t canvas[kWords];  // the patch, where layers are mixed
  alignas (8) unsigned char mid[kMidBytes];
};

QUAD_DEVICE void draw_layer (const DrawParams &p, const Patch &patch, const Part &part, int index,
                             Shared &shared)
{
  const Layer &layer = p.layers[part.first_layer + index];
  const Samples samples = p.samples[part.plane];
  const DevicePlane out = p.out[part.plane];
  Work work = {};
  auto *mid = reinterpret_cast<std::int16_t *> (shared.mid);
  std::int32_t *weighted = nullptr;
  if (layer.source >= 0) {
    work = work_of (p, patch, layer, part.plane);
    if (work.picture->method == Method::staged) {
      meet ();  // the layer before has been read
      stage (work, mid);
      meet ();
      if (samples.alpha >= 0) {
        auto *room =
            reinterpret_cast<std::int32_t *> (shared.mid) + (work.count * work.rows + 1) / 2;
        if (stage_weighted (work, mid, room)) weighted = room;
      }
    }
  }
  const int size = samples.bytes * samples.channels, group = size < 4 && size != 3 ? 4 / size : 1;
  const int words = (patch.width + group - 1) / group;
  for (int n = thread_index (); n < words * patch.height; n += thread_count ()) {
    const int x = patch.x + n % words * group, y = patch.y + n / words;
    const int left = patch.x + patch.width - x, filled = left < group ? left : group;
    std::uint8_t *at = out.data + y * out.stride + std::int64_t{x} * size;
    std::uint32_t word = 0;
    if (layer.source == kBelow) {
      word = load_word (at, filled * size);
    } else if (index == 0 && layer.source >= 0 && filled * size == 4 &&
               whole_word (work, x, y, word)) {
      // Done.
    } else {
      const std::uint32_t below = index > 0 ? shared.canvas[n] : 0;
      for (int i = 0; i < filled; i++) {
        const int bits = 8 * size * i;
        Position q;
        if (layer.source == kSolid)
          for (int c = 0; c < 4; c++) q.value[c] = layer.solid[c];
        else
          q = position_at (work, x + i, y, mid, weighted);
        if (index > 0)
          q = mixed (samples, q, unpacked (samples, below >> bits),
                     static_cast<std::uint32_t> (layer.alpha));
        word |= packed (samples, q) << bits;
      }
    }
    if (index + 1 < part.layers)
      shared.canvas[n] = word;
    else
      store_word (at, word, filled * size);
  }
}

}  // namespace
}  // namespace quad::cuda

QUAD_KERNEL quad_draw (QUAD_PARAMETER quad::cuda::DrawParams p)
{
  using namespace quad::cuda;
  QUAD_SHARED Shared shared;
  const Patch patch = p.patches[block_index ()];
  const Part part = p.parts[patch.part];
  for (int i = 0; i < part.layers; i++) draw_layer (p, patch, part, i, shared);
}
