// What stands between a decoder and the frames that are asked for.
#pragma once

#include <string>

#include "tensor/quadtensor.h"
#include "tensor/source.h"

namespace quad::tensor {

// QuadPicture, which is the caller's.
struct Picture {
  int width = 0, height = 0;
  std::string format;
  bool upright = true;
};

// A sentence where `asked` cannot be had of any video; else empty, and `picture` is set.
std::string read_picture (const QuadPicture &asked, Picture &picture);

// Elements as in gst-launch-1.0, before and after those that choose frames; empty where none are
// needed. Frames leave them in the memory of `device`, a CUDA device, or, below 0, of the host.
struct Lines {
  std::string before, after;
};
Lines lines_for (const Source &source, const Picture &picture, int device);

}  // namespace quad::tensor
