// Which frames are taken as they come, and what is still to be had of them at the end.
#include <algorithm>

#include "elements/extract/extraction.h"

namespace quad {

// From which time on frames are selected.
Nanoseconds Extraction::part_begin () const
{
  return used_.start_time != GST_CLOCK_TIME_NONE ? point (used_.start_time) : 0;
}

// Frames that are picked as they come.
GstFlowReturn Extraction::by_number (Frame frame)
{
  last_ = frame.time;
  frame_end_ = frame.end;
  if (plan_.repeats (frame.time)) return GST_FLOW_OK;
  if (selection_ == Selection::indices) return by_index (std::move (frame));
  const Nanoseconds begin = part_begin ();
  // Of keyframes, it is not known until when they are on screen.
  const bool holds = selection_ != Selection::keyframes;
  if (frame.time + kRounding < begin) {
    if (holds) held_ = std::move (frame);
    return look_ahead (*last_, begin);
  }
  // What was on screen at the start is the first one.
  if (count_ == 0 && held_.caps && is_after (frame.time, begin))
    if (const GstFlowReturn flow = pick (std::move (held_)); flow != GST_FLOW_OK) return flow;
  held_ = {};
  return pick (std::move (frame));
}

GstFlowReturn Extraction::by_index (Frame frame)
{
  const auto number = static_cast<Nanoseconds> (count_++);
  Target target{0, frame.time};
  while (!targets_.done () && targets_.current ().time == number) {
    target.index = targets_.current ().index;
    const bool again = targets_.next_time () == number;
    targets_.advance ();
    const GstFlowReturn flow =
        frame.damaged ? miss (target, "decode-error") : emit (frame, target, again);
    if (flow != GST_FLOW_OK) return flow;
  }
  return targets_.done () ? finish () : GST_FLOW_OK;
}

// One of the part that is wanted.
GstFlowReturn Extraction::pick (Frame frame)
{
  if (!is_after (nanoseconds (used_.stop_time), frame.time)) return finish ();
  const guint64 number = count_++;
  if (selection_ == Selection::every_nth && number % used_.every_nth != 0) return GST_FLOW_OK;
  const Target target{extracted_ + missed_, frame.time};
  if (!frame.buffer) return miss (target, "decode-error");
  return emit (frame, target, false);
}

GstFlowReturn Extraction::by_time (Frame frame)
{
  if (!have_targets_) {
    const bool from = used_.start_time != GST_CLOCK_TIME_NONE;
    first_tick_ = from ? part_begin () : frame.time;
    targets_ = Targets (first_tick_, used_.rate_n, used_.rate_d, nanoseconds (used_.stop_time));
    have_targets_ = true;
  }
  // Of ticks, those that the segment leaves out are not wanted.
  if (selection_ == Selection::rate && !last_ && !segment_is_ours_)
    if (const auto begin = stream_time (in_segment_.start))
      targets_.skip_before (*begin - kRounding);
  const bool jump = is_jump (frame);
  const Nanoseconds reached = frame.time - kRounding;
  const Nanoseconds limit = !jump   ? reached
                            : last_ ? std::min (believed_end () - kRounding, reached)
                                    : -kFarthest;
  while (!targets_.done () && targets_.current ().time < limit) {
    const GstFlowReturn flow = meet (last_ ? &held_ : nullptr, &frame, false, limit);
    if (flow != GST_FLOW_OK) return flow;
  }
  if (jump && targets_.count_before (reached) > 0) {
    warn_of_jump (last_ ? *last_ : targets_.current ().time, frame.time);
    targets_.skip_before (reached);
  }
  if (targets_.done ()) return finish ();
  hold (std::move (frame));
  return look_ahead (*last_, targets_.current ().time);
}

// A damaged one leaves the picture of the one before it, which may be repeated.
void Extraction::hold (Frame frame)
{
  last_ = frame.time;
  frame_end_ = frame.end;
  if (!frame.damaged || !held_.buffer) {
    held_ = std::move (frame);
    return;
  }
  held_.time = frame.time;
  held_.end = frame.end;
  held_.length = frame.length;
  held_.damaged = true;
}

// Whether the times jump to `frame`: what lies between is not filled with ticks.
bool Extraction::is_jump (const Frame &frame) const
{
  if (selection_ != Selection::rate || targets_.done ()) return false;
  const Nanoseconds gap = frame.time - (last_ ? *last_ : targets_.current ().time);
  return gap > nanoseconds (used_.max_gap);
}

// Once a stream.
void Extraction::warn_of_jump (Nanoseconds from, Nanoseconds to)
{
  if (!warned_of_jump_)
    GST_ELEMENT_WARNING (element_, STREAM, FAILED,
                         ("From %.3f s to %.3f s there is no frame, which is longer than max-gap: "
                          "the ticks between are left out.",
                          static_cast<double> (from) / kSecond, static_cast<double> (to) / kSecond),
                         ("Times of frames may be wrong. Where the gap is real, set max-gap."));
  warned_of_jump_ = true;
}

bool Extraction::is_too_long (const FrameLength &length) const
{
  return selection_ == Selection::rate && length.said > nanoseconds (used_.max_gap);
}

// Until when the frame that is held is on screen, as far as it is to be believed.
Nanoseconds Extraction::believed_end () const
{
  const FrameLength &length = held_.length;
  return std::min (held_.time + (is_too_long (length) ? length.guess () : length.best ()),
                   kFarthest);
}

// The same where no other frame follows, in the segment or at all.
Nanoseconds Extraction::end_of_last (bool ended)
{
  if (!last_) return 0;
  if (is_too_long (held_.length)) {
    const Nanoseconds end = believed_end ();
    if (targets_.count_before (held_.end) > targets_.count_before (end))
      warn_of_jump (held_.time, held_.end);
    return end;
  }
  Nanoseconds over = kUnlimited;
  if (ended)
    over = last_time ();
  else if (in_segment_.stop != GST_CLOCK_TIME_NONE)
    over = stream_time (in_segment_.stop).value_or (kUnlimited);
  return std::min (last_end (held_.time, held_.length, over), kFarthest);
}

GstFlowReturn Extraction::drain_targets (bool ended)
{
  const bool ticks = selection_ == Selection::rate;
  if (targets_.done ()) return GST_FLOW_OK;
  const Nanoseconds end = end_of_last (ended), over = end - kRounding;
  if (last_ && ended) frame_end_ = end;
  GstFlowReturn flow = GST_FLOW_OK;
  while (flow == GST_FLOW_OK && !finished_ && !targets_.done ()) {
    const bool past_end = !last_ || targets_.current ().time >= over;
    if (past_end && (!ended || ticks)) break;
    flow = meet (last_ ? &held_ : nullptr, nullptr, past_end, over);
  }
  return flow;
}

// What is still to be had of the frames so far; at the end, the rest is missed.
GstFlowReturn Extraction::drain (bool ended)
{
  if (ended_below_) return GST_FLOW_EOS;
  if (is_by_time ()) return last_ || ended ? drain_targets (ended) : GST_FLOW_OK;
  GstFlowReturn flow = GST_FLOW_OK;
  if (selection_ == Selection::indices) {
    for (; ended && flow == GST_FLOW_OK && !finished_ && !targets_.done (); targets_.advance ())
      flow = miss (targets_.current (), "beyond-end");
    return flow;
  }
  // The last frame may be the one that was on screen at the start.
  if (count_ == 0 && last_ && held_.caps && !is_over (end_of_last (ended), part_begin ()))
    flow = pick (std::move (held_));
  return flow;
}

}  // namespace quad
