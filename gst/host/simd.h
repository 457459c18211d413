// The SIMD row operations, one file each: operation.cpp. They do what ops.h says, and give the same
// bytes as the functions of the same name in scalar.h, on every target.
#pragma once

#include "host/ops.h"

namespace quad::host::simd {

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

// The number of outputs that horizontal () computes at once on this machine.
int horizontal_lanes ();

}  // namespace quad::host::simd
