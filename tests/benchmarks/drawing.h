// Scenes of this project as contenders.
#pragma once

#include "contender.h"
#include "core/scene.h"

namespace quad::bench {

// The whole of a picture of `from`, drawn at `to`, which is all of the canvas.
Scene scaled (PixelFormat format, Size from, Size to, Filter filter, ChromaSite site = {});

// Draws the scene on one thread, the frames as the source of its first tile. Gives up where it
// cannot be drawn.
Contender drawing (const char *name, Family family, const Scene &scene);

}  // namespace quad::bench
