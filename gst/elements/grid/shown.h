// What the last output frame shows of each pad.
#pragma once

#include <mutex>
#include <vector>

#include "core/placement.h"

namespace quad {

struct ShownPicture {
  unsigned pad = 0;     // its serial
  Rect box;             // the cell, or where it lies freely; empty where nothing can be seen
  Placement placement;  // of the picture in it; without a target where there is none
  Orientation orientation = Orientation::identity;
};

// On any thread. A frame is noted all at once: a click may come at any time.
class ShownFrame {
 public:
  void note (std::vector<ShownPicture> pictures);
  void forget (unsigned pad);
  // Nothing of a pad that is not in it.
  ShownPicture of (unsigned pad) const;

 private:
  mutable std::mutex lock_;
  std::vector<ShownPicture> pictures_;
};

}  // namespace quad
