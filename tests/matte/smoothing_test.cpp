#include "matte/smoothing.h"

#include <gtest/gtest.h>

#include <cmath>

#include "support/picture.h"

namespace quad::test {
namespace {

using namespace matte;

constexpr Size kSize = {48, 32};

// A picture with a disc at `center` before a background, and its mask; both with noise.
struct Shot {
  SmallPicture guide, mask;
  double coverage = 0;  // of the disc's true mask, in levels
};

double disc (int x, int y, double center)
{
  const double distance = std::hypot (x - center, y - 16);
  return std::clamp (9.5 - distance, 0.0, 1.0);
}

Shot shot_of (double center, Random &random, int picture_noise, int mask_noise)
{
  Shot s;
  s.guide.resize (kSize, 3);
  s.mask.resize (kSize, 1);
  const auto around = [&] (double level, int noise) {
    const int off = noise ? random.between (-noise, noise) : 0;
    return static_cast<std::uint8_t> (std::clamp (level + off, 0.0, 255.0));
  };
  for (int y = 0; y < kSize.height; y++)
    for (int x = 0; x < kSize.width; x++) {
      const double in = disc (x, y, center);
      for (int p = 0; p < 3; p++)
        s.guide.row (p, y)[x] = around (60 + 20 * p + in * 90, picture_noise);
      s.mask.row (0, y)[x] = around (255 * in, mask_noise);
    }
  return s;
}

// The root of the mean squared change from one mask to the next.
double change (const SmallPicture &a, const SmallPicture &b)
{
  double sum = 0;
  for (int y = 0; y < kSize.height; y++)
    for (int x = 0; x < kSize.width; x++) {
      const int d = a.row (0, y)[x] - b.row (0, y)[x];
      sum += d * d;
    }
  return std::sqrt (sum / (kSize.width * kSize.height));
}

double error (const SmallPicture &mask, double center)
{
  double sum = 0;
  for (int y = 0; y < kSize.height; y++)
    for (int x = 0; x < kSize.width; x++)
      sum += std::abs (mask.row (0, y)[x] - 255 * disc (x, y, center));
  return sum / (kSize.width * kSize.height);
}

// Keeps masks as a picture's alpha is kept, on the grid itself.
class Keeper {
 public:
  explicit Keeper (double amount) : amount_ (amount) { smoother_.reset (kSize, true); }

  SmallPicture keep (const Shot &s)
  {
    const Rows<const float> weights = smoother_.weigh (s.guide, amount_);
    SmallPicture mask = s.mask;
    for (int y = 0; y < kSize.height; y++)
      for (int x = 0; x < kSize.width; x++) {
        std::uint16_t &kept = kept_[std::size_t (y * kSize.width + x)];
        kept = kept_of (kept, mask.row (0, y)[x], weights.row (y)[x]);
        mask.row (0, y)[x] = alpha_kept (kept);
      }
    return mask;
  }
  void set_amount (double amount) { amount_ = amount; }

 private:
  Smoother smoother_{plain_row_ops ()};
  double amount_;
  std::vector<std::uint16_t> kept_ =
      std::vector<std::uint16_t> (std::size_t (kSize.width * kSize.height), 0);
};

TEST (Smoothing, AStillPictureHasAStillMask)
{
  Random random{1};
  Keeper keeper{0.75};
  SmallPicture last, last_raw;
  double raw = 0, smoothed = 0;
  for (int i = 0; i < 40; i++) {
    const Shot s = shot_of (20, random, 2, 24);
    const SmallPicture now = keeper.keep (s);
    if (i >= 10) {
      raw += change (s.mask, last_raw);
      smoothed += change (now, last);
    }
    last = now;
    last_raw = s.mask;
  }
  EXPECT_LT (smoothed, raw / 3);
}

TEST (Smoothing, AMovingPictureHasNoLag)
{
  for (const double speed : {0.2, 1.0, 4.0}) {
    Random random{2};
    Keeper keeper{0.75};
    double raw = 0, smoothed = 0;
    for (int i = 0; i < 12 / std::max (speed, 0.5); i++) {
      const double center = 14 + i * speed;
      const Shot s = shot_of (center, random, 2, 24);
      raw += error (s.mask, center);
      smoothed += error (keeper.keep (s), center);
    }
    EXPECT_LE (smoothed, raw * 1.05) << speed;
  }
}

TEST (Smoothing, TheFirstMaskAndThoseOfAmount0StayAsTheyAre)
{
  Random random{3};
  Keeper keeper{0};
  for (const double amount : {0.9, 0.0, 0.0}) {
    const Shot s = shot_of (20, random, 9, 90);
    keeper.set_amount (amount);
    EXPECT_EQ (change (keeper.keep (s), s.mask), 0);
  }
}

// What stays the same for long is reached exactly.
TEST (Smoothing, Converges)
{
  Random random{4};
  Keeper keeper{0.9};
  const Shot s = shot_of (20, random, 0, 0);
  Shot other = s;
  std::ranges::fill (other.mask.bytes (), std::uint8_t{255});
  keeper.keep (other);
  double last = -1;
  for (int i = 0; i < 100; i++) last = change (keeper.keep (s), s.mask);
  EXPECT_EQ (last, 0);
}

}  // namespace
}  // namespace quad::test
