// Which decoders uridecodebin tries first.
#pragma once

#include <gst/gst.h>

namespace quad::tensor {

// With `device` >= 0 NVIDIA's decoders of that CUDA device come before the others; those of
// other devices, and with -1 all of NVIDIA's, are not tried.
void choose_decoders (GstElement *uridecodebin, int device);

}  // namespace quad::tensor
