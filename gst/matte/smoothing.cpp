#include "matte/smoothing.h"

#include <algorithm>
#include <cstdlib>

namespace quad::matte {
namespace {

// A mean change of a position's surroundings, in levels summed over the three components: up to
// kStill it is noise, from kMoving on it is movement.
constexpr int kStill = 5;
constexpr int kMoving = 15;
constexpr int kReach = 2;  // of the surroundings: 5 by 5 positions
constexpr int kWindow = (2 * kReach + 1) * (2 * kReach + 1);
constexpr int kMostChange = 255;  // of a position

constexpr int kOne = 256;  // of weights, and of the levels that are kept

// The weight of what is new. `still` is that of a position where nothing moves.
int weight_of (int change, int still)
{
  const int over = std::clamp (change - kStill * kWindow, 0, (kMoving - kStill) * kWindow);
  return still + (kOne - still) * over / ((kMoving - kStill) * kWindow);
}

// `kept` moved towards `level` by `weight`, rounded to the nearest.
std::uint16_t toward (int kept, int level, int weight)
{
  return static_cast<std::uint16_t> (kept + (((level * kOne - kept) * weight + kOne / 2) >> 8));
}

}  // namespace

void Smoother::reset (Size size, bool rgb)
{
  size_ = size;
  // What is brighter is so in three planes, or in one.
  first_counts_ = rgb ? 1 : 3;
  first_ = true;
  const std::size_t count = std::size_t (size.width) * std::size_t (size.height);
  guide_.assign (3 * count, 0);
  change_.assign (count, 0);
  row_sums_.assign (count, 0);
  weights_.assign (padded (size.width) * std::size_t (size.height), 0);
}

// Sets change_ to the sum over each position's surroundings. Outside of the picture nothing
// changes.
void Smoother::measure (const SmallPicture &guide)
{
  const int width = size_.width, height = size_.height;
  const std::size_t count = change_.size ();
  for (int y = 0; y < height; y++) {
    std::uint16_t *change = change_.data () + std::size_t (y) * std::size_t (width);
    const std::uint16_t *kept = guide_.data () + std::size_t (y) * std::size_t (width);
    const std::uint8_t *a = guide.row (0, y), *b = guide.row (1, y), *c = guide.row (2, y);
    for (int x = 0; x < width; x++) {
      const auto off = [&] (int level, std::size_t plane) {
        return std::abs (level * kOne - kept[plane * count + std::size_t (x)]);
      };
      const int sum = (first_counts_ * off (a[x], 0) + off (b[x], 1) + off (c[x], 2)) >> 8;
      change[x] = static_cast<std::uint16_t> (std::min (sum, kMostChange));
    }
    std::uint16_t *sums = row_sums_.data () + std::size_t (y) * std::size_t (width);
    for (int x = 0; x < width; x++) {
      int sum = 0;
      for (int i = std::max (0, x - kReach); i <= std::min (width - 1, x + kReach); i++)
        sum += change[i];
      sums[x] = static_cast<std::uint16_t> (sum);
    }
  }
  for (int y = 0; y < height; y++) {
    std::uint16_t *change = change_.data () + std::size_t (y) * std::size_t (width);
    std::fill_n (change, width, std::uint16_t{0});
    for (int j = std::max (0, y - kReach); j <= std::min (height - 1, y + kReach); j++) {
      const std::uint16_t *sums = row_sums_.data () + std::size_t (j) * std::size_t (width);
      for (int x = 0; x < width; x++) change[x] = static_cast<std::uint16_t> (change[x] + sums[x]);
    }
  }
}

void Smoother::follow (const SmallPicture &guide, int still)
{
  const std::size_t count = change_.size ();
  std::size_t at = 0;
  for (int y = 0; y < size_.height; y++) {
    float *weights = weights_.data () + std::size_t (y) * padded (size_.width);
    for (int x = 0; x < size_.width; x++, at++) {
      const int weight = first_ ? kOne : weight_of (change_[at], still);
      weights[x] = static_cast<float> (weight) / kOne;
      for (int k = 0; k < 3; k++) {
        std::uint16_t &kept = guide_[std::size_t (k) * count + at];
        kept = toward (kept, guide.row (k, y)[x], weight);
      }
    }
  }
}

Rows<const float> Smoother::weigh (const SmallPicture &guide, double amount)
{
  if (!first_) measure (guide);
  follow (guide, kOne - static_cast<int> (amount * kOne + 0.5));
  first_ = false;
  return {weights_.data (), padded (size_.width)};
}

}  // namespace quad::matte
