// Frames for benchmarks.
#pragma once

#include <cstdlib>
#include <memory>
#include <vector>

#include "core/view.h"

namespace quad::bench {

// Owns the memory of some frames of one shape. Rows begin on 64 bytes.
class Frames {
 public:
  Frames (PixelFormat format, Size size, int count);

  int count () const { return static_cast<int> (views_.size ()); }
  const FrameView &operator[] (int i) const { return views_[std::size_t (i)]; }

  // Draws soft waves with a little noise, different in every frame. Alpha is opaque throughout, or
  // soft waves as well.
  void paint (bool opaque);

 private:
  struct Free {
    void operator() (std::byte *p) const { std::free (p); }
  };

  std::vector<std::unique_ptr<std::byte, Free>> memory_;
  std::vector<FrameView> views_;
};

// The bytes of one frame's samples, without the padding of rows.
std::size_t bytes_of (PixelFormat format, Size size);

// The mean absolute difference between two frames of 8-bit samples.
double mean_difference (const FrameView &a, const FrameView &b);

}  // namespace quad::bench
