#include "layouts.h"

#include <algorithm>

namespace wall {
namespace {

Layout in_rows (int columns, int count)
{
  Layout layout{(count + columns - 1) / columns, columns, {}};
  for (int i = 0; i < count; i++) layout.places.push_back ({i, 1, 1});
  return layout;
}

// The squarest grid, wider rather than taller.
Layout grid (int count)
{
  int columns = 1;
  while (columns * columns < count) columns++;
  return in_rows (columns, count);
}

Layout row (int count) { return in_rows (count, count); }

Layout column (int count) { return in_rows (1, count); }

// The first is large, the others stand to its right and below it.
Layout spotlight (int count)
{
  if (count == 1) return grid (1);
  const int side = std::max (3, (count + 1) / 2), large = side - 1;
  Layout layout{side, side, {{0, large, large}}};
  for (int i = 0; i < count - 1; i++) {
    const int below = i - side;  // the last column is full
    layout.places.push_back ({below < 0 ? i * side + large : large * side + below, 1, 1});
  }
  return layout;
}

// The first is large, the others stand in one row below it.
Layout strip (int count)
{
  const int others = std::max (1, count - 1);
  const int large = std::max (2, others - 1);
  Layout layout{large + 1, others, {{0, large, others}}};
  for (int i = 0; i < count - 1; i++) layout.places.push_back ({large * others + i, 1, 1});
  return layout;
}

struct Row {
  const char *name;
  Layout (*make) (int count);
};

constexpr Row kRows[] = {
    {"grid", grid}, {"spotlight", spotlight}, {"strip", strip}, {"row", row}, {"column", column},
};

}  // namespace

std::vector<std::string> layout_names ()
{
  std::vector<std::string> names;
  for (const Row &each : kRows) names.push_back (each.name);
  return names;
}

Layout make_layout (const std::string &name, int count)
{
  const Row *found = std::find_if (std::begin (kRows), std::end (kRows),
                                   [&] (const Row &each) { return name == each.name; });
  return found == std::end (kRows) ? grid (count) : found->make (count);
}

Area area_of (const Layout &layout, const Place &place)
{
  const double width = 1.0 / layout.columns, height = 1.0 / layout.rows;
  return {place.cell % layout.columns * width, place.cell / layout.columns * height,
          place.column_span * width, place.row_span * height};
}

}  // namespace wall
