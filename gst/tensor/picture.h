// The elements between a decoder and the frames that are asked for.
#pragma once

#include <string>

#include "tensor/quadtensor.h"
#include "tensor/source.h"

namespace quad::tensor {

// A copy of the caller's QuadPicture.
struct Picture {
  int width = 0, height = 0;
  std::string format;
  bool upright = true;

  // Whether it has the size and the format that decoders give, where these are a tensor's.
  bool as_decoded () const { return width == 0 && height == 0 && format.empty (); }
};

// Checks `asked` and sets `picture`. Returns a sentence if no video can give such a picture, else
// an empty string.
std::string read_picture (const QuadPicture &asked, Picture &picture);

// The size of a picture of `source` that is shown upright with square pixels.
void shown_size (const Source &source, int &width, int &height);

// Elements, written as for gst-launch-1.0, before and after those that choose frames; empty if none
// are needed. Their frames lie in the memory of the CUDA device `device`, or of the host if it is
// below 0.
struct Lines {
  std::string before, after;
};
Lines lines_for (const Source &source, const Picture &picture, int device);

}  // namespace quad::tensor
