// How the planes of a mapped frame look as tensors.
#pragma once

#include <gst/video/video.h>

#include <array>
#include <string>

#include "glue/frame.h"
#include "tensor/quadtensor.h"

namespace quad {

struct Planes {
  guint count = 0;
  std::array<QuadTensor, GST_VIDEO_MAX_PLANES> tensor = {};
  std::array<std::array<char, 5>, GST_VIDEO_MAX_PLANES> channels = {};
  int width = 0, height = 0;
};

// Why frames of this format are no tensors, as a sentence; empty: they are.
std::string problem_of_format (const GstVideoInfo &info);

// Describes the frame that `buffer` holds with the caps of `info`. `mapped` may be of another
// buffer with the same memory. Each tensor's device is left as it is, its channels unset. Returns
// why it failed, as a sentence; empty: it did not.
std::string describe_planes (const GstVideoInfo &info, GstBuffer *buffer,
                             const MappedBuffer &mapped, Planes &planes);

}  // namespace quad
