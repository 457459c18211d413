#include "matte/smoothing.h"

#include <algorithm>

namespace quad::matte {

void Smoother::reset (Size size, bool rgb)
{
  size_ = size;
  stride_ = padded (size.width);
  // What is brighter is so in three planes, or in one.
  first_counts_ = rgb ? 1 : 3;
  first_ = true;
  const std::size_t count = stride_ * std::size_t (size.height);
  kept_.assign (3 * count, 0);
  changes_.assign (stride_ + 2 * kChangeReach, 0);
  across_.assign (count, 0);
  sums_.assign (stride_, 0);
  weights_.assign (count, 0);
}

// Row `y` of the three planes.
Rows<std::uint16_t> Smoother::kept (int y)
{
  return {kept_.data () + std::size_t (y) * stride_, stride_ * std::size_t (size_.height)};
}

// Sums what changed in row `y` over each position's neighbours. Outside of the picture nothing
// changes.
void Smoother::measure (const SmallPicture &guide, int y)
{
  const SmallRow now = {{guide.row (0, y), guide.row (1, y), guide.row (2, y)}, nullptr};
  const Rows<std::uint16_t> rows = kept (y);
  std::uint16_t *changes = changes_.data () + kChangeReach;
  ops_->change (now, {rows.data, rows.stride}, first_counts_, size_.width, changes);
  std::fill_n (changes + size_.width, kChangeReach, std::uint16_t{0});
  std::uint16_t *across = across_.data () + std::size_t (y) * stride_;
  for (int x = 0; x < size_.width; x++) {
    int sum = 0;
    for (int i = -kChangeReach; i <= kChangeReach; i++) sum += changes[x + i];
    across[x] = static_cast<std::uint16_t> (sum);
  }
}

void Smoother::add_row (int y, bool away)
{
  if (y < 0 || y >= size_.height) return;
  const std::uint16_t *across = across_.data () + std::size_t (y) * stride_;
  for (std::size_t x = 0; x < stride_; x++)
    sums_[x] = static_cast<std::uint16_t> (away ? sums_[x] - across[x] : sums_[x] + across[x]);
}

Rows<const float> Smoother::weigh (const SmallPicture &guide, double amount)
{
  const auto still = static_cast<float> (1 - amount);
  if (!first_)
    for (int y = 0; y < size_.height; y++) measure (guide, y);
  std::ranges::fill (sums_, std::uint16_t{0});
  for (int y = 0; y < kChangeReach; y++) add_row (y, false);
  for (int y = 0; y < size_.height; y++) {
    add_row (y + kChangeReach, false);
    add_row (y - kChangeReach - 1, true);
    float *weights = weights_.data () + std::size_t (y) * stride_;
    for (std::size_t x = 0; x < stride_; x++) weights[x] = weight_of (sums_[x], first_ ? 1 : still);
    for (int k = 0; k < 3; k++)
      ops_->keep (guide.row (k, y), weights, size_.width, kept (y).row (k));
  }
  first_ = false;
  return {weights_.data (), stride_};
}

}  // namespace quad::matte
