#include "gif/palette.h"

namespace quad {

void find_nearest (const Palette &palette, const Rgba *pixels, std::size_t count,
                   std::uint8_t *index, std::uint32_t *distances)
{
  for (std::size_t i = 0; i < count; i++) {
    int best = 0;
    for (int c = 1; c < palette.count; c++)
      if (distance (pixels[i], palette.colors[static_cast<std::size_t> (c)]) <
          distance (pixels[i], palette.colors[static_cast<std::size_t> (best)]))
        best = c;
    index[i] = static_cast<std::uint8_t> (best);
    distances[i] = distance (pixels[i], palette.colors[static_cast<std::size_t> (best)]);
  }
}

}  // namespace quad
