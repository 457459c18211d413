#include "elements/grid/render_stats.h"
#include "public/gstquad.h"

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
      GST_QUAD_STATS_GRID, GST_QUAD_FIELD_FRAMES, G_TYPE_UINT64, frames_,
      GST_QUAD_FIELD_RENDER_TIME_MEDIAN, G_TYPE_UINT64, count > 0 ? *middle : GstClockTime{0},
      GST_QUAD_FIELD_RENDER_TIME_MAX, G_TYPE_UINT64, worst_, GST_QUAD_FIELD_DEADLINE_MISSES,
      G_TYPE_UINT64, missed_, nullptr)};
}

}  // namespace quad
