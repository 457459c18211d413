// Rows of a raster that does not lie in memory as filters see it: brought together, and put
// back to where each sample lies.
#pragma once

#include "core/view.h"
#include "host/ops.h"

namespace quad::host {

// Positions [x, x + count) of row `y` of raster `raster` of `from`, channels interleaved. Alpha
// that is finer than the raster is the mean of the samples that each position stands for.
void gather_row (const Ops &ops, const FrameView &from, int raster, int y, int x, int count,
                 std::byte *row);

// The inverse, for the channels that are stored. With the last position of an odd width goes the
// sample of its pair that no position has: it becomes 0.
void scatter_row (const std::byte *row, const FrameView &to, int raster, int y, int x, int count);

}  // namespace quad::host
