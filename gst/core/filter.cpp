#include "filter.h"

#include <algorithm>
#include <cmath>
#include <span>

namespace quad {
namespace {

using Weights = AxisWork::Weights;

// The share of [lo, hi) that lies in the sample [i, i + 1).
double coverage (double lo, double hi, int i)
{
  return std::max (0.0, std::min (hi, i + 1.0) - std::max (lo, double (i)));
}

// The one sample at `centre`.
Weights sample_at (double centre, int lo, int hi, std::vector<double> &all)
{
  all.push_back (1);
  return {std::clamp (static_cast<int> (std::floor (centre)), lo, hi - 1), all.size () - 1, 1};
}

// Adds the weights of one output sample to `all`, edges folded in.
Weights weights_at (const filter::Kernel &kernel, double centre, double widen, int lo, int hi,
                    std::vector<double> &all)
{
  const bool box = kernel.covers_when_shrinking && widen > 1;
  const double radius = (box ? 0.5 : kernel.support) * widen;
  // A little shorter, so that a kernel that ends on a sample's edge leaves that sample out.
  const double begin = centre - radius + 1e-9, end = centre + radius - 1e-9;
  const int from = static_cast<int> (std::floor (box ? begin : begin + 0.5));
  const int to = static_cast<int> (std::floor (box ? end : end - 0.5));

  Weights r = {std::clamp (from, lo, hi - 1), all.size (), 0};
  const int last = std::clamp (to, lo, hi - 1);
  r.count = last - r.left + 1;
  all.resize (r.begin + std::size_t (r.count), 0.0);
  double *const w = all.data () + r.begin;
  double sum = 0;
  for (int i = from; i <= to; i++) {
    const double one = box ? coverage (begin, end, i) : kernel.at ((i + 0.5 - centre) / widen);
    w[std::clamp (i, r.left, last) - r.left] += one;
    sum += one;
  }
  for (int k = 0; k < r.count; k++) w[k] /= sum;
  return r;
}

// Drops ends that round to nothing: an output on a source sample has one tap.
void drop_ends (Weights &row, const std::vector<double> &all)
{
  auto nothing = [&] (std::size_t at) { return std::abs (all[at]) * kTapOne < 1e-3; };
  while (row.count > 1 && nothing (row.begin + std::size_t (row.count) - 1)) row.count--;
  while (row.count > 1 && nothing (row.begin)) {
    row.begin++;
    row.left++;
    row.count--;
  }
}

// Whether each output lies on a source sample. Nothing is resampled then. A kernel that does not
// interpolate, as mitchell, would blur a picture that nobody scales.
bool lies_on_samples (const Axis &axis)
{
  return std::abs (axis.step) == 1 && axis.first == std::floor (axis.first) + 0.5;
}

// Rounds the running total, which is then off by at most half a unit; the sum is exactly kTapOne.
// If each tap was rounded by itself, one sample would get the sum of all errors. The weights begin
// `skipped` taps after `out`; the other taps are 0.
void quantise (std::span<const double> w, int skipped, std::span<std::int16_t> out)
{
  double total = 0;
  long given = 0;
  const auto from = static_cast<std::size_t> (skipped);
  for (std::size_t k = 0; k < out.size (); k++) {
    if (k >= from && k - from < w.size ()) total += w[k - from] * kTapOne;
    const long upto = k + 1 == out.size () ? kTapOne : std::lround (total);
    out[k] = static_cast<std::int16_t> (upto - given);
    given = upto;
  }
}

}  // namespace

std::pair<int, int> FilterView::reads (int from, int count) const
{
  const auto begin = left.begin () + from;
  const auto [least, most] = std::minmax_element (begin, begin + count);
  return {*least, *most + taps};
}

FilterView FilterView::part (int from, int count) const
{
  const auto first = std::size_t (from), outputs = std::size_t (count);
  return {taps, left.subspan (first, outputs),
          weight.subspan (first * std::size_t (taps), outputs * std::size_t (taps)), copy};
}

bool FilterView::ascends (int step) const
{
  for (std::size_t o = 1; o < left.size (); o++)
    if (left[o] != left[o - 1] + step) return false;
  return true;
}

bool FilterView::halves () const
{
  return taps == 2 && ascends (2) &&
         std::all_of (weight.begin (), weight.end (),
                      [] (std::int16_t w) { return w == kTapOne / 2; });
}

void AxisWork::reserve (int longest, FilterPlan &plan)
{
  double support = 0;
  for (const filter::Kernel &k : filter::kernels ()) support = std::max (support, k.support);
  // An output has at most 2 * support * widen + 1 taps, and all of them are `widen` times as wide
  // as the source's samples, so `outputs * widen` is not more than those. And two for rounding.
  const auto outputs = static_cast<std::size_t> (longest);
  const auto taps = static_cast<std::size_t> (2 * support + 3);
  rows.reserve (outputs);
  all.reserve (outputs * taps);
  plan.left.reserve (outputs);
  plan.weight.reserve (outputs * taps);
}

void plan_axis (Filter filter, const Axis &axis, FilterPlan &plan, AxisWork &work)
{
  const filter::Kernel &kernel = filter::kernel_of (filter);
  const double widen = std::max (1.0, std::abs (axis.step));
  const bool copies = lies_on_samples (axis);
  auto &[rows, all] = work;
  rows.resize (static_cast<std::size_t> (axis.count));
  all.clear ();
  plan.taps = 0;
  plan.copy = true;
  for (int o = 0; o < axis.count; o++) {
    Weights &row = rows[std::size_t (o)];
    const double centre = axis.first + (axis.skipped + o) * axis.step;
    row = copies ? sample_at (centre, axis.lo, axis.hi, all)
                 : weights_at (kernel, centre, widen, axis.lo, axis.hi, all);
    if (o == 0) all.reserve (std::size_t (row.count + 2) * rows.size ());
    drop_ends (row, all);
    plan.copy = plan.copy && row.count == 1;
    plan.taps = std::max (plan.taps, row.count);
  }

  const auto taps = static_cast<std::size_t> (plan.taps);
  plan.weight.resize (rows.size () * taps);
  plan.left.clear ();
  plan.left.reserve (rows.size ());
  for (std::size_t o = 0; o < rows.size (); o++) {
    const Weights &row = rows[o];
    const int left = std::min (row.left, axis.hi - plan.taps);
    plan.left.push_back (left);
    quantise (std::span (all).subspan (row.begin, std::size_t (row.count)), row.left - left,
              std::span (plan.weight).subspan (o * taps, taps));
  }
}

FilterPlan plan_axis (Filter filter, const Axis &axis)
{
  FilterPlan plan;
  AxisWork work;
  plan_axis (filter, axis, plan, work);
  return plan;
}

}  // namespace quad
