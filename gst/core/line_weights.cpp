#include "line_weights.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>
#include <optional>
#include <utility>

#include "words.h"

namespace quad {
namespace {

// A number as a weight; none if it is no number, or out of range.
std::optional<std::int64_t> weight_of (std::string_view word)
{
  double value = 0;
  const char *end = word.data () + word.size ();
  const auto read = std::from_chars (word.data (), end, value, std::chars_format::fixed);
  if (read.ec != std::errc{} || read.ptr != end || !std::isfinite (value)) return std::nullopt;
  const double millionths = std::round (value * double (LineWeights::kOne));
  if (!(millionths >= 1 && millionths <= double (LineWeights::kMost))) return std::nullopt;
  return static_cast<std::int64_t> (millionths);
}

}  // namespace

LineWeights::LineWeights (std::vector<std::int64_t> millionths)
{
  if (!millionths.empty ())
    list_ = std::make_shared<const std::vector<std::int64_t>> (std::move (millionths));
}

bool LineWeights::operator== (const LineWeights &other) const
{
  return list_ == other.list_ || (list_ && other.list_ && *list_ == *other.list_);
}

int LineWeights::size () const { return list_ ? static_cast<int> (list_->size ()) : 0; }

std::int64_t LineWeights::sum (int lines) const
{
  const int given = std::min (lines, size ());
  const std::int64_t rest = (lines - given) * kOne;
  return given > 0 ? std::accumulate (list_->begin (), list_->begin () + given, rest) : rest;
}

ParsedWeights parse_weights (std::string_view text, int most)
{
  std::vector<std::int64_t> weights;
  for (const std::string_view word : words_of (text)) {
    const auto weight = weight_of (word);
    if (!weight)
      return {{},
              "weight " + std::to_string (weights.size () + 1) + " is \"" + std::string (word) +
                  "\", which is no decimal number from 0.000001 to 10000"};
    weights.push_back (*weight);
  }
  if (weights.size () > static_cast<std::size_t> (most))
    return {{},
            "it has " + std::to_string (weights.size ()) + " weights, and " +
                std::to_string (most) + " is the most"};
  return {LineWeights (std::move (weights)), {}};
}

}  // namespace quad
