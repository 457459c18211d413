// The caps of drawable frames, in each kind of memory.
#pragma once

#include <gst/gst.h>

#include <span>
#include <string>

#include "core/view.h"
#include "glue/owned.h"

namespace quad {

// video/x-raw in `memory`: every format that is drawn there, any size up to kMaxSide and any rate.
Owned<GstCaps> drawable_caps (Memory memory);
// The same for several memories, in their order.
Owned<GstCaps> drawable_caps_in (std::span<const Memory> memories);

// The memory of frames with `caps` (its structure `i`).
Memory memory_of (const GstCaps *caps, guint i = 0);

// The element that copies frames with `features`, or in `memory`, to system memory; if none is
// known, a description of one.
std::string download_of (const GstCapsFeatures *features);
std::string download_of (Memory memory);

// Sets the memory's caps feature on all structures.
void set_memory (GstCaps *caps, Memory memory);

}  // namespace quad
