#include "light.h"

#include <algorithm>
#include <cmath>

namespace quad {
namespace {

// BT.2100-2 table 4.
constexpr double kPqPeak = 10000;
constexpr double kM1 = 2610.0 / 16384, kM2 = 2523.0 / 4096 * 128;
constexpr double kC1 = 3424.0 / 4096, kC2 = 2413.0 / 4096 * 32, kC3 = 2392.0 / 4096 * 32;

// BT.2100-2 table 5.
constexpr double kA = 0.17883277, kB = 1 - 4 * kA, kC = 0.55991073;
constexpr double kHlgGamma = 1.2;

// BT.1886, for a display that is black at 0.
constexpr double kSdrGamma = 2.4;

double pq_decode (double code)
{
  const double p = std::pow (code, 1 / kM2);
  return kPqPeak * std::pow (std::max (p - kC1, 0.0) / (kC2 - kC3 * p), 1 / kM1);
}

double pq_encode (double light)
{
  const double y = std::pow (light / kPqPeak, kM1);
  return std::pow ((kC1 + kC2 * y) / (1 + kC3 * y), kM2);
}

double hlg_decode (double code)
{
  return code <= 0.5 ? code * code / 3 : (std::exp ((code - kC) / kA) + kB) / 12;
}

double hlg_encode (double scene)
{
  return scene <= 1.0 / 12 ? std::sqrt (3 * scene) : kA * std::log (12 * scene - kB) + kC;
}

Matrix3 product (const Matrix3 &a, const Matrix3 &b)
{
  Matrix3 r = {};
  for (std::size_t i = 0; i < 3; i++)
    for (std::size_t k = 0; k < 3; k++)
      for (std::size_t j = 0; j < 3; j++) r[i][j] += a[i][k] * b[k][j];
  return r;
}

// By cofactors.
Matrix3 inverse (const Matrix3 &m)
{
  Matrix3 r;
  for (std::size_t i = 0; i < 3; i++)
    for (std::size_t j = 0; j < 3; j++)
      r[j][i] = m[(i + 1) % 3][(j + 1) % 3] * m[(i + 2) % 3][(j + 2) % 3] -
                m[(i + 1) % 3][(j + 2) % 3] * m[(i + 2) % 3][(j + 1) % 3];
  const double determinant = m[0][0] * r[0][0] + m[0][1] * r[1][0] + m[0][2] * r[2][0];
  for (auto &row : r)
    for (double &v : row) v /= determinant;
  return r;
}

}  // namespace

double decode (Transfer transfer, double code)
{
  const double c = std::clamp (code, 0.0, 1.0);
  switch (transfer) {
    case Transfer::pq: return pq_decode (c);
    case Transfer::hlg: return hlg_decode (c);
    default: return kReferenceWhite * std::pow (c, kSdrGamma);
  }
}

double encode (Transfer transfer, double light)
{
  const double l = std::max (light, 0.0);
  switch (transfer) {
    case Transfer::pq: return pq_encode (std::min (l, kPqPeak));
    case Transfer::hlg: return hlg_encode (std::min (l, 1.0));
    default: return std::pow (std::min (l / kReferenceWhite, 1.0), 1 / kSdrGamma);
  }
}

double hlg_gain (double scene) { return kHlgPeak * std::pow (scene, kHlgGamma - 1); }

double hlg_inverse_gain (double light)
{
  if (light <= 0) return 0;
  return std::pow (light / kHlgPeak, 1 / kHlgGamma) / light;
}

double roll_off (double light, double from_peak, double to_peak)
{
  if (from_peak <= to_peak) return light;
  const double whole = pq_encode (std::min (from_peak, kPqPeak));
  const double most = pq_encode (to_peak) / whole, knee = 1.5 * most - 0.5;
  const double e = std::min (pq_encode (std::min (light, kPqPeak)) / whole, 1.0);
  if (e < knee) return light;
  const double t = (e - knee) / (1 - knee), t2 = t * t, t3 = t2 * t;
  const double rolled =
      (2 * t3 - 3 * t2 + 1) * knee + (t3 - 2 * t2 + t) * (1 - knee) + (3 * t2 - 2 * t3) * most;
  return pq_decode (rolled * whole);
}

Matrix3 rgb_to_xyz (const Primaries &p)
{
  Matrix3 m;
  for (std::size_t k = 0; k < 3; k++) {
    m[0][k] = p.x[k] / p.y[k];
    m[1][k] = 1;
    m[2][k] = (1 - p.x[k] - p.y[k]) / p.y[k];
  }
  const Matrix3 i = inverse (m);
  const double white[3] = {p.x[3] / p.y[3], 1, (1 - p.x[3] - p.y[3]) / p.y[3]};
  for (std::size_t k = 0; k < 3; k++) {
    const double scale = i[k][0] * white[0] + i[k][1] * white[1] + i[k][2] * white[2];
    for (auto &row : m) row[k] *= scale;
  }
  return m;
}

Matrix3 primaries_matrix (const Primaries &from, const Primaries &to)
{
  if (from == to) return {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
  Matrix3 m = product (inverse (rgb_to_xyz (to)), rgb_to_xyz (from));
  for (auto &row : m) {
    const double sum = row[0] + row[1] + row[2];
    for (double &v : row) v /= sum;
  }
  return m;
}

}  // namespace quad
