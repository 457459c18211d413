#include "elements/grid/render_stats.h"

#include <algorithm>

namespace quad {

void RenderStats::restart ()
{
  const std::lock_guard guard (lock_);
  frames_ = missed_ = 0;
  worst_ = 0;
}

void RenderStats::drawn (GstClockTime time, bool missed)
{
  const std::lock_guard guard (lock_);
  times_[frames_++ % times_.size ()] = time;
  worst_ = std::max (worst_, time);
  if (missed) missed_++;
}

Owned<GstStructure> RenderStats::structure () const
{
  const std::lock_guard guard (lock_);
  std::array<GstClockTime, 256> sorted = times_;
  const auto count = std::min<std::size_t> (frames_, sorted.size ());
  const auto middle = sorted.begin () + static_cast<std::ptrdiff_t> (count / 2);
  std::nth_element (sorted.begin (), middle, sorted.begin () + static_cast<std::ptrdiff_t> (count));
  return Owned<GstStructure>{gst_structure_new (
      "application/x-quad-grid-stats", "frames", G_TYPE_UINT64, frames_, "render-time-median",
      G_TYPE_UINT64, count > 0 ? *middle : GstClockTime{0}, "render-time-max", G_TYPE_UINT64,
      worst_, "deadline-misses", G_TYPE_UINT64, missed_, nullptr)};
}

}  // namespace quad
