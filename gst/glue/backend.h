// The one place that knows which backends there are.
#pragma once

#include <memory>

#include "core/renderer.h"

namespace quad {

// A renderer for frames in `memory`, or none where this build or machine has
// none. `threads`: 0 for one a processor.
std::unique_ptr<Renderer> make_renderer (Memory memory, int threads);

}  // namespace quad
