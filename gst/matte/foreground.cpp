#include "matte/foreground.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace quad::matte {
namespace {

// Of the two passes, on the grid. Theirs are 90 and 6 samples of the whole picture.
constexpr int kFarReach = 12;
constexpr int kNearReach = 1;

// Sums over windows that end at the picture's edges: calls use (x, y, sums) for each position, with
// the sums of what values (x, y) gives. Sums are modulo 2^32.
template <std::size_t N, typename Values, typename Use>
void for_windows (Size size, int reach, const Values &values, const Use &use)
{
  using Sums = std::array<std::uint32_t, N>;
  std::vector<Sums> columns (std::size_t (size.width), Sums{});
  const auto add = [&] (int y, std::uint32_t sign) {
    for (int x = 0; x < size.width; x++) {
      const Sums v = values (x, y);
      for (std::size_t k = 0; k < N; k++) columns[std::size_t (x)][k] += v[k] * sign;
    }
  };
  for (int y = 0; y < std::min (reach, size.height); y++) add (y, 1);
  for (int y = 0; y < size.height; y++) {
    if (y + reach < size.height) add (y + reach, 1);
    if (y - reach > 0) add (y - reach - 1, ~std::uint32_t{0});
    Sums sums = {};
    const auto slide = [&] (int x, std::uint32_t sign) {
      for (std::size_t k = 0; k < N; k++) sums[k] += columns[std::size_t (x)][k] * sign;
    };
    for (int x = 0; x < std::min (reach, size.width); x++) slide (x, 1);
    for (int x = 0; x < size.width; x++) {
      if (x + reach < size.width) slide (x + reach, 1);
      if (x - reach > 0) slide (x - reach - 1, ~std::uint32_t{0});
      use (x, y, sums);
    }
  }
}

// Whether eight samples from `at` on are all 0, or all 255.
bool eight_are_plain (const std::uint8_t *at)
{
  std::uint64_t all;
  std::memcpy (&all, at, sizeof all);
  return all == 0 || all == ~std::uint64_t{0};
}

// Whether the eight columns from `x` on need no work in rows [y, end).
bool is_plain (const AlphaPlane &alpha, int x, int y, int end)
{
  const std::uint8_t first = *alpha.at (x, y);
  for (int row = y; row < end; row++)
    if (*alpha.at (x, row) != first || !eight_are_plain (alpha.at (x, row))) return false;
  return true;
}

float mean (std::uint32_t sum, std::uint32_t weight, std::uint8_t otherwise)
{
  return weight == 0 ? float (otherwise) : static_cast<float> (double (sum) / weight);
}

}  // namespace

void Foreground::prepare (Size mask, Size picture)
{
  if (mask_ == mask && picture_ == picture) return;
  mask_ = mask;
  picture_ = picture;
  columns_.clear ();
  for (int x = 0; x < picture.width; x++)
    columns_.push_back (between (x, picture.width, mask.width));
  alpha_.resize (mask, 1);
  front_levels_.resize (mask, 3);
  back_levels_.resize (mask, 3);
  const std::size_t count = 3 * std::size_t (mask.width) * std::size_t (mask.height);
  front_.assign (count, 0);
  back_.assign (count, 0);
}

// The weighted means of both pictures around each position.
void Foreground::pass (int reach, const SmallPicture &front, const SmallPicture &back)
{
  const std::size_t plane = std::size_t (mask_.width) * std::size_t (mask_.height);
  const auto values = [&] (int x, int y) {
    const std::uint32_t a = alpha_.row (0, y)[x], b = 255 - a;
    return std::array<std::uint32_t, 8>{a,
                                        b,
                                        a * front.row (0, y)[x],
                                        a * front.row (1, y)[x],
                                        a * front.row (2, y)[x],
                                        b * back.row (0, y)[x],
                                        b * back.row (1, y)[x],
                                        b * back.row (2, y)[x]};
  };
  for_windows<8> (mask_, reach, values, [&] (int x, int y, const auto &sums) {
    const std::size_t at = std::size_t (y) * std::size_t (mask_.width) + std::size_t (x);
    for (std::size_t k = 0; k < 3; k++) {
      const auto p = static_cast<int> (k);
      front_[k * plane + at] = mean (sums[2 + k], sums[0], front.row (p, y)[x]);
      back_[k * plane + at] = mean (sums[5 + k], sums[1], back.row (p, y)[x]);
    }
  });
}

void Foreground::estimate (const SmallPicture &guide, const GuidedFilter &lines)
{
  const std::size_t plane = std::size_t (mask_.width) * std::size_t (mask_.height);
  for (int y = 0; y < mask_.height; y++) {
    const Rows<const float> row = lines.lines (y);
    for (int x = 0; x < mask_.width; x++) {
      const float line[kLineParts] = {row.row (0)[x], row.row (1)[x], row.row (2)[x],
                                      row.row (3)[x]};
      alpha_.row (0, y)[x] =
          alpha_of (level_of (line, guide.row (0, y)[x], guide.row (1, y)[x], guide.row (2, y)[x]));
    }
  }
  pass (kFarReach, guide, guide);
  for (int k = 0; k < 3; k++)
    for (int y = 0; y < mask_.height; y++)
      for (int x = 0; x < mask_.width; x++) {
        const std::size_t at =
            std::size_t (k) * plane + std::size_t (y) * std::size_t (mask_.width) + std::size_t (x);
        front_levels_.row (k, y)[x] = static_cast<std::uint8_t> (rintf (
            foreground_of (guide.row (k, y)[x], alpha_.row (0, y)[x], front_[at], back_[at])));
        back_levels_.row (k, y)[x] = static_cast<std::uint8_t> (rintf (back_[at]));
      }
  pass (kNearReach, front_levels_, back_levels_);
}

void Foreground::apply (const FrameView &picture, const Rect &area, const AlphaPlane &alpha,
                        int first, int end) const
{
  const FormatInfo &format = info_of (picture.format);
  const std::size_t width = std::size_t (mask_.width), plane = width * std::size_t (mask_.height);
  for (const RasterInfo &raster : format.raster)
    for (int c = 0; c < raster.channels; c++) {
      const ChannelInfo &channel = raster.channel[std::size_t (c)];
      const int k = channel.component;
      if (k < 0 || k > 2 || !raster.stores (c)) continue;
      const Size sub = channel.sub;
      for (int y = first; y < end; y += sub.height) {
        const Between row = between (y, picture_.height, mask_.height);
        const int below = std::min (row.index + 1, mask_.height - 1);
        for (int x = 0; x < area.width; x += sub.width) {
          const bool begins_eight = x % 8 == 0 && x + 8 <= area.width && alpha.step == 1;
          if (begins_eight && is_plain (alpha, area.x + x, area.y + y,
                                        area.y + std::min (y + sub.height, area.height))) {
            x += 8 - sub.width;
            continue;
          }
          // The mean of the pixels that share the sample.
          int sum = 0, pixels = 0;
          for (int j = y; j < std::min (y + sub.height, area.height); j++)
            for (int i = x; i < std::min (x + sub.width, area.width); i++, pixels++)
              sum += *alpha.at (area.x + i, area.y + j);
          if (sum == 0 || sum == 255 * pixels) continue;
          const Between column = columns_[std::size_t (x)];
          const auto right = std::size_t (std::min (column.index + 1, mask_.width - 1));
          const auto value = [&] (const std::vector<float> &of) {
            const float *upper = &of[std::size_t (k) * plane + std::size_t (row.index) * width];
            const float *lower = &of[std::size_t (k) * plane + std::size_t (below) * width];
            const auto left = std::size_t (column.index);
            return mix (mix (upper[left], lower[left], row.part),
                        mix (upper[right], lower[right], row.part), column.part);
          };
          auto *sample = reinterpret_cast<std::uint8_t *> (
              picture.plane[std::size_t (channel.plane)].row ((area.y + y) / sub.height) +
              channel.offset + std::ptrdiff_t{(area.x + x) / sub.width} * channel.step);
          const float a = static_cast<float> (sum) / static_cast<float> (pixels);
          *sample = static_cast<std::uint8_t> (
              rintf (foreground_of (*sample, a, value (front_), value (back_))));
        }
      }
    }
}

}  // namespace quad::matte
