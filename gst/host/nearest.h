// Finds the nearest colours of a palette for many pixels at once.
#pragma once

#include "gif/nearest.h"

namespace quad::host {

// A gif::FindNearest with the machine's best instructions. Its results are those of
// gif::find_nearest.
void find_nearest (const gif::Palette &palette, const gif::Rgba *pixels, std::size_t count,
                   std::uint8_t *index, std::uint32_t *distance);

}  // namespace quad::host
