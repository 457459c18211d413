#include "core/area_template.h"

#include <gtest/gtest.h>

#include <random>

namespace quad {
namespace {

constexpr int kMost = 128;

TEST (Areas, ByHand)
{
  const ParsedAreas parsed = parse_areas ("a a b / a a c / d e_1 .", kMost);
  ASSERT_EQ (parsed.problem, "");
  EXPECT_EQ (parsed.areas.rows, 3);
  EXPECT_EQ (parsed.areas.columns, 3);
  const std::vector<Area> expected = {
      {"a", {0, 2, 2}}, {"b", {2, 1, 1}}, {"c", {5, 1, 1}}, {"d", {6, 1, 1}}, {"e_1", {7, 1, 1}}};
  EXPECT_EQ (parsed.areas.areas, expected);
  EXPECT_EQ (parsed.areas.find ("c"), 2);
  EXPECT_EQ (parsed.areas.find ("C"), -1);
  EXPECT_EQ (parsed.areas.find (""), -1);
}

TEST (Areas, WhiteSpaceAndDots)
{
  const ParsedAreas plain = parse_areas ("a . / a b", kMost);
  for (const char *text : {"a ./a b", "\ta\n...  /\n a \r\n b ", "a .. / a\tb"})
    EXPECT_EQ (parse_areas (text, kMost).areas, plain.areas) << text;
}

TEST (Areas, WhatIsWrongIsNamed)
{
  const std::string no_name =
      " is no name: a name has the letters A to Z and a to z, digits, - and _, and dots alone are "
      "an empty cell";
  const struct {
    std::string text, problem;
  } cases[] = {
      {"", "row 1 is empty"},
      {"a / ", "row 2 is empty"},
      {"/ a", "row 1 is empty"},
      {"a // b", "row 2 is empty"},
      {"a b c / a b", "row 2 has 2 columns, row 1 has 3"},
      {"a b / c d / e", "row 3 has 1 column, row 1 has 2"},
      {"a b / c !", "row 2, column 2: \"!\"" + no_name},
      {"a.b", "row 1, column 1: \"a.b\"" + no_name},
      {"a \xc3\xa4", "row 1, column 2: \"\xc3\xa4\"" + no_name},
      {". .. / . .", "it has no name"},
      {"a a b / a b a", "\"a\" is no rectangle: row 1, column 3"},
      {"a a b / a a c / d e a", "\"a\" is no rectangle: row 1, column 3"},
      {"a a b / a . c", "\"a\" is no rectangle: row 2, column 2"},
      {"a b a", "\"a\" is no rectangle: row 1, column 2"},
      {"x b b / b b b", "\"b\" is no rectangle: row 1, column 1"},
      {"a a a a a", "row 1 has 5 columns, and 4 is the most"},
      {"a/a/a/a/a", "it has 5 rows, and 4 is the most"},
  };
  for (const auto &c : cases) {
    const ParsedAreas parsed = parse_areas (c.text, 4);
    EXPECT_EQ (parsed.problem, c.problem) << c.text;
    EXPECT_TRUE (parsed.areas.areas.empty ()) << c.text;
  }
}

struct Cells {
  int rows, columns;
  std::vector<char> names;  // row by row; '.': none

  char at (int y, int x) const { return names[static_cast<std::size_t> (y * columns + x)]; }
  std::string text () const
  {
    std::string text;
    for (int y = 0; y < rows; y++) {
      if (y > 0) text += "/ ";
      for (int x = 0; x < columns; x++) (text += at (y, x)) += ' ';
    }
    return text;
  }
  // The slow way: a name is a rectangle if it fills the box around it.
  bool is_rectangle (char name) const
  {
    int left = columns, right = -1, top = rows, bottom = -1, count = 0;
    for (int y = 0; y < rows; y++)
      for (int x = 0; x < columns; x++) {
        if (at (y, x) != name) continue;
        count++;
        left = std::min (left, x), right = std::max (right, x);
        top = std::min (top, y), bottom = std::max (bottom, y);
      }
    return count == (right - left + 1) * (bottom - top + 1);
  }
};

// All cells have the names that the areas say, and the areas are in the order of the cells.
void expect_cells (const AreaTemplate &areas, const Cells &cells)
{
  EXPECT_EQ (areas.rows, cells.rows);
  EXPECT_EQ (areas.columns, cells.columns);
  std::vector<char> seen (cells.names.size (), '.');
  int before = -1;
  for (const Area &area : areas.areas) {
    ASSERT_EQ (area.name.size (), 1u);
    ASSERT_GT (area.span.cell, before);
    before = area.span.cell;
    for (int i = 0; i < area.span.row_span; i++)
      for (int k = 0; k < area.span.column_span; k++) {
        const auto at = static_cast<std::size_t> (area.span.cell + i * areas.columns + k);
        ASSERT_LT (at, seen.size ());
        ASSERT_EQ (seen[at], '.') << "two areas";
        seen[at] = area.name[0];
      }
  }
  EXPECT_EQ (seen, cells.names);
}

TEST (Areas, AllSmallTextsAreJudgedAsTheSlowWaySays)
{
  int good = 0, bad = 0;
  for (const Size size : {Size{1, 4}, Size{2, 2}, Size{3, 2}, Size{2, 3}, Size{4, 2}}) {
    const int count = size.width * size.height;
    for (int code = 0; code < 1 << (2 * count); code++) {
      Cells cells = {size.height, size.width, {}};
      for (int i = 0; i < count; i++) cells.names.push_back (".abc"[code >> (2 * i) & 3]);
      bool valid = code != 0;
      for (const char name : {'a', 'b', 'c'})
        valid = valid && (std::count (cells.names.begin (), cells.names.end (), name) == 0 ||
                          cells.is_rectangle (name));
      const ParsedAreas parsed = parse_areas (cells.text (), kMost);
      ASSERT_EQ (parsed.problem.empty (), valid) << cells.text () << ": " << parsed.problem;
      (valid ? good : bad)++;
      if (valid) expect_cells (parsed.areas, cells);
      if (HasFatalFailure ()) return;
    }
  }
  EXPECT_GT (good, 1000);
  EXPECT_GT (bad, 1000);
}

// A rectangle is cut again and again, and each piece gets a name.
TEST (Areas, CutRectanglesAreRead)
{
  std::mt19937 random (7);
  auto below = [&] (int n) { return static_cast<int> (random () % static_cast<unsigned> (n)); };
  for (int n = 0; n < 300; n++) {
    const int rows = 1 + below (8), columns = 1 + below (8);
    std::vector<Rect> pieces = {{0, 0, columns, rows}};
    for (int cuts = below (20); cuts > 0; cuts--) {
      Rect &r = pieces[static_cast<std::size_t> (below (static_cast<int> (pieces.size ())))];
      Rect rest = r;
      if (below (2) != 0 && r.width > 1) {
        r.width = 1 + below (r.width - 1);
        rest.x += r.width, rest.width -= r.width;
      } else if (r.height > 1) {
        r.height = 1 + below (r.height - 1);
        rest.y += r.height, rest.height -= r.height;
      } else {
        continue;
      }
      pieces.push_back (rest);
    }
    Cells cells = {rows, columns,
                   std::vector<char> (static_cast<std::size_t> (rows * columns), '.')};
    for (std::size_t i = 0; i < pieces.size (); i++)
      for (int y = pieces[i].y; y < pieces[i].bottom (); y++)
        for (int x = pieces[i].x; x < pieces[i].right (); x++)
          cells.names[static_cast<std::size_t> (y * columns + x)] = static_cast<char> ('a' + i);
    const ParsedAreas parsed = parse_areas (cells.text (), kMost);
    ASSERT_EQ (parsed.problem, "") << cells.text ();
    expect_cells (parsed.areas, cells);
    EXPECT_EQ (parsed.areas.areas.size (), pieces.size ());
  }
}

TEST (AreasAssigned, ByHand)
{
  const struct {
    std::vector<AreaClaim> claims;
    std::pmr::vector<int> expected;
  } cases[] = {
      {{{}, {}, {}, {}}, {0, 1, 2, -1}},
      {{{.kept = 2}, {}, {.kept = 0}}, {2, 1, 0}},
      // Who asks for an area gets it, and the one that had it moves.
      {{{.kept = 0}, {.area = 0, .kept = 1}}, {1, 0}},
      {{{.kept = 0}, {.kept = 1}, {.kept = 2}, {.area = 0}}, {-1, 1, 2, 0}},
      // The first that asks has it; the next one keeps what it had.
      {{{.area = 1, .kept = 0}, {.area = 1, .kept = 1}}, {1, 0}},
      {{{.area = 1}, {.area = 1, .kept = 2}}, {1, 2}},
      // What does not exist.
      {{{.none = true, .kept = 0}, {.area = 3, .none = true}, {}}, {-1, -1, 0}},
      {{{.kept = 7}, {.area = 0}}, {1, 0}},
  };
  for (const auto &c : cases) EXPECT_EQ (assign_areas (3, c.claims), c.expected);
}

TEST (AreasAssigned, Always)
{
  std::mt19937 random (3);
  auto upto = [&] (int low, int high) {
    return low + static_cast<int> (random () % static_cast<unsigned> (high - low + 1));
  };
  for (int n = 0; n < 3000; n++) {
    const int areas = upto (1, 5);
    std::vector<AreaClaim> claims (static_cast<std::size_t> (upto (0, 7)));
    for (AreaClaim &c : claims) {
      c = {.area = upto (0, 2) == 0 ? upto (0, areas - 1) : -1,
           .none = upto (0, 5) == 0,
           .kept = upto (-1, areas - 1)};
    }
    const auto got = assign_areas (areas, claims);
    ASSERT_EQ (got.size (), claims.size ());
    std::vector<int> shows (static_cast<std::size_t> (areas), 0);
    for (const int area : got)
      if (area >= 0) shows[static_cast<std::size_t> (area)]++;
    ASSERT_LE (*std::max_element (shows.begin (), shows.end ()), 1);
    const bool full = std::count (shows.begin (), shows.end (), 0) == 0;
    std::vector<bool> asked (shows.size (), false);
    for (std::size_t i = 0; i < claims.size (); i++) {
      // A claim for nothing gets nothing. All others are shown if there is a free area.
      ASSERT_TRUE (claims[i].none ? got[i] == -1 : got[i] >= 0 || full);
      if (claims[i].none || claims[i].area < 0) continue;
      const auto area = static_cast<std::size_t> (claims[i].area);
      ASSERT_TRUE (asked[area] || got[i] == claims[i].area) << "the first that asks has it";
      asked[area] = true;
    }
    // Nothing changes if nobody asks for something else.
    for (std::size_t i = 0; i < claims.size (); i++) claims[i].kept = got[i];
    ASSERT_EQ (assign_areas (areas, claims), got);
  }
}

}  // namespace
}  // namespace quad
