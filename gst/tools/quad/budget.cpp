#include "tools/quad/budget.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace quad {
namespace {

constexpr double kMostLossy = 100;
// How much smaller frames get with each step of `lossy`: e to the power of minus this. Measured on
// test clips, it is 0.01 to 0.03; the steering corrects it.
constexpr double kEffect = 0.02;
// How much of the distance to the right value is gone with a frame, and how much the last frame
// counts in what frames take lately.
constexpr double kGain = 0.35, kRecent = 0.3;
// The part of the bytes that is left for what cannot be foreseen. A second pass leaves more: the
// first one has shown that the film is hard to foresee.
constexpr double kMargin = 0.03, kSecondMargin = 0.07;

double without_loss (double bytes, double lossy) { return bytes * std::exp (kEffect * lossy); }

}  // namespace

Budget::Budget (std::uint64_t bytes, std::uint64_t frames, std::vector<double> needs, int lossy)
    : bytes_{static_cast<std::uint64_t> (static_cast<double> (bytes) *
                                         (1 - (needs.empty () ? kMargin : kSecondMargin)))},
      frames_{frames},
      needs_{std::move (needs)},
      lossy_{static_cast<double> (lossy)},
      need_left_{std::accumulate (needs_.begin (), needs_.end (), 0.0)}
{
}

int Budget::lossy () const { return static_cast<int> (std::lround (lossy_)); }

// What the frames that are to come need in proportion.
double Budget::need_left () const
{
  if (!needs_.empty ()) return std::max (need_left_, 0.0);
  return frames_ > taken_.size () ? static_cast<double> (frames_ - taken_.size ()) : 0;
}

int Budget::next (std::uint64_t bytes)
{
  const std::size_t frame = taken_.size ();
  const double need = needs_.empty () ? 1 : frame < needs_.size () ? needs_[frame] : 1;
  written_ += bytes;
  exhausted_ = exhausted_ && lossy () >= static_cast<int> (kMostLossy);
  taken_.push_back (without_loss (static_cast<double> (bytes), lossy_));
  need_left_ -= need;
  // The first frame is a whole picture, which says little about changes.
  if (frame == 0 && needs_.empty ()) return lossy ();
  const double each = static_cast<double> (bytes) / std::max (need, 1e-9);
  recent_ = recent_ < 0 ? each : recent_ + kRecent * (each - recent_);
  const double left = need_left ();
  if (left <= 0) return lossy ();
  const double allowed = (static_cast<double> (bytes_) - static_cast<double> (written_)) / left;
  if (allowed <= 0) {
    lossy_ = kMostLossy;
  } else if (recent_ > 0) {
    const double step = kGain * std::log (recent_ / allowed) / kEffect;
    lossy_ = std::clamp (lossy_ + std::clamp (step, -10.0, 20.0), 0.0, kMostLossy);
  }
  return lossy ();
}

int Budget::learnt (std::uint64_t bytes) const
{
  const double all = std::accumulate (taken_.begin (), taken_.end (), 0.0);
  const double wanted = static_cast<double> (bytes) * (1 - kSecondMargin);
  return static_cast<int> (
      std::lround (std::clamp (std::log (all / wanted) / kEffect, 0.0, kMostLossy)));
}

}  // namespace quad
