// The nearest colour of a palette.
#pragma once

#include <cstddef>
#include <cstdint>

#include "gif/palette.h"

namespace quad::gif {

// Writes for each of `count` pixels the index of the palette's nearest colour to `index`, and the
// distance () to it to `distance`. Of equally near colours the first one counts. Alpha has no part
// in it. The palette needs a colour, unless `count` is 0. Any thread.
//
// This is the encoder's hot loop, so it is handed in: host/nearest.h has one that uses SIMD, and
// glue/nearest.h gives it to elements.
using FindNearest = void (*) (const Palette &palette, const Rgba *pixels, std::size_t count,
                              std::uint8_t *index, std::uint32_t *distance);

// The plain version. All others give the same answers.
void find_nearest (const Palette &palette, const Rgba *pixels, std::size_t count,
                   std::uint8_t *index, std::uint32_t *distance);

}  // namespace quad::gif
