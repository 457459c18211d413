// The arithmetic of mattes, callable from device code. Each step rounds by itself: build with
// -ffp-contract=off, or --fmad=false, so that every backend gets the same bytes.
#pragma once

#include <cstdint>
// NVRTC knows the functions without a header.
#ifndef __CUDACC_RTC__
#include <cmath>
#endif

#include "core/pixel_math.h"

namespace quad::matte {

// Lines count in whole units: this is a slope of 1, or an offset of one level of the mask.
inline constexpr double kLineOne = 4096;
inline constexpr double kMostSlope = 128 * kLineOne;

// Levels of 8 bits; epsilon is of values from 0 to 1.
inline constexpr double kLevelsSquared = 255.0 * 255.0;

// Sums over a window, whole numbers: of the guide's three components, of the mask, and of their
// products. `guides` has 00, 01, 02, 11, 12, 22.
template <typename Number>
struct Sums {
  Number guide[3];
  Number mask;
  Number guide_mask[3];
  Number guides[6];
};
inline constexpr int kSums = 13;

// What a sample of the guide and the mask adds to the sums, in the order of the struct.
QUAD_HOST_DEVICE inline void products_of (std::uint32_t a, std::uint32_t b, std::uint32_t c,
                                          std::uint32_t m, std::uint32_t products[kSums])
{
  const std::uint32_t all[kSums] = {a,     b,     c,     m,     a * m, b * m, c * m,
                                    a * a, a * b, a * c, b * b, b * c, c * c};
  for (int k = 0; k < kSums; k++) products[k] = all[k];
}

QUAD_HOST_DEVICE inline Sums<double> sums_of (const std::uint32_t s[kSums])
{
  Sums<double> sums;
  for (int k = 0; k < 3; k++) sums.guide[k] = s[k];
  sums.mask = s[3];
  for (int k = 0; k < 3; k++) sums.guide_mask[k] = s[4 + k];
  for (int k = 0; k < 6; k++) sums.guides[k] = s[7 + k];
  return sums;
}

// mask = slope[0] * guide[0] + slope[1] * guide[1] + slope[2] * guide[2] + offset, in units of
// 1 / kLineOne: whole numbers.
template <typename Number>
struct Line {
  Number slope[3];
  Number offset;
};
inline constexpr int kLineParts = 4;

// The operations that a LineFit is written in, for one number.
struct Scalar {
  using Number = double;
  QUAD_HOST_DEVICE static double set (double v) { return v; }
  QUAD_HOST_DEVICE static double add (double a, double b) { return a + b; }
  QUAD_HOST_DEVICE static double sub (double a, double b) { return a - b; }
  QUAD_HOST_DEVICE static double mul (double a, double b) { return a * b; }
  QUAD_HOST_DEVICE static double div (double a, double b) { return a / b; }
  QUAD_HOST_DEVICE static double round (double v) { return rint (v); }
  QUAD_HOST_DEVICE static double clamp (double v, double most)
  {
    return v < -most ? -most : v > most ? most : v;
  }
};

#include "matte/line-inl.h"

// The number of positions within `reach` of `x`, of `count`.
QUAD_HOST_DEVICE inline int window_of (int x, int reach, int count)
{
  const int first = x < reach ? 0 : x - reach, last = x + reach < count ? x + reach : count - 1;
  return last - first + 1;
}

// A part of the mean line of `n` windows, in levels, from the sum of theirs.
QUAD_HOST_DEVICE inline float mean_of (double sum, double n)
{
  return static_cast<float> (sum / (n * kLineOne));
}

// Where position `x` of `wide` lies among `narrow` positions: between `index` and the next one, at
// `part`. Both sides' outer edges meet; beyond the outer centres the outer position holds.
struct Between {
  int index;
  float part;
};

QUAD_HOST_DEVICE inline Between between (int x, int wide, int narrow)
{
  const std::int64_t at = (2 * std::int64_t{x} + 1) * narrow - wide, unit = 2 * std::int64_t{wide};
  if (at <= 0) return {0, 0};
  const std::int64_t index = at / unit;
  if (index >= narrow - 1) return {narrow - 1, 0};
  return {static_cast<int> (index),
          static_cast<float> (at - index * unit) / static_cast<float> (unit)};
}

QUAD_HOST_DEVICE inline float mix (float a, float b, float part) { return a + (b - a) * part; }

// The alpha that a mean line, in levels, gives for a sample of the guide: 0 to 255.
QUAD_HOST_DEVICE inline float level_of (const float line[kLineParts], float a, float b, float c)
{
  const float v = ((line[3] + line[0] * a) + line[1] * b) + line[2] * c;
  return v < 0 ? 0 : v > 255 ? 255 : v;
}

QUAD_HOST_DEVICE inline std::uint8_t alpha_of (float level)
{
  return static_cast<std::uint8_t> (rintf (level));
}

// What is kept of alpha from picture to picture, in 1 / kKeptOne levels: moved towards `level` by
// `weight`, 0 to 1.
inline constexpr int kKeptOne = 256;

QUAD_HOST_DEVICE inline std::uint16_t kept_of (std::uint16_t kept, float level, float weight)
{
  const float old = kept;
  return static_cast<std::uint16_t> (rintf (old + (level * kKeptOne - old) * weight));
}

// A mean change of a position's surroundings, in levels summed over the three components: up to
// kStill it is noise, from kMoving on it is movement.
inline constexpr int kStill = 5;
inline constexpr int kMoving = 15;
inline constexpr int kChangeReach = 2;   // of the surroundings: 5 by 5 positions
inline constexpr int kMostChange = 255;  // of a position

// The weight of what is new, where changes have the sum `change`. `still` is that of a position
// where nothing moves.
QUAD_HOST_DEVICE inline float weight_of (int change, float still)
{
  constexpr int kWindow = (2 * kChangeReach + 1) * (2 * kChangeReach + 1);
  constexpr int kRange = (kMoving - kStill) * kWindow;
  const int over = change - kStill * kWindow;
  const int part = over < 0 ? 0 : over > kRange ? kRange : over;
  return still + (1 - still) * (static_cast<float> (part) * (1.0f / kRange));
}

QUAD_HOST_DEVICE inline std::uint8_t alpha_kept (std::uint16_t kept)
{
  return static_cast<std::uint8_t> ((kept + kKeptOne / 2) / kKeptOne);
}

// The operations that a Blend is written in, for one number.
struct ScalarLevel {
  using Number = float;
  QUAD_HOST_DEVICE static float set (float v) { return v; }
  QUAD_HOST_DEVICE static float add (float a, float b) { return a + b; }
  QUAD_HOST_DEVICE static float sub (float a, float b) { return a - b; }
  QUAD_HOST_DEVICE static float mul (float a, float b) { return a * b; }
  QUAD_HOST_DEVICE static float div (float a, float b) { return a / b; }
  QUAD_HOST_DEVICE static float clamp (float v, float most)
  {
    return v < 0 ? 0 : v > most ? most : v;
  }
};

#include "matte/blend-inl.h"

QUAD_HOST_DEVICE inline float foreground_of (float level, float a, float front, float back)
{
  return Blend<ScalarLevel>::foreground (level, a, front, back);
}

}  // namespace quad::matte
