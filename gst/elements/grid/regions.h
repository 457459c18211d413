// Regions of interest of output frames: those of the inputs where they are shown, and the cells.
#pragma once

#include <gst/gst.h>

#include <span>

#include "elements/grid/cells.h"
#include "elements/grid/shown.h"

namespace quad {

// `shown` has one picture a pad of the snapshot, in its order. `time` is the frame's running time.
void add_regions (const GridSnapshot &snapshot, std::span<const ShownPicture> shown,
                  GstClockTime time, GstBuffer *out);

}  // namespace quad
