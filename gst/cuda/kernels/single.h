// Draws patches that a single layer fills, by methods of their own.
#pragma once

#include "cuda/kernels/layers.h"

namespace quad::cuda {
namespace {

// The units of a patch: kCount words of the canvas, which lie on a multiple of their size. Make
// makes one from the source.
template <int kCount, typename Make>
struct Units {
  static constexpr int kBytes = 4 * kCount;
  Make make;
  int positions;   // of a unit
  int begin, end;  // of the patch's row: the first position of its first unit, and after its last
  int first;       // position of the patch
  const std::uint8_t *from;
  std::uint8_t *to;
  std::int64_t from_stride, from_step, to_stride;  // from_step: to what the next row is made from

  QUAD_DEVICE Units (const DrawParams &p, const Patch &patch) : make (p.samples[patch.raster])
  {
    const Samples &s = p.samples[patch.raster];
    const DevicePlane &source = p.source[patch.source][patch.plane], &out = p.out[s.plane];
    const int size = s.bytes * s.channels;
    positions = kBytes / size;
    first = patch.x;
    begin = first / positions * positions;
    end = first + patch.width;
    from = source.data + patch.row * source.stride + patch.extent.first * s.bytes -
           (first - begin) * size * Make::kRatio;
    to = out.data + patch.y * out.stride + begin * size;
    from_stride = source.stride;
    from_step = patch.row_step * source.stride;
    to_stride = out.stride;
  }
  // Whether the units lie on multiples of their size, on the canvas and in the source.
  QUAD_DEVICE bool lie_well () const
  {
    const auto bits = reinterpret_cast<std::uintptr_t> (from) |
                      reinterpret_cast<std::uintptr_t> (to) |
                      static_cast<std::uint64_t> (from_stride | to_stride);
    return bits % kBytes == 0;
  }
  QUAD_DEVICE Walk walk () const { return Walk (groups_in (end - begin, positions)); }
  // Returns false if the unit lies partly outside of the patch or is not opaque.
  QUAD_DEVICE bool make_at (const Walk &at, Words<kCount> &made) const
  {
    const int x = begin + at.column * positions;
    return x >= first && x + positions <= end &&
           make.make (from + at.row * from_step + at.column * (kBytes * Make::kRatio), from_stride,
                      made);
  }
};

// Draws the units that cannot be made, position by position.
template <int kCount, typename Make>
QUAD_DEVICE_APART void draw_rest (const DrawParams &p)
{
  const Patch patch = patch_of (p);
  const Units<kCount, Make> units (p, patch);
  for (Walk at = units.walk (); at.row < patch.height; at.next ()) {
    Words<kCount> made;
    if (units.make_at (at, made)) continue;
    const int x = units.begin + at.column * units.positions, after = x + units.positions;
    const int left = x < patch.x ? patch.x : x, right = after < units.end ? after : units.end;
    draw_positions (p, left, patch.y + at.row, right - left);
  }
}

// Draws a patch by units of kCount words. Returns false if they do not lie well.
template <int kCount, typename Make>
QUAD_DEVICE bool draw_units (const DrawParams &p, const Patch &patch)
{
  const Units<kCount, Make> units (p, patch);
  if (!units.lie_well ()) return false;
  bool all = true;
  for (Walk at = units.walk (); at.row < patch.height; at.next ()) {
    Words<kCount> made;
    if (units.make_at (at, made))
      store (reinterpret_cast<Words<kCount> *> (units.to + at.row * units.to_stride +
                                                at.column * units.kBytes),
             made);
    else
      all = false;
  }
  if (!all) draw_rest<kCount, Make> (p);
  return true;
}

// Draws a patch by units of Make; where they do not fit, position by position.
template <typename Make>
QUAD_DEVICE void draw_by_words (const DrawParams &p, const Patch &patch, Shared &shared)
{
  if (!draw_units<4, Make> (p, patch) && !draw_units<1, Make> (p, patch)) draw_layers (p, shared);
}

// Draws a patch of Draw::halves.
QUAD_DEVICE void draw_halves (const DrawParams &p, const Patch &patch, Shared &shared)
{
  const Samples &s = p.samples[patch.raster];
  if (s.bytes > 1)
    draw_by_words<Halve<HalvePairs>> (p, patch, shared);
  else if (s.channels == 4)
    draw_by_words<Halve<HalvePixels>> (p, patch, shared);
  else
    draw_by_words<Halve<HalveBytes>> (p, patch, shared);
}

// The canvas's words from staged results. Samples are of T.
template <typename T, int kChannels>
QUAD_DEVICE void draw_across (const DrawParams &p, const Patch &patch, const Work &w,
                              const std::int16_t *mid)
{
  constexpr int kSize = kChannels * int{sizeof (T)};
  const Samples &s = p.samples[patch.raster];
  const DevicePlane &out = p.out[s.plane];
  const std::int64_t stride = out.stride;
  std::uint8_t *const to = out.data + patch.y * stride + patch.x * kSize;
  make_words<T, kChannels> (s, w.across, w.extent, w.u, patch.width, patch.height, mid,
                            [=] (int x, int y, int count, std::uint32_t word) {
                              store_word (to + y * stride + x * kSize, word, count * kSize);
                            });
}

template <typename T>
QUAD_DEVICE void draw_filtered_as (const DrawParams &p, const Patch &patch, Shared &shared)
{
  auto *mid = reinterpret_cast<std::int16_t *> (shared.mid);
  const Samples &s = p.samples[patch.raster];  // the source's are the same
  Work w;
  w.picture = nullptr;
  w.across = axis_of (p.tables, patch.across);
  w.down = axis_of (p.tables, patch.down);
  w.source = p.source[patch.source][patch.plane];
  w.samples = s;
  w.u = patch.u;
  w.v = patch.v;
  w.rows = patch.height;
  w.extent = patch.extent;
  const int done = stage_packed<T> (w, mid);
  if (done < w.extent.count) {
    if (thread_index () == 0) shared.work[0] = w;
    meet ();
    stage_rest (shared.work[0], done, mid);
  }
  meet ();
  if (s.channels == 1)
    draw_across<T, 1> (p, patch, w, mid);
  else if (s.channels == 2)
    draw_across<T, 2> (p, patch, w, mid);
  else if constexpr (sizeof (T) == 1)
    draw_across<T, 4> (p, patch, w, mid);
}

// Draws a patch of Draw::filtered.
QUAD_DEVICE void draw_filtered (const DrawParams &p, const Patch &patch, Shared &shared)
{
  if (p.samples[patch.raster].bytes == 1)
    draw_filtered_as<std::uint8_t> (p, patch, shared);
  else
    draw_filtered_as<std::uint16_t> (p, patch, shared);
}

// Adds the components that picture `k` has to the values of kGroup positions of kRows rows.
template <int kChannels, int kGroup, int kRows>
QUAD_DEVICE void gather (const Conversion &conversion, int k, const Work &w, int x, int count,
                         const std::int16_t *const (&row)[kRows],
                         std::int32_t (&value)[kRows][kGroup][3])
{
  std::int32_t sum[kRows][kGroup * kChannels];
  sum_any<kChannels, kGroup, kRows> (w.across, w.extent, w.u + x, count, row, sum);
  const ToIntermediates round = {conversion.samples[k]};
  for (int i = 0; i < 3; i++) {
    const Place place = conversion.component[i];
    if (place.picture != k) continue;
    for (int c = 0; c < kChannels; c++)
      if (place.channel == c)
        for (int r = 0; r < kRows; r++)
          for (int g = 0; g < kGroup; g++)
            value[r][g][i] = round.filtered (sum[r][g * kChannels + c], w.samples.depth, c);
  }
}

// The channels of the canvas from the components, as words: Conversion's sums.
template <int kGroup, int kRows>
QUAD_DEVICE void map_channels (const Conversion &conversion, const Samples &s,
                               const std::int32_t (&value)[kRows][kGroup][3],
                               std::uint32_t (&word)[kRows])
{
  for (int c = 0; c < 4; c++) {
    if (c >= s.channels) break;
    const Conversion::Channel of = conversion.channel[c];
    for (int g = 0; g < kGroup; g++)
      for (int r = 0; r < kRows; r++) {
        SourceColor color;
        for (int i = 0; i < 3; i++) color.component[i] = value[r][g][i];
        word[r] |= static_cast<std::uint32_t> (channel_of (of, conversion.shift, color, s.depth))
                   << (8 * (g * s.channels + c));
      }
  }
}

// Draws the words of a patch whose pictures are staged: kGroup positions of kRows rows at once.
template <int kGroup, int kRows>
QUAD_DEVICE void convert_across (const DrawParams &p, const Patch &patch,
                                 const Conversion &conversion, const Shared &shared)
{
  const Samples &s = p.samples[patch.raster];
  const DevicePlane out = p.out[s.plane];
  for (Walk at (groups_in (patch.width, kGroup)); at.row * kRows < patch.height; at.next ()) {
    const int x = at.column * kGroup, y = at.row * kRows;
    const int count = patch.width - x < kGroup ? patch.width - x : kGroup;
    const int rows = patch.height - y < kRows ? patch.height - y : kRows;
    std::int32_t value[kRows][kGroup][3] = {};
    const auto *mid = reinterpret_cast<const std::int16_t *> (shared.mid);
    for (int k = 0; k < conversion.pictures; k++) {
      const Work &w = shared.work[k];
      const int pitch = mid_pitch_of (w.extent);
      const std::int16_t *row[kRows];
      for (int r = 0; r < kRows; r++) row[r] = mid + (r < rows ? y + r : y) * pitch;
      mid += pitch * w.rows;
      switch (w.samples.channels) {
        case 1: gather<1> (conversion, k, w, x, count, row, value); break;
        case 2: gather<2> (conversion, k, w, x, count, row, value); break;
        case 3: gather<3> (conversion, k, w, x, count, row, value); break;
        default: gather<4> (conversion, k, w, x, count, row, value); break;
      }
    }
    std::uint32_t word[kRows] = {};
    map_channels (conversion, s, value, word);
    std::uint8_t *to = out.data + (patch.y + y) * out.stride + (patch.x + x) * s.channels;
    for (int r = 0; r < kRows; r++, to += out.stride)
      if (r < rows) store_word (to, word[r], count * s.channels);
  }
}

// Stages the pictures that are converted, and draws the patch.
QUAD_DEVICE_APART void draw_one_converted (const DrawParams &p, Shared &shared)
{
  const Patch patch = patch_of (p);
  const Layer &layer = begin_of (p.tables, p.layers)[part_of (p, patch).first_layer];
  const Conversion &conversion = begin_of (p.tables, p.conversions)[layer.conversion];
  begin_layer (p, patch, layer, conversion.pictures, shared);
  auto *mid = reinterpret_cast<std::int16_t *> (shared.mid);
  for (int k = 0; k < conversion.pictures; k++) {
    const Work &w = shared.work[k];
    stage (w, mid);
    mid += mid_pitch_of (w.extent) * w.rows;
  }
  meet ();
  const int channels = p.samples[patch.raster].channels;
  if (channels == 1)
    convert_across<4, 1> (p, patch, conversion, shared);
  else if (channels == 2)
    convert_across<2, 2> (p, patch, conversion, shared);
  else
    convert_across<1, 2> (p, patch, conversion, shared);
}

}  // namespace
}  // namespace quad::cuda
