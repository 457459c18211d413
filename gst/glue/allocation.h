// Pools of an element with one output: ALLOCATION queries.
#pragma once

#include "glue/backend.h"

namespace quad {

// Answers upstream's query: offers a pool of the memory in its caps, or asks for `held` buffers
// more; takes padded and cropped frames. False: an error was posted, or there are no caps.
bool propose_frames (Backends &backends, GstQuery *query, guint held);

// Makes the first pool of the query that downstream answered one for frames of its caps.
// `out_of_device_memory` where the device has no memory for it; `device_failed` after an error was
// posted; `unsupported_format` where there are no caps of raw video.
Status decide_frames (Backends &backends, GstQuery *query);

// A buffer for a frame of `info` in `memory`, whose device is open. Null: the device has no memory
// for it.
Owned<GstBuffer> new_frame (Backends &backends, Memory memory, const GstVideoInfo &info);

}  // namespace quad
