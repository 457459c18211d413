#include "gif/dither.h"

#include <algorithm>
#include <array>

namespace quad::gif {
namespace {

// In units of distance (). A pixel is not mixed if its nearest colour is nearer than kMet, nor with
// a colour that is further from that than kFarApart.
constexpr std::uint32_t kMet = 16, kFarApart = 1000;

constexpr int kSide = 8;

// The thresholds of the pattern, in (0, 1).
constexpr std::array<std::array<float, kSide>, kSide> kPattern = [] {
  std::array<std::array<float, kSide>, kSide> pattern{};
  for (std::size_t y = 0; y < kSide; y++)
    for (std::size_t x = 0; x < kSide; x++) {
      std::size_t rank = 0;
      for (std::size_t bit = 0; bit < 3; bit++) {
        const std::size_t xb = x >> bit & 1, yb = y >> bit & 1;
        rank |= ((xb ^ yb) << 1 | yb) << 2 * (2 - bit);
      }
      pattern[y][x] = (static_cast<float> (rank) + 0.5f) / (kSide * kSide);
    }
  return pattern;
}();

Rgba mirror (Rgba p, Rgba at)
{
  const auto one = [] (int v, int a) { return std::clamp (2 * v - a, 0, 255); };
  return opaque_rgba (one (red (p), red (at)), one (green (p), green (at)),
                      one (blue (p), blue (at)));
}

// How far along the line from `a` to `b` the colour `p` lies, in [0, 1] between them, times
// distance (a, b).
int way (Rgba p, Rgba a, Rgba b)
{
  return kRedWeight * (red (p) - red (a)) * (red (b) - red (a)) +
         kGreenWeight * (green (p) - green (a)) * (green (b) - green (a)) +
         kBlueWeight * (blue (p) - blue (a)) * (blue (b) - blue (a));
}

}  // namespace

Ditherer::Ditherer (FindNearest find_nearest, int width)
    : find_nearest_{find_nearest},
      left_over_ (3 * (static_cast<std::size_t> (width) + 2)),
      next_left_over_ (left_over_.size ())
{
}

void Ditherer::begin_picture (const Palette &palette, Dither dither, double strength)
{
  palette_ = palette;
  dither_ = dither;
  strength_ = static_cast<float> (strength);
  std::fill (found_.begin (), found_.end (), Found{});
  std::fill (left_over_.begin (), left_over_.end (), 0.f);
  std::fill (next_left_over_.begin (), next_left_over_.end (), 0.f);
}

Ditherer::Chosen Ditherer::choose (const RowPixels &row)
{
  const std::size_t count = row.wanted.size ();
  chosen_.resize (count);
  distances_.resize (count);
  find_nearest_ (palette_, row.wanted.data (), count, chosen_.data (), distances_.data ());
  if (dither_ == Dither::ordered) mix (row);
  if (dither_ == Dither::error_diffusion) diffuse (row);
  return {chosen_, distances_};
}

void Ditherer::mix (const RowPixels &row)
{
  open_.clear ();
  mirrored_.clear ();
  for (std::size_t k = 0; k < chosen_.size (); k++) {
    if (distances_[k] < kMet) continue;
    open_.push_back (k);
    mirrored_.push_back (mirror (row.wanted[k], palette_.colors[chosen_[k]]));
  }
  second_.resize (open_.size ());
  second_distances_.resize (open_.size ());
  find_nearest_ (palette_, mirrored_.data (), mirrored_.size (), second_.data (),
                 second_distances_.data ());
  for (std::size_t j = 0; j < open_.size (); j++) {
    const std::size_t k = open_[j];
    const Rgba a = palette_.colors[chosen_[k]], b = palette_.colors[second_[j]];
    const std::uint32_t apart = distance (a, b);
    if (a == b || apart > kFarApart) continue;
    const float threshold = kPattern[static_cast<std::size_t> (row.y % kSide)]
                                    [static_cast<std::size_t> (row.x[k] % kSide)];
    const auto part = static_cast<float> (way (row.wanted[k], a, b)) * strength_;
    if (part > threshold * static_cast<float> (apart)) chosen_[k] = second_[j];
  }
}

std::uint8_t Ditherer::nearest_of (Rgba pixel)
{
  found_.resize (kFound);
  Found &found = found_[pixel * 0x9e3779b1u >> 18];
  if (found.pixel != pixel) {
    std::uint32_t unused;
    find_nearest_ (palette_, &pixel, 1, &found.nearest, &unused);
    found.pixel = pixel;
  }
  return found.nearest;
}

void Ditherer::diffuse (const RowPixels &row)
{
  left_over_.swap (next_left_over_);
  std::fill (next_left_over_.begin (), next_left_over_.end (), 0.f);
  for (std::size_t k = 0; k < chosen_.size (); k++) {
    if (distances_[k] == 0) continue;  // the palette has its colour
    const std::size_t x = 3 * (static_cast<std::size_t> (row.x[k]) + 1);
    const int wanted[3] = {red (row.wanted[k]), green (row.wanted[k]), blue (row.wanted[k])};
    float sum[3];
    int rounded[3];
    for (std::size_t c = 0; c < 3; c++) {
      sum[c] = std::clamp (static_cast<float> (wanted[c]) + left_over_[x + c], 0.f, 255.f);
      rounded[c] = static_cast<int> (sum[c] + 0.5f);
    }
    const Rgba pixel = opaque_rgba (rounded[0], rounded[1], rounded[2]);
    chosen_[k] = nearest_of (pixel);
    const Rgba color = palette_.colors[chosen_[k]];
    const int got[3] = {red (color), green (color), blue (color)};
    for (std::size_t c = 0; c < 3; c++) {
      const float rest = (sum[c] - static_cast<float> (got[c])) * strength_ / 16;
      left_over_[x + 3 + c] += 7 * rest;
      next_left_over_[x - 3 + c] += 3 * rest;
      next_left_over_[x + c] += 5 * rest;
      next_left_over_[x + 3 + c] += rest;
    }
  }
}

}  // namespace quad::gif
