#include "elements/grid/input_stats.h"
#include "public/gstquad.h"

#include <algorithm>
#include <utility>

namespace quad {
namespace {

// Frames in a pad's queue: more than a latency of minutes brings.
constexpr std::size_t kUsual = 16, kMost = 4096;

}  // namespace

void InputStats::restart ()
{
  const std::lock_guard guard (lock_);
  coming_.clear ();
  coming_.reserve (kUsual);
  waiting_ = {};
  arrival_ = {};
  age_ = latency_ = GST_CLOCK_TIME_NONE;
  in_ = taken_ = shown_ = repeated_ = skipped_ = late_ = converted_ = 0;
}

void InputStats::arrived (const GstBuffer *frame)
{
  const Arrival now = {g_get_real_time (), g_get_monotonic_time ()};
  const std::lock_guard guard (lock_);
  in_++;
  coming_.push_back ({frame, now});
  // A flush leaves some here until the next frame is taken.
  if (coming_.size () > kMost) coming_.erase (coming_.begin ());
}

void InputStats::taken (const GstBuffer *frame, const GstBuffer *now)
{
  const std::lock_guard guard (lock_);
  taken_++;
  if (now) waiting_ = {Coming{now, {}}, waiting_[0]};
  const auto found = std::find_if (coming_.begin (), coming_.end (),
                                   [frame] (const Coming &c) { return c.buffer == frame; });
  if (found == coming_.end ()) return;
  if (now) waiting_[0].at = found->at;
  coming_.erase (coming_.begin (), found + 1);
}

void InputStats::skipped (bool late)
{
  const std::lock_guard guard (lock_);
  skipped_++;
  if (late) late_++;
}

void InputStats::shown (const GstBuffer *frame, const Shown &how)
{
  const gint64 now = g_get_monotonic_time ();
  const std::lock_guard guard (lock_);
  age_ = how.age;
  if (!how.is_new) {
    repeated_++;
    return;
  }
  shown_++;
  if (how.converted) converted_++;
  if (how.late) late_++;
  const auto waited = std::find_if (waiting_.begin (), waiting_.end (),
                                    [frame] (const Coming &c) { return c.buffer == frame; });
  arrival_ = waited == waiting_.end () ? Arrival{} : waited->at;
  // Older ones have been left out.
  std::fill (waited, waiting_.end (), Coming{});
  latency_ = arrival_.monotonic > 0
                 ? static_cast<GstClockTime> (now - arrival_.monotonic) * GST_USECOND
                 : GST_CLOCK_TIME_NONE;
}

Arrival InputStats::arrival () const
{
  const std::lock_guard guard (lock_);
  return arrival_;
}

Arrival InputStats::arrival_of (const GstBuffer *frame) const
{
  const std::lock_guard guard (lock_);
  for (const Coming &waiting : waiting_) {
    if (waiting.buffer == frame) return waiting.at;
  }
  return {};
}

Owned<GstStructure> InputStats::structure () const
{
  const std::lock_guard guard (lock_);
  // A flush lets frames go that were taken and that nobody sees here.
  const std::uint64_t kept = shown_ + (waiting_[0].buffer ? 1 : 0);
  return Owned<GstStructure>{gst_structure_new (
      GST_QUAD_STATS_CELL, GST_QUAD_FIELD_FRAMES_IN, G_TYPE_UINT64, in_,
      GST_QUAD_FIELD_FRAMES_SHOWN, G_TYPE_UINT64, shown_, GST_QUAD_FIELD_FRAMES_DROPPED,
      G_TYPE_UINT64, skipped_ + (taken_ > kept ? taken_ - kept : 0), GST_QUAD_FIELD_FRAMES_REPEATED,
      G_TYPE_UINT64, repeated_, GST_QUAD_FIELD_FRAMES_LATE, G_TYPE_UINT64, late_,
      GST_QUAD_FIELD_FRAMES_CONVERTED, G_TYPE_UINT64, converted_, GST_QUAD_FIELD_AGE, G_TYPE_UINT64,
      age_, GST_QUAD_FIELD_LATENCY, G_TYPE_UINT64, latency_, nullptr)};
}

}  // namespace quad
