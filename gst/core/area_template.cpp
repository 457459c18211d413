#include "area_template.h"

#include <algorithm>
#include <map>
#include <optional>

#include "words.h"

namespace quad {
namespace {

using Row = std::vector<std::string_view>;

std::string counted (std::size_t count, const char *what)
{
  std::string text = std::to_string (count);
  text.append (" ").append (what);
  return count == 1 ? text : text + "s";
}

std::string quoted (std::string_view name)
{
  std::string text = "\"";
  return text.append (name).append ("\"");
}

// A place as the user counts: from 1 on.
std::string place_of (std::size_t row, std::size_t column)
{
  return "row " + std::to_string (row + 1) + ", column " + std::to_string (column + 1);
}

bool is_hole (std::string_view word) { return word.find_first_not_of ('.') == word.npos; }

bool is_name (std::string_view word)
{
  return std::all_of (word.begin (), word.end (), [] (char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  });
}

std::vector<Row> rows_of (std::string_view text)
{
  std::vector<Row> rows;
  for (;;) {
    const auto end = text.find ('/');
    rows.push_back (words_of (text.substr (0, end)));
    if (end == text.npos) return rows;
    text.remove_prefix (end + 1);
  }
}

// What is wrong with the number of rows and columns; empty: nothing.
std::string problem_of_size (const std::vector<Row> &rows, int most)
{
  const auto limit = static_cast<std::size_t> (most);
  const std::string too_many = ", and " + std::to_string (most) + " is the most";
  if (rows.size () > limit) return "it has " + counted (rows.size (), "row") + too_many;
  for (std::size_t y = 0; y < rows.size (); y++) {
    const std::string row = "row " + std::to_string (y + 1);
    const std::size_t columns = rows[y].size ();
    if (columns == 0) return row + " is empty";
    if (columns > limit) return row + " has " + counted (columns, "column") + too_many;
    if (columns != rows[0].size ())
      return row + " has " + counted (columns, "column") + ", row 1 has " +
             std::to_string (rows[0].size ());
  }
  return {};
}

std::string problem_of_words (const std::vector<Row> &rows)
{
  for (std::size_t y = 0; y < rows.size (); y++)
    for (std::size_t x = 0; x < rows[y].size (); x++)
      if (!is_hole (rows[y][x]) && !is_name (rows[y][x]))
        return place_of (y, x) + ": " + quoted (rows[y][x]) +
               " is no name: a name has the letters A to Z and a to z, digits, - and _, and dots "
               "alone are an empty cell";
  return {};
}

// The smallest rectangles around the names, in the order of the names' first cells.
std::vector<Area> boxes_of (const std::vector<Row> &rows)
{
  struct Box {
    std::string_view name;
    std::size_t left, top, right, bottom;  // the last two lie in it
  };
  std::vector<Box> boxes;
  std::map<std::string_view, std::size_t> places;  // in `boxes`
  for (std::size_t y = 0; y < rows.size (); y++)
    for (std::size_t x = 0; x < rows[y].size (); x++) {
      const std::string_view word = rows[y][x];
      if (is_hole (word)) continue;
      const auto [place, is_new] = places.try_emplace (word, boxes.size ());
      if (is_new) boxes.push_back ({word, x, y, x, y});
      Box &box = boxes[place->second];
      box.left = std::min (box.left, x);
      box.right = std::max (box.right, x);
      box.bottom = y;
    }
  std::vector<Area> areas;
  for (const Box &b : boxes)
    areas.push_back ({std::string (b.name),
                      {.cell = static_cast<int> (b.top * rows[0].size () + b.left),
                       .row_span = static_cast<int> (b.bottom - b.top + 1),
                       .column_span = static_cast<int> (b.right - b.left + 1)}});
  return areas;
}

// Empty if all cells in the area's rectangle have its name.
std::string problem_of_shape (const std::vector<Row> &rows, const Area &area)
{
  const int columns = static_cast<int> (rows[0].size ());
  for (int i = 0; i < area.span.row_span; i++)
    for (int k = 0; k < area.span.column_span; k++) {
      const auto y = static_cast<std::size_t> (area.span.cell / columns + i);
      const auto x = static_cast<std::size_t> (area.span.cell % columns + k);
      if (rows[y][x] != area.name)
        return quoted (area.name) + " is no rectangle: " + place_of (y, x);
    }
  return {};
}

}  // namespace

int AreaTemplate::find (std::string_view name) const
{
  const auto found =
      std::find_if (areas.begin (), areas.end (), [&] (const Area &a) { return a.name == name; });
  return found == areas.end () ? -1 : static_cast<int> (found - areas.begin ());
}

ParsedAreas parse_areas (std::string_view text, int most)
{
  const std::vector<Row> rows = rows_of (text);
  ParsedAreas parsed;
  parsed.problem = problem_of_size (rows, most);
  if (parsed.problem.empty ()) parsed.problem = problem_of_words (rows);
  if (!parsed.problem.empty ()) return parsed;
  std::vector<Area> areas = boxes_of (rows);
  if (areas.empty ()) parsed.problem = "it has no name";
  for (const Area &area : areas)
    if (parsed.problem.empty ()) parsed.problem = problem_of_shape (rows, area);
  if (parsed.problem.empty ())
    parsed.areas = {static_cast<int> (rows.size ()), static_cast<int> (rows[0].size ()),
                    std::move (areas)};
  return parsed;
}

std::pmr::vector<int> assign_areas (int areas, std::span<const AreaClaim> claims,
                                    std::pmr::memory_resource *memory)
{
  std::pmr::vector<int> assigned (claims.size (), -1, memory);
  std::pmr::vector<bool> taken (static_cast<std::size_t> (areas), false, memory);
  auto give = [&] (std::size_t i, int area) {
    if (assigned[i] >= 0 || claims[i].none || area < 0 || area >= areas) return;
    if (taken[static_cast<std::size_t> (area)]) return;
    taken[static_cast<std::size_t> (area)] = true;
    assigned[i] = area;
  };
  for (std::size_t i = 0; i < claims.size (); i++) give (i, claims[i].area);
  for (std::size_t i = 0; i < claims.size (); i++) give (i, claims[i].kept);
  for (std::size_t i = 0; i < claims.size (); i++) {
    const auto free = std::find (taken.begin (), taken.end (), false);
    give (i, static_cast<int> (free - taken.begin ()));
  }
  return assigned;
}

}  // namespace quad
