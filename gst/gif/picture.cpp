#include "gif/picture.h"

#include <algorithm>
#include <cstdlib>

namespace quad::gif {
namespace {

int contrast (Rgba a, Rgba b)
{
  return std::abs (red (a) - red (b)) + std::abs (green (a) - green (b)) +
         std::abs (blue (a) - blue (b));
}

}  // namespace

Picture::Picture (Size size)
    : size_{size},
      pixels_ (static_cast<std::size_t> (size.width) * static_cast<std::size_t> (size.height))
{
}

void Picture::load (const PackedView &view, int threshold)
{
  for (int y = 0; y < size_.height; y++) load_row (view, y, threshold, &pixels_[at (0, y)]);
}

int Picture::contrast_at (int x, int y) const
{
  const Rgba pixel = row (y)[x];
  return contrast (pixel, row (y)[std::max (x - 1, 0)]) +
         contrast (pixel, row (std::max (y - 1, 0))[x]);
}

}  // namespace quad::gif
