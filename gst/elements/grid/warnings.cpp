#include "elements/grid/warnings.h"

#include <algorithm>
#include <string>
#include <utility>

namespace quad {
namespace {

// True the first time.
bool first_time (bool &said) { return !std::exchange (said, true); }

std::string names_of (const AreaTemplate &areas)
{
  std::string names;
  for (const Area &area : areas.areas) names.append (names.empty () ? "" : ", ").append (area.name);
  return names;
}

void warn_of_no_area (GstQuadMuxGrid *self, const AreaTemplate &areas, const PadSnapshot &pad)
{
  const char *name = GST_PAD_NAME (pad.pad.get ());
  const std::string names = names_of (areas);
  const PadSettings &s = pad.settings;
  if (pad.cell >= 0)
    GST_ELEMENT_WARNING (self, RESOURCE, SETTINGS,
                         ("%s is not shown: nothing is left of area \"%s\".", name,
                          areas.areas[static_cast<std::size_t> (pad.cell)].name.c_str ()),
                         ("Make the output larger, or gap, margin and border-width smaller."));
  else if (!s.area ().empty () && areas.find (s.area ()) < 0)
    GST_ELEMENT_WARNING (self, RESOURCE, SETTINGS,
                         ("%s is not shown: there is no area \"%s\" among %s.", name,
                          readable (s.area ()).c_str (), readable (names).c_str ()),
                         ("Set the pad's area, or the element's areas."));
  else if (s.area ().empty () && s.cell >= static_cast<int> (areas.areas.size ()))
    GST_ELEMENT_WARNING (self, RESOURCE, SETTINGS,
                         ("%s is not shown: there is no cell %d, as the areas %s count from 0.",
                          name, s.cell, names.c_str ()),
                         ("Set the pad's area or cell, or the element's areas."));
  else
    GST_ELEMENT_WARNING (
        self, RESOURCE, SETTINGS,
        ("%s is not shown: other inputs have all areas: %s.", name, readable (names).c_str ()),
        ("Set areas with more names, or the pad's width and height, to lay it over others."));
}

// Warns of a pad whose area another pad has asked for before it.
void warn_of_other_area (GstQuadMuxGrid *self, const AreaTemplate &areas, const PadSnapshot &pad)
{
  const PadSettings &s = pad.settings;
  const int asked = s.area ().empty () ? s.cell : areas.find (s.area ());
  bool &warned = pad.pad->impl->warned.other_area;
  if (asked < 0 || asked == pad.cell || pad.cell < 0) {
    warned = false;
    return;
  }
  if (!first_time (warned)) return;
  auto name = [&] (int i) { return areas.areas[static_cast<std::size_t> (i)].name.c_str (); };
  GST_ELEMENT_WARNING (self, RESOURCE, SETTINGS,
                       ("%s asks for area \"%s\", but another input asked for it first: it has "
                        "area \"%s\".",
                        GST_PAD_NAME (pad.pad.get ()), name (asked), name (pad.cell)),
                       ("An area shows one input: set another area for one of them."));
}

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
  const AreaTemplate *areas = areas_of (snapshot);
  if (!has_room && first_time (warned.no_cell)) {
    if (areas)
      warn_of_no_area (self, *areas, pad);
    else
      warn_of_no_cell (self, snapshot, pad);
  }
  if (areas)
    warn_of_other_area (self, *areas, pad);
  else if (s.cell >= 0)
    warn_of_far_cell (self, snapshot, pad);
  if ((s.xpos != 0 || s.ypos != 0 || s.width > 0 || s.height > 0) && first_time (warned.position))
    GST_ELEMENT_WARNING (
        self, RESOURCE, SETTINGS,
        ("%s lies in a cell: xpos and ypos count where both width and height are above 0.",
         GST_PAD_NAME (pad.pad.get ())),
        (nullptr));
}

void warn_of_weights (GstQuadMuxGrid *self, const GridSnapshot &snapshot)
{
  auto look = [self] (bool &warned, const char *lines, const LineWeights &weights, int count) {
    const bool wrong = weights.size () > count;
    if (wrong && !warned)
      GST_ELEMENT_WARNING (self, RESOURCE, SETTINGS,
                           ("%s-weights has %d weights, and the number of %ss is %d: the other "
                            "weights do not count.",
                            lines, weights.size (), lines, count),
                           (nullptr));
    warned = wrong;
  };
  const Grid &grid = snapshot.grid;
  look (self->impl->warned.row_weights, "row", grid.row_weights, grid.rows);
  look (self->impl->warned.column_weights, "column", grid.column_weights, grid.columns);
}

}  // namespace quad
