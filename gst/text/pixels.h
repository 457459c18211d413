// Glyphs over a background. Part of the module.
#pragma once

#include <cstdint>
#include <span>

namespace quad::text {

// Writes one row of straight RGBA: `glyphs` (as Cairo's ARGB32: premultiplied, of opaque text) with
// the alpha 0 to 255 `alpha`, over the background 0xAARRGGBB. Where there is no glyph, the
// background is written as it is, and under a full and opaque glyph nothing of it is left.
void write_row (std::span<const std::uint32_t> glyphs, std::uint32_t alpha,
                std::uint32_t background, std::uint8_t *rgba);

}  // namespace quad::text
