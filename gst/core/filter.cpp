#include "filter.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace quad {
namespace {

double sinc (double x)
{
  if (std::abs (x) < 1e-9) return 1;
  const double t = std::numbers::pi * x;
  return std::sin (t) / t;
}

// The share of [lo, hi) that lies in the sample [i, i + 1).
double coverage (double lo, double hi, int i)
{
  return std::max (0.0, std::min (hi, i + 1.0) - std::max (lo, double (i)));
}

struct Weights {
  int left = 0;
  std::vector<double> w;
};

// The real-valued weights of one output sample, edges folded in.
Weights weights_at (Filter filter, double centre, double widen, int lo, int hi)
{
  const bool box = filter == Filter::area && widen > 1;
  if (filter == Filter::area && !box) filter = Filter::bilinear;
  const double radius = (box ? 0.5 : kernel_radius (filter)) * widen;
  // A hair inside, so that a kernel ending on a sample's edge leaves it out.
  const double begin = centre - radius + 1e-9, end = centre + radius - 1e-9;
  const int from = static_cast<int> (std::floor (box ? begin : begin + 0.5));
  const int to = static_cast<int> (std::floor (box ? end : end - 0.5));

  Weights r;
  r.left = std::clamp (from, lo, hi - 1);
  const int last = std::clamp (to, lo, hi - 1);
  r.w.assign (std::size_t (last - r.left + 1), 0.0);
  double sum = 0;
  for (int i = from; i <= to; i++) {
    const double w = box ? coverage (begin, end, i) : kernel (filter, (i + 0.5 - centre) / widen);
    r.w[std::size_t (std::clamp (i, r.left, last) - r.left)] += w;
    sum += w;
  }
  for (double &w : r.w) w /= sum;
  return r;
}

// Rounds so that the running total is never off by more than half a unit, and
// the sum exactly kTapOne: over many taps, rounding each by itself and giving
// the rest to one of them would lean on that one sample.
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

double kernel_radius (Filter filter)
{
  switch (filter) {
    case Filter::area: return 0.5;
    case Filter::bilinear: return 1;
    case Filter::bicubic: return 2;
    case Filter::lanczos: return 3;
  }
  return 1;
}

double kernel (Filter filter, double x)
{
  x = std::abs (x);
  if (x >= kernel_radius (filter)) return 0;
  switch (filter) {
    case Filter::area: return 1;
    case Filter::bilinear: return 1 - x;
    case Filter::bicubic:
      if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
      return ((-0.5 * x + 2.5) * x - 4) * x + 2;
    case Filter::lanczos: return sinc (x) * sinc (x / 3);
  }
  return 0;
}

FilterPlan plan_axis (Filter filter, const Axis &axis)
{
  const double widen = std::max (1.0, std::abs (axis.step));
  std::vector<Weights> rows (static_cast<std::size_t> (axis.count));
  FilterPlan plan;
  plan.copy = true;
  for (int o = 0; o < axis.count; o++) {
    Weights &row = rows[std::size_t (o)];
    row = weights_at (filter, axis.first + (axis.skipped + o) * axis.step, widen, axis.lo, axis.hi);
    // Drop ends that round to nothing, so that a sample-exact position is one tap.
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
