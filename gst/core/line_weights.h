// How rows, or columns, share the length of a grid.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace quad {

// One weight for each line (row or column) from the first on; all lines after the list have weight
// 1. Weights are whole numbers of millionths, so that edges are exact. Copies share one list.
class LineWeights {
 public:
  static constexpr std::int64_t kOne = 1000000;
  // With it, 128 lines and a side of 16384 samples no product overflows.
  static constexpr std::int64_t kMost = 10000 * kOne;

  LineWeights () = default;  // all equal
  // In millionths, each from 1 to kMost.
  explicit LineWeights (std::vector<std::int64_t> millionths);

  bool operator== (const LineWeights &other) const;

  int size () const;  // of the list

  // The sum of the weights of the first `lines` lines, in millionths.
  std::int64_t sum (int lines) const;

 private:
  std::shared_ptr<const std::vector<std::int64_t>> list_;  // null: empty
};

// A list, or what is wrong with its text.
struct ParsedWeights {
  LineWeights weights;
  std::string problem;  // names the place; empty: nothing is wrong
};

// Reads decimal numbers above 0 with white space between, as "2 1 0.5". They are rounded to
// millionths. A text without numbers gives an empty list. At most `most` numbers.
ParsedWeights parse_weights (std::string_view text, int most);

}  // namespace quad
