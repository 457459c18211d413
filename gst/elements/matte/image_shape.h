// Which axes of a tensor are a picture's.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/geometry.h"

namespace quad {

struct ImageShape {
  int channels = 1;
  bool channels_last = false;
  std::int64_t height = -1;  // -1: free
  std::int64_t width = -1;

  // The shape with the free axes at `size`.
  Size size (Size free) const
  {
    return {width > 0 ? static_cast<int> (width) : free.width,
            height > 0 ? static_cast<int> (height) : free.height};
  }
  // The element of channel `c` of pixel `i` among `count` pixels.
  std::size_t index (int c, std::size_t i, std::size_t count) const
  {
    return channels_last ? i * std::size_t (channels) + std::size_t (c)
                         : std::size_t (c) * count + i;
  }
};

// The axes of a tensor of one picture whose number of channels is one of `channels`: NCHW or NHWC
// with one picture or a free number of them, CHW or HWC; and HW if `channels` has 1. None if no
// reading fits. If both fit, the channels come last only if the first reading has no room for them.
std::optional<ImageShape> image_shape (std::span<const std::int64_t> shape,
                                       std::span<const int> channels);

// `shape` with its free axes filled: one picture, of `size`.
std::vector<std::int64_t> filled (std::span<const std::int64_t> shape, const ImageShape &image,
                                  Size size);

}  // namespace quad
