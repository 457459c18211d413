// What a file's caps and tags say of its pictures.
#pragma once

#include <gst/gst.h>

namespace quad::tensor {

// How stored pictures become upright: first mirrored from left to right if `mirrored`, then turned
// clockwise.
struct Turn {
  int rotation = 0;  // degrees: 0, 90, 180, 270
  bool mirrored = false;

  bool operator== (const Turn &) const = default;
  bool swaps_axes () const { return rotation % 180 != 0; }
};

struct Source {
  struct Par {
    int n = 1, d = 1;
    bool operator== (const Par &) const = default;
  } par;
  Turn turn;
  int width = 0, height = 0;
  bool interlaced = false;
  bool on_device = false;  // in CUDA memory
  bool pairs = false;      // two columns share a sample of chroma
};

// From the caps and tags that have passed `pad`.
Source source_of (GstPad *pad);

}  // namespace quad::tensor
