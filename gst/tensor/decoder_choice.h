// Which decoders uridecodebin tries first.
#pragma once

#include <gst/gst.h>

namespace quad::tensor {

// With `device` >= 0 the NVIDIA decoders of that CUDA device come first. NVIDIA decoders of other
// devices are not used; with -1, none are.
void choose_decoders (GstElement *uridecodebin, int device);

// Decoders that `pipeline` gets use so many threads, where they have such a setting.
void limit_threads (GstElement *pipeline, guint threads);

}  // namespace quad::tensor
