// Views say where a frame's samples lie. They own nothing; pass them by value.
#pragma once

#include <array>
#include <cstddef>

#include "format.h"

namespace quad {

// The memory that a view's pointers point to. Each backend has its own value.
enum class Memory { host, cuda };

// `size` counts positions (a position holds all channels of the plane);
// `stride` is in bytes and may be negative: row y begins at data + y * stride.
struct PlaneView {
  std::byte *data = nullptr;
  std::ptrdiff_t stride = 0;
  Size size;

  std::byte *row (int y) const { return data + y * stride; }
};

struct FrameView {
  PixelFormat format = PixelFormat::unknown;
  Size size;
  Memory memory = Memory::host;
  std::array<PlaneView, kMaxPlanes> plane = {};

  bool same_shape (const FrameView &o) const
  {
    return format == o.format && size == o.size && memory == o.memory;
  }
};

}  // namespace quad
