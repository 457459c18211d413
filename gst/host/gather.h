// Gathers rows of rasters that memory does not hold in the order that filters use, and writes such
// rows back. The samples of these rasters have 8 bits.
#pragma once

#include "core/view.h"
#include "host/ops.h"

namespace quad::host {

// The number of bytes that both functions need in `spare`.
constexpr std::size_t spare_for (int count) { return 4 * static_cast<std::size_t> (count); }

// Gathers positions [x, x + count) of row `y` of raster `raster` of `from`, with channels
// interleaved. If alpha is finer than the raster, a position gets the mean of the alpha samples
// that it stands for.
void gather_row (const Ops &ops, const FrameView &from, int raster, int y, int x, int count,
                 std::byte *row, std::byte *spare);

// The inverse for the channels that the raster stores. The raster must not share its plane with
// another one.
void scatter_row (const Ops &ops, const std::byte *row, const FrameView &to, int raster, int y,
                  int x, int count, std::byte *spare);

}  // namespace quad::host
