// Filter kernels as integer taps.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "kernel.h"
#include "pixel_math.h"

namespace quad {

// One axis of a resampling. Source sample i covers [i, i + 1). Output sample o is centred at
// source position `first + (skipped + o) * step`; `step` is negative for a mirrored axis and
// never 0. Positions outside [lo, hi) are clamped to the edge sample.
struct Axis {
  double first = 0.5;
  double step = 1;
  int count = 0;
  int lo = 0;
  int hi = 0;
  int skipped = 0;  // outputs before the first that is wanted

  bool operator== (const Axis &) const = default;
};

// Output sample o is the sum over k < taps of tap(o)[k] * source[left[o] + k].
// All outputs have the same number of taps; lo <= left and left + taps <= hi.
// The lists belong to someone else.
struct FilterView {
  int taps = 0;
  std::span<const std::int32_t> left;
  std::span<const std::int16_t> weight;  // taps per output; unused where `copy`
  bool copy = false;                     // every output is the one sample at left[o]

  int count () const { return static_cast<int> (left.size ()); }
  const std::int16_t *tap (int o) const { return weight.data () + std::size_t (o) * taps; }
  // The source samples [first, second) that outputs [from, from + count) read; count > 0.
  std::pair<int, int> reads (int from, int count) const;
  // Outputs [from, from + count) as a plan of their own.
  FilterView part (int from, int count) const;
  // Whether each output begins `step` samples after the one before.
  bool ascends (int step) const;
  // Whether each output is the mean of a pair of samples: exactly 2:1, not mirrored.
  bool halves () const;
};

// The same with its lists.
struct FilterPlan {
  int taps = 0;
  std::vector<std::int32_t> left;
  std::vector<std::int16_t> weight;
  bool copy = false;

  FilterView view () const { return {taps, left, weight, copy}; }
  // NOLINTNEXTLINE(google-explicit-constructor): nothing is lost
  operator FilterView () const { return view (); }

  int count () const { return view ().count (); }
  const std::int16_t *tap (int o) const { return view ().tap (o); }
};

// What plan_axis () works with. Who keeps it makes further plans without an allocation.
struct AxisWork {
  // The real-valued weights of one output sample: a part of `all`.
  struct Weights {
    int left = 0;           // the source sample of the first
    std::size_t begin = 0;  // in `all`
    int count = 0;
  };
  std::vector<Weights> rows;  // one per output
  std::vector<double> all;

  // Allocates what axes of up to `longest` samples, and as many outputs, need. So does `plan`.
  void reserve (int longest, FilterPlan &plan);
};

// Builds the taps. A kernel is widened by |step| where the axis shrinks, which prevents aliasing.
// Outputs that all lie on source samples at |step| 1 are copies, whatever the kernel.
// Needs axis.hi > axis.lo.
FilterPlan plan_axis (Filter filter, const Axis &axis);
// The same in lists that are kept.
void plan_axis (Filter filter, const Axis &axis, FilterPlan &plan, AxisWork &work);

}  // namespace quad
