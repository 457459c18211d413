#include "kernel.h"

#include <cmath>
#include <numbers>

namespace quad::filter {
namespace {

double tent (double x) { return 1 - x; }

// The cubics of Mitchell and Netravali, "Reconstruction filters in computer graphics", Computer
// Graphics 22(4), SIGGRAPH 1988, equation 8.
double cubic (double b, double c, double x)
{
  if (x < 1)
    return ((12 - 9 * b - 6 * c) / 6 * x + (-18 + 12 * b + 6 * c) / 6) * x * x + (6 - 2 * b) / 6;
  return (((-b - 6 * c) / 6 * x + (6 * b + 30 * c) / 6) * x + (-12 * b - 48 * c) / 6) * x +
         (8 * b + 24 * c) / 6;
}

double sinc (double x)
{
  if (std::abs (x) < 1e-9) return 1;
  const double t = std::numbers::pi * x;
  return std::sin (t) / t;
}

// bicubic: Keys, "Cubic convolution interpolation for digital image processing", IEEE ASSP 29(6),
//   1981, with a = -1/2, which is Catmull and Rom's spline.
// lanczos: Duchon, "Lanczos filtering in one and two dimensions", J. Appl. Meteor. 18, 1979.
// mitchell: the paper above; it recommends these B and C.
constexpr Kernel kKernels[] = {
    {"area", "Area: exact box coverage, bilinear when enlarging", 1, tent, true},
    {"bilinear", "Bilinear: triangle, widened when shrinking", 1, tent},
    {"bicubic", "Bicubic: Catmull-Rom, widened when shrinking", 2,
     [] (double x) { return cubic (0, 0.5, x); }},
    {"lanczos", "Lanczos: three lobes, widened when shrinking", 3,
     [] (double x) { return sinc (x) * sinc (x / 3); }},
    {"mitchell", "Mitchell: Mitchell-Netravali, B = C = 1/3, widened when shrinking", 2,
     [] (double x) { return cubic (1 / 3.0, 1 / 3.0, x); }},
};

}  // namespace

double Kernel::at (double x) const
{
  const double distance = std::abs (x);
  return distance < support ? value (distance) : 0;
}

std::span<const Kernel> kernels () { return kKernels; }

const Kernel &kernel_of (Filter filter) { return kKernels[static_cast<std::size_t> (filter)]; }

}  // namespace quad::filter
