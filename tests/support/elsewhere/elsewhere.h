// A third backend, only for tests: frames in "elsewhere" memory, which only its own functions read.
// Drawing and copying is queued, and done when the queue is waited for, as on a device.
#pragma once

#include "glue/backend.h"

namespace quad::test {

inline constexpr Memory kElsewhere{7};
inline constexpr const char *kElsewhereFeature = "memory:Elsewhere";

BackendRow elsewhere_row ();

// A frame in that memory with the bytes of `frame`, which lies on the host, and the way back.
Owned<GstBuffer> to_elsewhere (GstBuffer *frame);
Owned<GstBuffer> from_elsewhere (GstBuffer *frame);

// How often a queue was waited for.
int waits_elsewhere ();

// Whether the backend has a renderer. It has one unless a test says no.
void let_draw_elsewhere (bool can);

}  // namespace quad::test
