// Layouts as texts: each name covers a rectangle of cells, as in the grid-template-areas of CSS.
#pragma once

#include <memory_resource>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "layout.h"

namespace quad {

// A rectangle of cells with a name.
struct Area {
  std::string name;
  CellSpan span;

  bool operator== (const Area &) const = default;
};

// Areas do not overlap. They are in the order of their upper left cells, row by row.
struct AreaTemplate {
  int rows = 0;
  int columns = 0;
  std::vector<Area> areas;

  bool operator== (const AreaTemplate &) const = default;

  int find (std::string_view name) const;  // the area's number, or -1
};

// A template, or what is wrong with its text.
struct ParsedAreas {
  AreaTemplate areas;
  std::string problem;  // names the row, the column or the name; empty: nothing is wrong
};

// Reads rows with "/" between. A row has a word for each column: a name (letters and digits of
// ASCII, - and _), or dots for a cell without an area. Rows have as many columns, each name covers
// a filled rectangle, and there is at least one name. At most `most` rows and columns.
ParsedAreas parse_areas (std::string_view text, int most);

// What one picture asks of a template.
struct AreaClaim {
  int area = -1;      // the number of the area that it asks for; -1: the next free one
  bool none = false;  // it asks for one that does not exist
  int kept = -1;      // the area that it had, or -1

  bool operator== (const AreaClaim &) const = default;
};

// Gives each claim an area, in this order; -1: there is none. (1) The first claim for an area gets
// it. All further claims for it count as claims without an area. (2) The others keep the area that
// they had, unless it is taken now. (3) The rest get free areas in the order of the template. No
// area is given twice.
std::pmr::vector<int> assign_areas (
    int areas, std::span<const AreaClaim> claims,
    std::pmr::memory_resource *memory = std::pmr::get_default_resource ());

}  // namespace quad
