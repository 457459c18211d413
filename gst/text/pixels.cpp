#include "text/pixels.h"

#include <algorithm>

namespace quad::text {
namespace {

struct Straight {
  std::uint32_t red, green, blue, alpha;
};

constexpr std::uint32_t byte_of (std::uint32_t word, int place)
{
  return word >> (8 * place) & 0xff;
}

Straight straight_of (std::uint32_t color)
{
  return {byte_of (color, 2), byte_of (color, 1), byte_of (color, 0), byte_of (color, 3)};
}

// What `value` was before it was multiplied by `alpha` / 255.
std::uint32_t divided (std::uint32_t value, std::uint32_t alpha)
{
  return std::min ((value * 255 + alpha / 2) / alpha, 255U);
}

// The glyph's colour over the background's, by Porter and Duff's "over" for colours that are not
// premultiplied. Alphas are calculated in 1/65025, so that one rounding is left.
Straight over (const Straight &glyph, std::uint32_t text_alpha, const Straight &below)
{
  const std::uint32_t above = glyph.alpha * text_alpha;
  const std::uint32_t under = (255 * 255 - above) * below.alpha / 255;
  const std::uint32_t sum = above + under;
  if (sum == 0) return below;
  auto mix = [above, under, sum] (std::uint64_t a, std::uint64_t b) {
    return static_cast<std::uint32_t> ((a * above + b * under + sum / 2) / sum);
  };
  return {mix (glyph.red, below.red), mix (glyph.green, below.green), mix (glyph.blue, below.blue),
          (sum + 127) / 255};
}

}  // namespace

void write_row (std::span<const std::uint32_t> glyphs, std::uint32_t alpha,
                std::uint32_t background, std::uint8_t *rgba)
{
  const Straight below = straight_of (background);
  for (const std::uint32_t word : glyphs) {
    Straight pixel = below;
    if (const Straight p = straight_of (word); p.alpha > 0)
      pixel = over ({divided (p.red, p.alpha), divided (p.green, p.alpha),
                     divided (p.blue, p.alpha), p.alpha},
                    alpha, below);
    for (const std::uint32_t v : {pixel.red, pixel.green, pixel.blue, pixel.alpha})
      *rgba++ = static_cast<std::uint8_t> (v);
  }
}

}  // namespace quad::text
