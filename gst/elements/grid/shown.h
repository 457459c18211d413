// What the last output frame shows of each pad.
#pragma once

#include <mutex>
#include <span>
#include <vector>

#include "core/placement.h"

namespace quad {

struct ShownPicture {
  unsigned pad = 0;     // its serial
  Rect box;             // the cell, or its free rectangle; empty if nothing can be seen
  Placement placement;  // of the picture in it; without a target if there is none
  Orientation orientation = Orientation::identity;
};

// On any thread. A frame is stored as a whole, because a click may come at any time.
class ShownFrame {
 public:
  void note (std::span<const ShownPicture> pictures);
  void forget (unsigned pad);
  // Empty for a pad that was not in the frame.
  ShownPicture of (unsigned pad) const;

 private:
  mutable std::mutex lock_;
  std::vector<ShownPicture> pictures_;
};

}  // namespace quad
