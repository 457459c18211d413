#include "tensor/writer_times.h"

namespace quad::tensor {
namespace {

// Of a single frame that does not say it.
constexpr GstClockTime kAlone = GST_SECOND / 10;

std::string seconds_text (GstClockTime time)
{
  char text[40];
  g_snprintf (text, sizeof text, "%.9g s", double (time) / GST_SECOND);
  return text;
}

}  // namespace

GstClockTime WriterTimes::ticks (guint64 n) const
{
  return gst_util_uint64_scale_round (n, guint64 (fps_d_) * GST_SECOND, guint64 (fps_n_));
}

std::string WriterTimes::add (GstClockTime pts, GstClockTime duration)
{
  const bool says_time = GST_CLOCK_TIME_IS_VALID (pts);
  const bool says_duration = GST_CLOCK_TIME_IS_VALID (duration);
  if (fps_n_ == 0 && !says_time && !says_duration)
    return "Without a rate, each frame needs a duration or a time (pts).";
  if (duration == 0) return "A frame is shown for some time: its duration has to be above 0.";
  if (says_time && count_ > 0 && pts <= shown_)
    return "Times do not go back: " + seconds_text (pts) + " is not after " +
           seconds_text (shown_) + ", the time of the frame before.";
  const GstClockTime last = shown_;
  if (says_time) {
    shown_ = pts;
    base_ = pts;
    since_base_ = 0;
  } else {
    shown_ = base_ + (since_base_ > 0 ? ticks (since_base_) : 0);
  }
  if (count_ == 0) begin_ = shown_;
  if (says_duration) {
    shown_for_ = duration;
    base_ = shown_ + duration;
    since_base_ = 0;
  } else if (fps_n_ > 0) {
    since_base_++;
    shown_for_ = base_ + ticks (since_base_) - shown_;
  } else {
    shown_for_ = count_ > 0 ? shown_ - last : kAlone;
    base_ = shown_ + shown_for_;
  }
  count_++;
  return {};
}

}  // namespace quad::tensor
