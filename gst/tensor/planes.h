// How the planes of a mapped frame look as tensors.
#pragma once

#include <gst/video/video.h>

#include <array>
#include <string>

#include "tensor/quadtensor.h"

namespace quad {

struct Planes {
  guint count = 0;
  std::array<QuadTensor, GST_VIDEO_MAX_PLANES> tensor = {};
  std::array<std::array<char, 5>, GST_VIDEO_MAX_PLANES> channels = {};
  int width = 0, height = 0;
};

// Why frames of this format are no tensors; a whole sentence, empty where they are.
std::string problem_of_format (const GstVideoInfo &info);

// Describes `frame`, whose buffer was mapped with the caps of `info`. Of each tensor the
// device is left as it is, and channels unset. Returns a sentence where it cannot.
std::string describe_planes (const GstVideoInfo &info, const GstVideoFrame &frame, Planes &planes);

}  // namespace quad
