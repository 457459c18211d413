// Pictures that callers hand on as DLPack tensors.
#pragma once

#include <gst/video/video.h>

#include <cstddef>
#include <string>
#include <vector>

#include "glue/frame.h"
#include "tensor/dlpack.h"
#include "tensor/memory.h"
#include "tensor/messages.h"

namespace quad::tensor {

// Distances are in bytes and may be negative or 0.
struct Incoming {
  GstVideoFormat format = GST_VIDEO_FORMAT_UNKNOWN;
  int device = -1;  // CUDA's ordinal
  int width = 0, height = 0;
  int channels = 0;
  bool planar = false;  // the format's planes
  std::byte *data = nullptr;
  std::ptrdiff_t row = 0, pixel = 0, channel = 0;

  bool operator== (const Incoming &) const = default;
  // Whether rows can be copied, or used, as they lie.
  bool rows_are_whole () const;
  // Whether a GstVideoMeta can describe it.
  bool can_be_wrapped () const;
};

// Reads a tensor. `letters` is what lies along the axis of colours, or nullptr. Returns why it is
// no picture, or nothing.
Failure read_incoming (const dlpack::Tensor &tensor, const char *letters, Incoming &incoming);

// Makes padding of the alpha, so that the colours are taken as they are. On a device, ARGB and ABGR
// stay as they are: GPUs know no xRGB and xBGR.
void leave_alpha_out (Incoming &incoming);

// A buffer with the caller's samples, which calls `gone (data)` when nobody uses it any more. For a
// picture that can be wrapped.
GstBuffer *wrapped (const Incoming &incoming, gpointer data, GDestroyNotify gone);

// Copies to a mapped picture of the same format in system memory. Where that is wider or higher,
// the last column and row are repeated.
void copy_to_host (const Incoming &incoming, MappedBuffer &to, int width, int height);
// The copies to make on a device for the same. For pictures with whole rows.
std::vector<Rows> rows_for_device (const Incoming &incoming, const MappedBuffer &to, int width,
                                   int height);

}  // namespace quad::tensor
