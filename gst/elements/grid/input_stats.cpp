#include "elements/grid/input_stats.h"

#include <algorithm>
#include <utility>

namespace quad {

void InputStats::restart ()
{
  const std::lock_guard guard (lock_);
  coming_ = {};
  next_ = 0;
  arrival_ = {};
  age_ = latency_ = GST_CLOCK_TIME_NONE;
  waiting_ = nullptr;
  in_ = taken_ = shown_ = repeated_ = skipped_ = late_ = converted_ = 0;
}

const InputStats::Coming *InputStats::coming (const GstBuffer *buffer) const
{
  const auto found = std::find_if (coming_.begin (), coming_.end (),
                                   [buffer] (const Coming &c) { return c.buffer == buffer; });
  return found == coming_.end () ? nullptr : &*found;
}

InputStats::Coming *InputStats::coming (const GstBuffer *buffer)
{
  return const_cast<Coming *> (std::as_const (*this).coming (buffer));
}

void InputStats::arrived (const GstBuffer *frame)
{
  const Arrival now = {g_get_real_time (), g_get_monotonic_time ()};
  const std::lock_guard guard (lock_);
  in_++;
  // A pool may give the same buffer again.
  Coming *old = coming (frame);
  (old ? *old : coming_[next_++ % coming_.size ()]) = {frame, now};
}

void InputStats::taken (const GstBuffer *frame, const GstBuffer *now)
{
  const std::lock_guard guard (lock_);
  taken_++;
  waiting_ = now;
  if (frame == now) return;
  if (Coming *c = coming (frame)) c->buffer = now;
}

void InputStats::skipped ()
{
  const std::lock_guard guard (lock_);
  skipped_++;
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
  if (waiting_ == frame) waiting_ = nullptr;
  const Coming *c = coming (frame);
  arrival_ = c ? c->at : Arrival{};
  latency_ =
      c ? static_cast<GstClockTime> (now - c->at.monotonic) * GST_USECOND : GST_CLOCK_TIME_NONE;
}

Arrival InputStats::arrival () const
{
  const std::lock_guard guard (lock_);
  return arrival_;
}

Arrival InputStats::arrival_of (const GstBuffer *frame) const
{
  const std::lock_guard guard (lock_);
  const Coming *c = coming (frame);
  return c ? c->at : Arrival{};
}

Owned<GstStructure> InputStats::structure () const
{
  const std::lock_guard guard (lock_);
  // A flush lets frames go that were taken and that nobody sees here.
  const std::uint64_t kept = shown_ + (waiting_ ? 1 : 0);
  return Owned<GstStructure>{gst_structure_new (
      "application/x-quad-cell-stats", "frames-in", G_TYPE_UINT64, in_, "frames-shown",
      G_TYPE_UINT64, shown_, "frames-dropped", G_TYPE_UINT64,
      skipped_ + (taken_ > kept ? taken_ - kept : 0), "frames-repeated", G_TYPE_UINT64, repeated_,
      "frames-late", G_TYPE_UINT64, skipped_ + late_, "frames-converted", G_TYPE_UINT64, converted_,
      "age", G_TYPE_UINT64, age_, "latency", G_TYPE_UINT64, latency_, nullptr)};
}

}  // namespace quad
