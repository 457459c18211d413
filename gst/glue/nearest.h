// The GIF encoder's hot loop, for elements.
#pragma once

#include "gif/nearest.h"

namespace quad {

// The fastest gif::FindNearest of this machine: host's, by SIMD.
gif::FindNearest fastest_find_nearest ();

}  // namespace quad
