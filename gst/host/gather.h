// Rows of rasters that do not lie in memory as filters see them: brought together, and put back
// to where each sample lies. Such rasters have samples of 8 bits.
#pragma once

#include "core/view.h"
#include "host/ops.h"

namespace quad::host {

// How many bytes both functions need in `spare`.
constexpr std::size_t spare_for (int count) { return 4 * static_cast<std::size_t> (count); }

// Positions [x, x + count) of row `y` of raster `raster` of `from`, channels interleaved. Alpha
// that is finer than the raster is the mean of the samples that each position stands for.
void gather_row (const Ops &ops, const FrameView &from, int raster, int y, int x, int count,
                 std::byte *row, std::byte *spare);

// The inverse, for the channels that are stored, where the raster shares no plane with another one.
void scatter_row (const Ops &ops, const std::byte *row, const FrameView &to, int raster, int y,
                  int x, int count, std::byte *spare);

}  // namespace quad::host
