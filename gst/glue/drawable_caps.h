// The caps of what can be drawn, in each kind of memory.
#pragma once

#include <gst/gst.h>

#include "core/view.h"
#include "glue/owned.h"

namespace quad {

// The caps feature of frames in Memory::cuda.
inline constexpr const char *kCudaFeature = "memory:CUDAMemory";

// video/x-raw in `memory`: every format that is drawn there, any size up to kMaxSide and any rate.
Owned<GstCaps> drawable_caps (Memory memory);
// The same for each memory that this machine has. `first` comes before the other if it is one.
Owned<GstCaps> drawable_caps_from (Memory first);

// The memory that frames of `caps` (of its structure `i`) lie in.
Memory memory_of (const GstCaps *caps, guint i = 0);

}  // namespace quad
