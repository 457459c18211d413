// The one place that knows which backends there are.
#pragma once

#include <memory>

#include "core/renderer.h"
#include "glue/device.h"
#include "glue/threads.h"

namespace quad {

// A renderer for frames in `memory`, or none where this build or machine has none:
// on the host with `threads`, or on `device`, which is opened
// and, where that fails, has posted why.
std::unique_ptr<Renderer> make_renderer (Memory memory, Threads &threads, Device *device);

}  // namespace quad
