// Rows of finished samples over one another.
#pragma once

#include <cstddef>

#include "core/scene.h"

namespace quad::host {

// Mixes `count` positions of raster `raster` in `upper` into `lower`, at `alpha`
// (0 to 255) times the upper's own alpha where the format has one.
void blend_row (const FormatInfo &format, int raster, int alpha, const std::byte *upper, int count,
                std::byte *lower);

// The same where the format has no alpha and each position of `upper` has its own in `alphas`.
void blend_row_beside (const FormatInfo &format, int raster, int alpha, const std::byte *upper,
                       const std::byte *alphas, int count, std::byte *lower);

// Fills `count` positions of raster `raster` with a colour.
void fill_row (const FormatInfo &format, int raster, const Color &color, int count, std::byte *out);

}  // namespace quad::host
