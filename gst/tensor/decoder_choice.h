// Which decoders uridecodebin tries first.
#pragma once

#include <gst/gst.h>

namespace quad::tensor {

// With `device` >= 0 the NVIDIA decoders of that CUDA device come first. NVIDIA decoders of other
// devices are not used; with -1, none are.
void choose_decoders (GstElement *uridecodebin, int device);

}  // namespace quad::tensor
