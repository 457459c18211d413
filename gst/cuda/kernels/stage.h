// The vertical pass: weighs the rows of a patch's source into shared memory.
#pragma once

#include "cuda/kernels/bytes.h"
#include "cuda/kernels/filter.h"

namespace quad::cuda {
namespace {

// How samples of T lie in a word. Adds what each of them, times its weight, gives to sum[i].
template <typename T>
struct Lanes;

template <>
struct Lanes<std::uint8_t> {
  static constexpr int kLanes = 4;

  // Rows a and b, with the low and the high half of `weights`.
  QUAD_DEVICE static void add (std::uint32_t a, std::uint32_t b, std::uint32_t weights,
                               const Samples &, std::int32_t *sum)
  {
    const std::uint32_t low = zip_low (a, b), high = zip_high (a, b);
    sum[0] = dot_low (weights, low, sum[0]);
    sum[1] = dot_high (weights, low, sum[1]);
    sum[2] = dot_low (weights, high, sum[2]);
    sum[3] = dot_high (weights, high, sum[3]);
  }
  // One row, with a weight whose high half is 0.
  QUAD_DEVICE static void add (std::uint32_t a, std::uint32_t weight, const Samples &,
                               std::int32_t *sum)
  {
    sum[0] = dot_low (weight, a, sum[0]);
    sum[1] = dot_low (weight << 16, a, sum[1]);
    sum[2] = dot_high (weight, a, sum[2]);
    sum[3] = dot_high (weight << 16, a, sum[3]);
  }
  // The results for two sums, in a word. vertical_round drops the lowest byte.
  QUAD_DEVICE static std::uint32_t rounded (std::int32_t a, std::int32_t b, const Samples &)
  {
    return middle_bytes (static_cast<std::uint32_t> (a + 128),
                         static_cast<std::uint32_t> (b + 128));
  }
};

template <>
struct Lanes<std::uint16_t> {
  static constexpr int kLanes = 2;

  QUAD_DEVICE static void add (std::uint32_t a, std::uint32_t b, std::uint32_t weights,
                               const Samples &s, std::int32_t *sum)
  {
    add (a, weights & 0xffff, s, sum);
    add (b, weights >> 16, s, sum);
  }
  QUAD_DEVICE static void add (std::uint32_t a, std::uint32_t weight, const Samples &s,
                               std::int32_t *sum)
  {
    const std::uint32_t mask = (1u << s.depth) - 1;
    const std::int32_t t = static_cast<std::int16_t> (weight);
    sum[0] += t * static_cast<std::int32_t> ((a >> s.shift) & mask);
    sum[1] += t * static_cast<std::int32_t> ((a >> (16 + s.shift)) & mask);
  }
  QUAD_DEVICE static std::uint32_t rounded (std::int32_t a, std::int32_t b, const Samples &s)
  {
    return (static_cast<std::uint32_t> (vertical_round (a, s.depth)) & 0xffff) |
           (static_cast<std::uint32_t> (vertical_round (b, s.depth)) << 16);
  }
};

// The vertical pass for the samples of a unit, which begins at `at` in the first of `taps` rows.
template <typename T, int kCount>
QUAD_DEVICE void vertical_unit (const std::uint8_t *at, std::int64_t stride,
                                const std::int16_t *tap, int taps, const Samples &s,
                                std::int16_t *out)
{
  using Unit = Words<kCount>;
  constexpr int kLanes = Lanes<T>::kLanes;
  std::int32_t sum[kCount * kLanes] = {};
  int k = 0;
  for (; k + 1 < taps; k += 2, at += 2 * stride) {
    const Unit a = load_once (reinterpret_cast<const Unit *> (at));
    const Unit b = load_once (reinterpret_cast<const Unit *> (at + stride));
    const std::uint32_t weights = load (reinterpret_cast<const std::uint32_t *> (tap + k));
    for (int i = 0; i < kCount; i++)
      Lanes<T>::add (a.word[i], b.word[i], weights, s, sum + kLanes * i);
  }
  if (k < taps) {
    const Unit a = load_once (reinterpret_cast<const Unit *> (at));
    const std::uint32_t weight = load (reinterpret_cast<const std::uint32_t *> (tap + k));
    for (int i = 0; i < kCount; i++) Lanes<T>::add (a.word[i], weight, s, sum + kLanes * i);
  }
  for (int i = 0; i < kCount * kLanes; i += 2 * kCount) {
    Words<kCount> pairs;
    for (int j = 0; j < kCount; j++)
      pairs.word[j] = Lanes<T>::rounded (sum[i + 2 * j], sum[i + 2 * j + 1], s);
    put (out + i, pairs);
  }
}

// Stages samples [from, extent.count) of each row one by one.
QUAD_DEVICE void stage_samples (const Work &w, int from, std::int16_t *mid)
{
  const int pitch = mid_pitch_of (w.extent);
  for (Walk at (w.extent.count - from); at.row < w.rows; at.next ()) {
    const int i = from + at.column;
    mid[at.row * pitch + i] =
        static_cast<std::int16_t> (vertical_at<std::int32_t> (w, w.v + at.row, w.extent.first + i));
  }
}

// Stages by units of kCount words. Returns how many samples of each row it staged. kTaps: the
// number of taps, or 0 if only the tables know it.
template <typename T, int kCount, int kTaps>
QUAD_DEVICE int stage_units (const Work &w, std::int16_t *mid)
{
  constexpr int kSamples = kCount * Lanes<T>::kLanes;
  const int units = w.extent.count / kSamples, pitch = mid_pitch_of (w.extent);
  const int taps = kTaps > 0 ? kTaps : w.down.taps;
  if (units == 0) return 0;
  for (Walk at (units); at.row < w.rows; at.next ()) {
    const int v = w.v + at.row, i = at.column * kSamples;
    const std::uint8_t *from =
        row_of (w, load (w.down.left + v)) + (w.extent.first + i) * int{sizeof (T)};
    vertical_unit<T, kCount> (from, w.source.stride, tap_of (w.down, v), taps, w.samples,
                              mid + at.row * pitch + i);
  }
  return units * kSamples;
}

// The same for samples of T, which are packed.
template <typename T>
QUAD_DEVICE int stage_packed (const Work &w, std::int16_t *mid)
{
  const std::uint64_t bits = reinterpret_cast<std::uintptr_t> (w.source.data) |
                             static_cast<std::uint64_t> (w.source.stride);
  if (bits % kUnit != 0) return bits % 4 == 0 ? stage_units<T, 1, 0> (w, mid) : 0;
  if (sizeof (T) > 1) return stage_units<T, 4, 0> (w, mid);
  switch (w.down.taps) {
    case 2: return stage_units<T, 4, 2> (w, mid);
    case 3: return stage_units<T, 4, 3> (w, mid);
    case 4: return stage_units<T, 4, 4> (w, mid);
    default: return stage_units<T, 4, 0> (w, mid);
  }
}

// Stages what stage_packed leaves of each row.
QUAD_DEVICE_APART void stage_rest (const Work &w, int from, std::int16_t *mid)
{
  stage_samples (w, from, mid);
}

// Stages all samples that the patch reads.
QUAD_DEVICE_APART void stage (const Work &shared, std::int16_t *mid)
{
  const Work w = shared;  // in registers
  int done = 0;
  if (w.samples.packed && w.samples.bytes == 1)
    done = stage_packed<std::uint8_t> (w, mid);
  else if (w.samples.packed)
    done = stage_packed<std::uint16_t> (w, mid);
  if (done < w.extent.count) stage_samples (w, done, mid);
}

// Stages the three colour channels weighted by alpha. Does nothing if the patch is opaque. Returns
// whether it staged them.
QUAD_DEVICE bool stage_weighted (const Work &w, const std::int16_t *mid, std::int32_t *weighted)
{
  const int positions = w.extent.count / 4, pitch = mid_pitch_of (w.extent);
  bool opaque = true;
  for (Walk at (positions); at.row < w.rows; at.next ())
    opaque = opaque && mid[at.row * pitch + 4 * at.column + w.samples.alpha] == kOpaqueMid;
  if (meet_all (opaque)) return false;
  for (Walk at (positions); at.row < w.rows; at.next ()) {
    std::int32_t *out = weighted + 3 * (at.row * positions + at.column);
    for (int c = 0; c < 4; c++)
      if (c != w.samples.alpha)
        *out++ = weighted_at (w, w.v + at.row, w.extent.first + 4 * at.column, c);
  }
  meet ();
  return true;
}

}  // namespace
}  // namespace quad::cuda
