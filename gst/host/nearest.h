// The nearest colours of a palette, many pixels at once.
#pragma once

#include "gif/palette.h"

namespace quad::host {

// quad::find_nearest, the same answers, for the machine's best instructions.
void find_nearest (const Palette &palette, const Rgba *pixels, std::size_t count,
                   std::uint8_t *index, std::uint32_t *distance);

}  // namespace quad::host
