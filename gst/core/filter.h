// Filter kernels as integer taps.
#pragma once

#include <cstdint>
#include <vector>

#include "pixel_math.h"

namespace quad {

enum class Filter { area, bilinear, bicubic, lanczos };

// One axis of a resampling. Output sample o is centred at source position
// `first + (skipped + o) * step`, where source sample i covers [i, i + 1). Only the samples
// [lo, hi) are read: what a kernel asks beyond them is taken from the outermost
// one. `step` is negative for a mirrored axis and never 0.
struct Axis {
  double first = 0.5;
  double step = 1;
  int count = 0;
  int lo = 0;
  int hi = 0;
  int skipped = 0;  // outputs before the first that is wanted

  bool operator== (const Axis &) const = default;
};

// For output sample o: sum over k < taps of tap(o)[k] * source[left[o] + k].
// All outputs have the same number of taps; lo <= left and left + taps <= hi.
struct FilterPlan {
  int taps = 0;
  std::vector<std::int32_t> left;
  std::vector<std::int16_t> weight;  // taps per output; unused where `copy`
  bool copy = false;                 // every output is the one sample at left[o]

  int count () const { return static_cast<int> (left.size ()); }
  const std::int16_t *tap (int o) const { return weight.data () + std::size_t (o) * taps; }
};

// The kernel's value at `x` (in units of the wider of source and output
// samples) and the half width beyond which it is zero; `area` has its exact
// coverage in plan_axis and is the unit box here.
//   bicubic: Keys, "Cubic convolution interpolation for digital image
//     processing", IEEE ASSP 29(6), 1981, with a = -1/2 (Catmull-Rom).
//   lanczos: Duchon, "Lanczos filtering in one and two dimensions", J. Appl.
//     Meteor. 18, 1979, with three lobes.
double kernel (Filter filter, double x);
double kernel_radius (Filter filter);

// Builds the taps. Shrinking widens the kernel by |step| (anti-aliasing);
// growing, `area` is `bilinear`. `axis.hi > axis.lo`.
FilterPlan plan_axis (Filter filter, const Axis &axis);

}  // namespace quad
