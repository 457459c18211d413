#include "gif/nearest.h"

namespace quad::gif {

void find_nearest (const Palette &palette, const Rgba *pixels, std::size_t count,
                   std::uint8_t *index, std::uint32_t *distances)
{
  for (std::size_t i = 0; i < count; i++) {
    const auto to = [&] (int c) {
      return distance (pixels[i], palette.colors[static_cast<std::size_t> (c)]);
    };
    int best = 0;
    std::uint32_t least = to (best);
    for (int c = 1; c < palette.count; c++)
      if (const std::uint32_t d = to (c); d < least) {
        best = c;
        least = d;
      }
    index[i] = static_cast<std::uint8_t> (best);
    distances[i] = least;
  }
}

}  // namespace quad::gif
