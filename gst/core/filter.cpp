#include "filter.h"

#include <algorithm>
#include <cmath>

namespace quad {
namespace {

// The share of [lo, hi) that lies in the sample [i, i + 1).
double coverage (double lo, double hi, int i)
{
  return std::max (0.0, std::min (hi, i + 1.0) - std::max (lo, double (i)));
}

struct Weights {
  int left = 0;
  std::vector<double> w;
};

// The one sample at `centre`.
Weights sample_at (double centre, int lo, int hi)
{
  return {std::clamp (static_cast<int> (std::floor (centre)), lo, hi - 1), {1.0}};
}

// The real-valued weights of one output sample, edges folded in.
Weights weights_at (const filter::Kernel &kernel, double centre, double widen, int lo, int hi)
{
  const bool box = kernel.covers_when_shrinking && widen > 1;
  const double radius = (box ? 0.5 : kernel.support) * widen;
  // A little shorter, so that a kernel that ends on a sample's edge leaves that sample out.
  const double begin = centre - radius + 1e-9, end = centre + radius - 1e-9;
  const int from = static_cast<int> (std::floor (box ? begin : begin + 0.5));
  const int to = static_cast<int> (std::floor (box ? end : end - 0.5));

  Weights r;
  r.left = std::clamp (from, lo, hi - 1);
  const int last = std::clamp (to, lo, hi - 1);
  r.w.assign (std::size_t (last - r.left + 1), 0.0);
  double sum = 0;
  for (int i = from; i <= to; i++) {
    const double w = box ? coverage (begin, end, i) : kernel.at ((i + 0.5 - centre) / widen);
    r.w[std::size_t (std::clamp (i, r.left, last) - r.left)] += w;
    sum += w;
  }
  for (double &w : r.w) w /= sum;
  return r;
}

// Whether each output lies on a source sample. Nothing is resampled then. A kernel that does not
// interpolate, as mitchell, would blur a picture that nobody scales.
bool lies_on_samples (const Axis &axis)
{
  return std::abs (axis.step) == 1 && axis.first == std::floor (axis.first) + 0.5;
}

// Rounds the running total, which is then off by at most half a unit; the sum is exactly kTapOne.
// If each tap was rounded by itself, one sample would get the sum of all errors.
void quantise (const std::vector<double> &w, std::int16_t *out)
{
  double total = 0;
  long given = 0;
  for (std::size_t k = 0; k < w.size (); k++) {
    total += w[k] * kTapOne;
    const long upto = k + 1 == w.size () ? kTapOne : std::lround (total);
    out[k] = static_cast<std::int16_t> (upto - given);
    given = upto;
  }
}

}  // namespace

std::pair<int, int> FilterPlan::reads (int from, int count) const
{
  const auto begin = left.begin () + from;
  const auto [least, most] = std::minmax_element (begin, begin + count);
  return {*least, *most + taps};
}

FilterPlan FilterPlan::part (int from, int count) const
{
  const auto first = left.begin () + from;
  const auto tap = weight.begin () + std::ptrdiff_t{from} * taps;
  return {taps, {first, first + count}, {tap, tap + std::ptrdiff_t{count} * taps}, copy};
}

bool FilterPlan::ascends (int step) const
{
  for (std::size_t o = 1; o < left.size (); o++)
    if (left[o] != left[o - 1] + step) return false;
  return true;
}

bool FilterPlan::halves () const
{
  return taps == 2 && ascends (2) &&
         std::all_of (weight.begin (), weight.end (),
                      [] (std::int16_t w) { return w == kTapOne / 2; });
}

FilterPlan plan_axis (Filter filter, const Axis &axis)
{
  const filter::Kernel &kernel = filter::kernel_of (filter);
  const double widen = std::max (1.0, std::abs (axis.step));
  const bool copies = lies_on_samples (axis);
  std::vector<Weights> rows (static_cast<std::size_t> (axis.count));
  FilterPlan plan;
  plan.copy = true;
  for (int o = 0; o < axis.count; o++) {
    Weights &row = rows[std::size_t (o)];
    const double centre = axis.first + (axis.skipped + o) * axis.step;
    row = copies ? sample_at (centre, axis.lo, axis.hi)
                 : weights_at (kernel, centre, widen, axis.lo, axis.hi);
    // Drop ends that round to nothing: an output on a source sample has one tap.
    auto nothing = [] (double w) { return std::abs (w) * kTapOne < 1e-3; };
    while (row.w.size () > 1 && nothing (row.w.back ())) row.w.pop_back ();
    while (row.w.size () > 1 && nothing (row.w.front ())) {
      row.w.erase (row.w.begin ());
      row.left++;
    }
    plan.copy = plan.copy && row.w.size () == 1;
    plan.taps = std::max (plan.taps, static_cast<int> (row.w.size ()));
  }

  plan.weight.resize (std::size_t (axis.count) * plan.taps);
  plan.left.reserve (std::size_t (axis.count));
  for (std::size_t o = 0; o < rows.size (); o++) {
    Weights &row = rows[o];
    const int left = std::min (row.left, axis.hi - plan.taps);
    row.w.insert (row.w.begin (), std::size_t (row.left - left), 0.0);
    row.w.resize (std::size_t (plan.taps), 0.0);
    plan.left.push_back (left);
    quantise (row.w, plan.weight.data () + o * plan.taps);
  }
  return plan;
}

}  // namespace quad
