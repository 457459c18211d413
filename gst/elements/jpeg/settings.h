// The properties of quadjpegdec, as one frame sees them.
#pragma once

#include <cstdint>

#include "core/geometry.h"

namespace quad::jpegdec {

struct Settings {
  double headroom = 2;  // times the shown size, in each direction
  Size limit;           // of decoded pictures; 0: none
  bool ignore_target = false;
  std::uint64_t max_pixels = 500'000'000;  // of a header
};

}  // namespace quad::jpegdec
