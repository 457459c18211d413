// What a wall asks of quadmux-grid. Older grids lack some properties: these are left alone.
#pragma once

#include <string>
#include <vector>

#include "layouts.h"
#include "owned.h"

namespace wall {

class GridControl {
 public:
  explicit GridControl (GstElement *grid);

  // A new pad of the grid, labelled `name` where the grid can.
  Owned<GstPad> request_pad (const std::string &name);

  // Gives pads[i] layout.places[i], all from one frame on where the grid can.
  void arrange (const Layout &layout, const std::vector<GstPad *> &pads);

  // The nick of the pad's state, such as live or lost; "unknown" where the grid does not tell.
  static std::string state_of (GstPad *pad);

  // The grid's statistics of the pad, or NULL where it has none.
  static Owned<GstStructure> stats_of (GstPad *pad);

 private:
  bool apply (const Layout &layout, const std::vector<GstPad *> &pads);
  void set_each (const Layout &layout, const std::vector<GstPad *> &pads);

  Owned<GstElement> grid_;
};

}  // namespace wall
