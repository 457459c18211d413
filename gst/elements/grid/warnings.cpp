#include "elements/grid/warnings.h"

#include <algorithm>
#include <utility>

namespace quad {
namespace {

// True the first time.
bool first_time (bool &said) { return !std::exchange (said, true); }

void warn_of_no_cell (GstQuadMuxGrid *self, const GridSnapshot &snapshot, const PadSnapshot &pad)
{
  const char *name = GST_PAD_NAME (pad.pad.get ());
  const Grid &grid = snapshot.grid;
  if (pad.cell >= 0)
    GST_ELEMENT_WARNING (self, RESOURCE, SETTINGS,
                         ("%s is not shown: nothing is left of cell %d.", name, pad.cell),
                         ("Make the output larger, or gap, margin and border-width smaller."));
  else if (pad.settings.cell >= 0)
    GST_ELEMENT_WARNING (self, RESOURCE, SETTINGS,
                         ("%s is not shown: there is no cell %d among %d rows and %d columns.",
                          name, pad.settings.cell, grid.rows, grid.columns),
                         ("Set the pad's cell, or the element's rows and columns."));
  else
    GST_ELEMENT_WARNING (self, RESOURCE, SETTINGS,
                         ("%s is not shown: other inputs have all cells of rows=%d and columns=%d.",
                          name, grid.rows, grid.columns),
                         ("Set more rows or columns, or 0 for as many as the inputs need; or the "
                          "pad's cell, or its width and height, to lay it over others."));
}

// Warns of a `cell` so high that the grid has grown for it.
void warn_of_far_cell (GstQuadMuxGrid *self, const GridSnapshot &snapshot, const PadSnapshot &pad)
{
  const GridSettings &s = snapshot.settings;
  if (s.rows > 0 && s.columns > 0) return;
  const Grid without = resolved ({.rows = s.rows, .columns = s.columns}, snapshot.needed);
  if (pad.settings.cell < without.cells () || !first_time (pad.pad->impl->warned.far_cell)) return;
  GST_ELEMENT_WARNING (
      self, RESOURCE, SETTINGS,
      ("%s asks for cell %d: the grid has %d rows and %d columns for it, and %d by %d would do "
       "for its inputs.",
       GST_PAD_NAME (pad.pad.get ()), pad.settings.cell, snapshot.grid.rows, snapshot.grid.columns,
       without.rows, without.columns),
      ("Set another cell, or the element's rows and columns to how many there are to be."));
}

}  // namespace

void warn_of_place (GstQuadMuxGrid *self, const GridSnapshot &snapshot, const PadSnapshot &pad,
                    bool has_room)
{
  PadWarnings &warned = pad.pad->impl->warned;
  const PadSettings &s = pad.settings;
  if (has_room) warned.no_cell = false;
  if (s.lies_freely ()) return;
  if (!has_room && first_time (warned.no_cell)) warn_of_no_cell (self, snapshot, pad);
  if (s.cell >= 0) warn_of_far_cell (self, snapshot, pad);
  if ((s.xpos != 0 || s.ypos != 0 || s.width > 0 || s.height > 0) && first_time (warned.position))
    GST_ELEMENT_WARNING (
        self, RESOURCE, SETTINGS,
        ("%s lies in a cell: xpos and ypos count where both width and height are above 0.",
         GST_PAD_NAME (pad.pad.get ())),
        (nullptr));
}

}  // namespace quad
