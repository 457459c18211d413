// What a device does for mattes. Pictures in its memory get their alpha there, with the bytes that
// GuidedFilter, Smoother and Foreground give on the host.
#pragma once

#include "core/renderer.h"
#include "matte/foreground.h"
#include "matte/guided_filter.h"

namespace quad::matte {

// One picture's alpha. What it points to lies in the host's memory.
struct Order {
  const SmallPicture *guide = nullptr;  // null: the mask is only enlarged
  const SmallPicture *mask = nullptr;
  Refinement refinement;
  const float *weights = nullptr;          // see History; null: nothing is kept
  const Foreground *foreground = nullptr;  // null: colours stay
  Rect area;                               // what the mask covers
  bool own = false;                        // alpha is multiplied by the picture's own
};

// Any thread may use it, one at a time.
class Renderer {
 public:
  virtual ~Renderer () = default;

  // Queues the work for `picture`, of 4 bytes a pixel with alpha, in the device's stream. What
  // `order` points to may change when this returns. What is kept of alpha belongs to an area of one
  // size: after another one all weights must be 1 once.
  virtual Status draw (const Order &order, const FrameView &picture) = 0;
};

}  // namespace quad::matte
