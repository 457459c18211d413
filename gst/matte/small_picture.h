// Pictures on the mask's grid.
#pragma once

#include <cstdint>
#include <vector>

#include "core/view.h"

namespace quad::matte {

// A small picture of `planes` planes of 8 bits, padded as row operations need it.
class SmallPicture {
 public:
  void resize (Size size, int planes);
  Size size () const { return size_; }
  std::size_t stride () const { return stride_; }
  std::vector<std::uint8_t> &bytes () { return bytes_; }  // all planes, one behind the other
  std::uint8_t *row (int plane, int y)
  {
    return bytes_.data () +
           (std::size_t (plane) * std::size_t (size_.height) + std::size_t (y)) * stride_;
  }
  const std::uint8_t *row (int plane, int y) const
  {
    return const_cast<SmallPicture *> (this)->row (plane, y);
  }
  PlaneView plane (int p)
  {
    return {reinterpret_cast<std::byte *> (row (p, 0)), static_cast<std::ptrdiff_t> (stride_),
            size_};
  }

 private:
  Size size_;
  std::size_t stride_ = 0;
  std::vector<std::uint8_t> bytes_;
};

}  // namespace quad::matte
