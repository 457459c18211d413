// What a file says of its pictures.
#pragma once

#include <gst/gst.h>

namespace quad::tensor {

// How stored pictures become upright: mirrored from left to right, then turned clockwise.
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

// By the caps and the tags that have come by the pad.
Source source_of (GstPad *pad);

}  // namespace quad::tensor
