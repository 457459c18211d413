// The filter kernels, one table row each.
#pragma once

#include <span>

namespace quad {

// A row of filter::kernels (), by its place. A row needs a name here only where code mentions it.
enum class Filter : int { area, bilinear, bicubic, lanczos };

namespace filter {

// Weights source samples by their distance from the centre of an output sample. The unit of
// distance is the wider of source and output samples.
struct Kernel {
  const char *name;            // the value of the elements' `method`
  const char *description;     // of that value, for gst-inspect
  double support;              // samples at this distance or beyond weigh nothing
  double (*value) (double x);  // the weight at 0 <= x < support
  // An axis that shrinks takes each sample by its exact share of the output sample instead.
  bool covers_when_shrinking = false;

  // The weight at distance `x` on either side.
  double at (double x) const;
};

// All kernels. Filter is the index.
std::span<const Kernel> kernels ();

// The row of `filter`, which must be one.
const Kernel &kernel_of (Filter filter);

}  // namespace filter
}  // namespace quad
