// Draws a scene. A block draws all layers of one patch of one raster, and writes each byte once.
#include "cuda/kernels/single.h"

QUAD_KERNEL (quad::cuda::kThreads, 7) quad_draw (QUAD_PARAMETER quad::cuda::DrawParams p)
{
  using namespace quad::cuda;
  QUAD_SHARED Shared shared;
  const Patch patch = patch_of (p);
  switch (patch.draw) {
    case Draw::runs: draw_by_words<Copy> (p, patch, shared); break;
    case Draw::halves: draw_halves (p, patch, shared); break;
    case Draw::filtered: draw_filtered (p, patch, shared); break;
    case Draw::converted: draw_one_converted (p, shared); break;
    default: draw_layers (p, shared); break;
  }
}
