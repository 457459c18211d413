#include "core/line_weights.h"

#include <gtest/gtest.h>

#include <random>

#include "core/layout.h"

namespace quad {
namespace {

LineWeights weights (const std::string &text)
{
  const ParsedWeights parsed = parse_weights (text, 128);
  EXPECT_EQ (parsed.problem, "") << text;
  return parsed.weights;
}

TEST (Weights, AreRead)
{
  EXPECT_EQ (weights ("2 1 0.5"), LineWeights ({2000000, 1000000, 500000}));
  EXPECT_EQ (weights ("\t2\n1.  .5 "), weights ("2 1 0.5"));
  EXPECT_EQ (weights ("0.000001 10000"), LineWeights ({1, LineWeights::kMost}));
  EXPECT_EQ (weights ("0.3333333"), LineWeights ({333333}));
  EXPECT_EQ (weights (" "), LineWeights ());
  EXPECT_EQ (weights ("3").size (), 1);
  EXPECT_FALSE (weights ("1 1") == weights ("1"));
}

TEST (Weights, WhatIsWrongIsNamed)
{
  for (const char *word : {"0", "-1", "nan", "inf", "1e3", "2,5", "1/2", "x", "0.0000001", "10001",
                           "+1", "0x10", "1fr", "1e999"}) {
    const ParsedWeights parsed = parse_weights (std::string ("1 ") + word + " 3", 128);
    EXPECT_EQ (parsed.problem, std::string ("weight 2 is \"") + word +
                                   "\", which is no decimal number from 0.000001 to 10000");
    EXPECT_EQ (parsed.weights, LineWeights ());
  }
  EXPECT_EQ (parse_weights ("1 1 1", 2).problem, "it has 3 weights, and 2 is the most");
}

TEST (Weights, ShareWhatGapsAndMarginsLeave)
{
  const Grid grid = {.rows = 2,
                     .columns = 3,
                     .gap = 8,
                     .margin = 10,
                     .row_weights = weights ("3"),  // the second has 1
                     .column_weights = weights ("2 1 1")};
  // 400 by 200 without gaps and margins.
  const Size canvas = {436, 228};
  EXPECT_EQ (cell_rect (grid, canvas, {2, 2}, {0}), (Rect{10, 10, 200, 150}));
  EXPECT_EQ (cell_rect (grid, canvas, {2, 2}, {1}), (Rect{218, 10, 100, 150}));
  EXPECT_EQ (cell_rect (grid, canvas, {2, 2}, {5}), (Rect{326, 168, 100, 50}));
  EXPECT_EQ (cell_rect (grid, canvas, {2, 2}, {1, 2, 2}), (Rect{218, 10, 208, 208}));
}

TEST (Weights, EqualOnesAreAsNone)
{
  for (const char *text : {"1", "1 1 1", "7 7 7 7 7 7 7", "0.1 0.1 0.1 0.1 0.1 0.1 0.1"})
    for (const int gap : {0, 3})
      for (int columns = 1; columns <= (text[0] == '1' ? 9 : 7); columns++)
        for (int width = 90; width < 140; width++) {
          const Grid plain = {.rows = 1, .columns = columns, .gap = gap, .margin = 5};
          Grid weighted = plain;
          weighted.column_weights = weights (text);
          for (int i = 0; i < columns; i++)
            ASSERT_EQ (cell_rect (weighted, {width, 40}, {2, 2}, {i}),
                       cell_rect (plain, {width, 40}, {2, 2}, {i}))
                << text << " " << columns << " " << width;
        }
}

// Each edge lies where exact arithmetic puts it, rounded down; cells cover the canvas but for gaps.
TEST (Weights, EdgesAreExact)
{
  std::mt19937 random (11);
  for (int n = 0; n < 2000; n++) {
    const int columns = 1 + static_cast<int> (random () % 12);
    const int gap = static_cast<int> (random () % 4), margin = static_cast<int> (random () % 6);
    const int width = 200 + static_cast<int> (random () % 3000);
    std::vector<std::int64_t> list;
    for (int i = 0; i < columns; i++)
      list.push_back (1 + static_cast<std::int64_t> (random () % LineWeights::kMost));
    const Grid grid = {.rows = 1,
                       .columns = columns,
                       .gap = gap,
                       .margin = margin,
                       .column_weights = LineWeights (list)};
    const int room = width - 2 * margin - gap * (columns - 1);
    __extension__ using Wide = __int128;
    Wide total = 0, before = 0;
    for (const std::int64_t w : list) total += w;
    int right = margin - gap;
    for (int i = 0; i < columns; i++) {
      const int begin = margin + i * gap + static_cast<int> (before * room / total);
      before += list[static_cast<std::size_t> (i)];
      const int end = margin + i * gap + static_cast<int> (before * room / total);
      const Rect r = cell_rect (grid, {width, 40}, {1, 1}, {i});
      if (begin == end) {
        ASSERT_TRUE (r.empty ());
        right += gap;
        continue;
      }
      ASSERT_EQ (r.x, begin);
      ASSERT_EQ (r.right (), end);
      ASSERT_EQ (r.x - right, gap);
      right = r.right ();
    }
    ASSERT_EQ (right, width - margin);
  }
}

// The largest numbers that can be set.
TEST (Weights, DoNotOverflow)
{
  const std::vector<std::int64_t> most (128, LineWeights::kMost);
  const Grid grid = {.rows = 1, .columns = 128, .column_weights = LineWeights (most)};
  EXPECT_EQ (cell_rect (grid, {16384, 16}, {1, 1}, {127}), (Rect{16256, 0, 128, 16}));
}

TEST (Weights, DoNotChangeTheCanvas)
{
  Grid grid = {.rows = 2, .columns = 3, .gap = 8, .margin = 10};
  grid.column_weights = weights ("9 1 1");
  EXPECT_EQ (canvas_for (grid, {100, 100}), (Size{336, 228}));
}

}  // namespace
}  // namespace quad
