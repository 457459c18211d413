#include "elements/matte/image_shape.h"

#include <algorithm>

namespace quad {

std::optional<ImageShape> image_shape (std::span<const std::int64_t> shape,
                                       std::span<const int> channels)
{
  if (shape.size () == 4) {
    if (shape[0] != 1 && shape[0] != -1) return std::nullopt;
    shape = shape.subspan (1);
  }
  const auto fits = [&] (std::int64_t n) { return std::ranges::count (channels, n) > 0; };
  const auto sized = [] (std::int64_t n) {
    return n == -1 || (n > 0 && n <= std::int64_t{1} << 14);
  };
  ImageShape image;
  if (shape.size () == 2 && fits (1)) {
    image.height = shape[0], image.width = shape[1];
  } else if (shape.size () == 3 && fits (shape[0])) {
    image.channels = static_cast<int> (shape[0]);
    image.height = shape[1], image.width = shape[2];
  } else if (shape.size () == 3 && fits (shape[2])) {
    image.channels = static_cast<int> (shape[2]);
    image.channels_last = true;
    image.height = shape[0], image.width = shape[1];
  } else {
    return std::nullopt;
  }
  if (!sized (image.height) || !sized (image.width)) return std::nullopt;
  return image;
}

std::vector<std::int64_t> filled (std::span<const std::int64_t> shape, const ImageShape &image,
                                  Size size)
{
  std::vector<std::int64_t> all (shape.begin (), shape.end ());
  if (all.size () == 4) all[0] = 1;
  const std::size_t width = all.size () - (image.channels_last ? 2 : 1);
  all[width] = size.width;
  all[width - 1] = size.height;
  return all;
}

}  // namespace quad
