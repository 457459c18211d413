#include "elements/grid/output.h"

#include <algorithm>
#include <utility>

#include "glue/owned.h"

namespace quad {

void OutputPosition::hold (GstSegment &output)
{
  begin_ = end_ = GST_CLOCK_TIME_NONE;
  if (GST_CLOCK_TIME_IS_VALID (next_)) output.position = next_;
}

void OutputPosition::begin_at (GstClockTime place, GstSegment &output)
{
  output.position = next_ = place;
}

bool OutputPosition::holds (const GstSegment &output) const
{
  return !GST_CLOCK_TIME_IS_VALID (next_) || output.position == next_;
}

void OutputPosition::drawn (GstClockTime pts, GstClockTime duration)
{
  begin_ = pts;
  end_ = pts + duration;
}

void OutputPosition::go_on (const GstSegment &output)
{
  const bool forward = output.rate >= 0;
  begun_ |= GST_CLOCK_TIME_IS_VALID (end_);
  if (GST_CLOCK_TIME_IS_VALID (end_))
    next_ = forward ? end_ : begin_;
  else if (!GST_CLOCK_TIME_IS_VALID (next_))
    next_ = output.position;
  else if (GST_CLOCK_TIME_IS_VALID (output.position))
    next_ = forward ? std::max (next_, output.position) : std::min (next_, output.position);
  begin_ = end_ = GST_CLOCK_TIME_NONE;
}

namespace {

GstClockTime running_time (GstElement *element)
{
  const Owned<GstClock> clock{gst_element_get_clock (element)};
  if (!clock) return GST_CLOCK_TIME_NONE;
  const GstClockTime now = gst_clock_get_time (clock.get ());
  return now - std::min (now, gst_element_get_base_time (element));
}

// True if the pipeline waits for its sinks to preroll.
bool prerolls (GstElement *element)
{
  Owned<GstObject> top{GST_OBJECT (gst_object_ref (element))};
  while (Owned<GstObject> parent{gst_object_get_parent (top.get ())}) top = std::move (parent);
  GST_OBJECT_LOCK (top.get ());
  const bool waits = GST_STATE_RETURN (top.get ()) == GST_STATE_CHANGE_ASYNC;
  GST_OBJECT_UNLOCK (top.get ());
  return waits;
}

}  // namespace

bool Pacer::due (GstElement *element, GstPad *output, GstClockTime start)
{
  const bool first = prerolls (element);
  std::unique_lock guard (lock_);
  auto flushing = [output] { return GST_PAD_IS_FLUSHING (output); };
  if (!playing_ && !first) {
    // A frame that is due already may be made: the pipeline may wait for it before it plays.
    if (!GST_CLOCK_TIME_IS_VALID (start) || start <= paused_at_) return true;
    changed_.wait (guard, [&] { return playing_ || flushing (); });
    return false;
  }
  const Owned<GstClock> clock{gst_element_get_clock (element)};
  if (!clock || !GST_CLOCK_TIME_IS_VALID (start)) return true;
  const GstClockTime time = gst_element_get_base_time (element) + start;
  if (gst_clock_get_time (clock.get ()) >= time) return true;
  if (flushing ()) return false;
  const GstClockID id = waiting_ = gst_clock_new_single_shot_id (clock.get (), time);
  guard.unlock ();
  gst_clock_id_wait (id, nullptr);
  guard.lock ();
  waiting_ = nullptr;
  gst_clock_id_unref (id);
  return false;
}

void Pacer::play ()
{
  const std::lock_guard guard (lock_);
  playing_ = true;
  interrupt ();
}

void Pacer::pause (GstElement *element)
{
  const GstClockTime at = running_time (element);
  const std::lock_guard guard (lock_);
  playing_ = false;
  paused_at_ = GST_CLOCK_TIME_IS_VALID (at) ? at : 0;
  interrupt ();
}

void Pacer::restart ()
{
  const std::lock_guard guard (lock_);
  paused_at_ = 0;
}

GstClockTime Pacer::now (GstElement *element)
{
  const std::lock_guard guard (lock_);
  return playing_ ? running_time (element) : GST_CLOCK_TIME_NONE;
}

void Pacer::wake ()
{
  const std::lock_guard guard (lock_);
  interrupt ();
}

void Pacer::interrupt ()
{
  if (waiting_) gst_clock_id_unschedule (waiting_);
  changed_.notify_all ();
}

bool Patience::wait ()
{
  constexpr gint64 kLongest = G_USEC_PER_SEC / 2;
  constexpr gulong kPause = 10000;
  const gint64 now = g_get_monotonic_time ();
  if (since_ == 0) since_ = now;
  if (now - since_ > kLongest) return false;
  g_usleep (kPause);
  return true;
}

}  // namespace quad
