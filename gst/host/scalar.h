// The row operations in plain C++. They are the reference for all other versions. SIMD versions
// call them for rows that are shorter than a vector.
#pragma once

#include <cstring>

#include "core/pixel_math.h"
#include "host/ops.h"

namespace quad::host {

template <typename Sample>
inline Sample load (const std::byte *row, int i)
{
  Sample v;
  std::memcpy (&v, row + std::size_t (i) * sizeof (Sample), sizeof (Sample));
  return v;
}

template <typename Sample>
inline void store (std::byte *row, int i, Sample v)
{
  std::memcpy (row + std::size_t (i) * sizeof (Sample), &v, sizeof (Sample));
}

// A sample's value, for any sample size. Ignores bits above the depth.
inline int sample_at (const std::byte *row, int i, const SampleFormat &f)
{
  if (f.bytes == 1) return load<std::uint8_t> (row, i);
  return (load<std::uint16_t> (row, i) >> f.shift) & ((1 << f.depth) - 1);
}

inline void set_sample (std::byte *row, int i, const SampleFormat &f, std::uint16_t v)
{
  if (f.bytes == 1)
    store (row, i, static_cast<std::uint8_t> (v));
  else
    store (row, i, static_cast<std::uint16_t> (v << f.shift));
}

namespace scalar {

void vertical (const RowBand &band, std::int16_t *mid, std::size_t stride);
void split (const std::int16_t *mid, int channels, int count, std::int16_t *planar,
            std::size_t stride);
RowPlan pack (const FilterView &plan, int channels, Arena &arena);
void horizontal (const RowPlan &plan, const std::int16_t *mid, std::size_t mid_stride, int rows,
                 const SampleFormat &format, std::byte *out, std::ptrdiff_t out_stride);
void horizontal_mid (const RowPlan &plan, const std::int16_t *mid, std::size_t mid_stride, int rows,
                     std::int16_t *out, std::size_t out_stride);
void map (const MapRow &row, int count, const SampleFormat &format, std::byte *out);
void light (const LightMap &map, const LightRow &row, int count);
void join (const std::byte *planar, std::size_t stride, int channels, int count, int bytes,
           std::byte *out);
void every_second (const std::byte *pairs, int second, int count, std::byte *out);
void box2 (const std::byte *upper, const std::byte *lower, int channels, int count, std::byte *out);
void box2_mid (const std::byte *upper, const std::byte *lower, int channels, int count,
               std::int16_t *out, std::size_t stride);
bool opaque (const std::byte *row, int count, int channel);
bool opaque_mid (const std::int16_t *mid, int count, int channel);

}  // namespace scalar
}  // namespace quad::host
