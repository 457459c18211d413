#include "elements/extract/own_seek.h"

#include <algorithm>

namespace quad::extract {

OwnSeek::Outcome OwnSeek::run (Owned<GstEvent> seek)
{
  std::unique_lock lock (mutex_);
  // A flush that came before cannot wake us.
  if (stopping_ || GST_PAD_IS_FLUSHING (sink_)) return Outcome::flushed;
  if (forwarding_ || awaited_ != GST_SEQNUM_INVALID) return Outcome::postponed;
  event_ = std::move (seek);
  state_ = State::wanted;
  // The other thread holds a reference to the element, so this lives until it is done.
  gst_element_call_async (
      element_, [] (GstElement *, gpointer self) { static_cast<OwnSeek *> (self)->send (); }, this,
      nullptr);
  changed_.wait (
      lock, [this] { return stopping_ || (state_ != State::wanted && state_ != State::sending); });
  const State state = state_;
  state_ = State::idle;
  event_.reset ();
  if (stopping_ || state == State::flushed) return Outcome::flushed;
  return state == State::refused ? Outcome::refused : Outcome::postponed;
}

void OwnSeek::send ()
{
  const std::lock_guard order (order_);
  Owned<GstEvent> seek;
  {
    const std::lock_guard lock (mutex_);
    if (state_ != State::wanted || stopping_ || !event_) return;
    state_ = State::sending;
    in_flight_ = true;
    sender_ = std::this_thread::get_id ();
    seek = std::move (event_);
    remember (gst_event_get_seqnum (seek.get ()));
  }
  gst_pad_push_event (sink_, seek.release ());
  const std::lock_guard lock (mutex_);
  in_flight_ = false;
  // Without a flush, frames go on as before, even if upstream took the seek.
  if (state_ == State::sending) state_ = State::refused;
  changed_.notify_all ();
}

void OwnSeek::remember (guint32 seqnum)
{
  if (std::find (own_.begin (), own_.end (), seqnum) != own_.end ()) return;
  own_[next_own_++ % own_.size ()] = seqnum;
}

bool OwnSeek::owns (GstEvent *flush)
{
  const std::lock_guard lock (mutex_);
  const guint32 seqnum = gst_event_get_seqnum (flush);
  if (seqnum == GST_SEQNUM_INVALID) return false;
  // Some elements give their flush a number of its own.
  if (in_flight_ && std::this_thread::get_id () == sender_) remember (seqnum);
  if (std::find (own_.begin (), own_.end (), seqnum) == own_.end () && seqnum != flushing_)
    return false;
  flushing_ = GST_EVENT_TYPE (flush) == GST_EVENT_FLUSH_START ? seqnum : GST_SEQNUM_INVALID;
  return true;
}

void OwnSeek::flushed ()
{
  const std::lock_guard lock (mutex_);
  if (state_ == State::idle) return;
  state_ = State::flushed;
  changed_.notify_all ();
}

void OwnSeek::cancel (bool stopping)
{
  std::unique_lock lock (mutex_);
  stopping_ = stopping;
  awaited_ = flushing_ = GST_SEQNUM_INVALID;
  if (!stopping) own_.fill (GST_SEQNUM_INVALID);
  changed_.notify_all ();
  // A seek that arrives while a source shuts down would start it again.
  changed_.wait (lock, [this] { return !in_flight_; });
}

bool OwnSeek::forwarded (GstEvent *segment)
{
  const std::lock_guard lock (mutex_);
  if (awaited_ == GST_SEQNUM_INVALID || gst_event_get_seqnum (segment) != awaited_) return false;
  awaited_ = GST_SEQNUM_INVALID;
  return true;
}

bool OwnSeek::forward (GstEvent *seek)
{
  const guint32 seqnum = gst_event_get_seqnum (seek);
  GstSeekFlags flags = GST_SEEK_FLAG_NONE;
  gst_event_parse_seek (seek, nullptr, nullptr, &flags, nullptr, nullptr, nullptr, nullptr);
  // Frames from before the seek may still come. A seek of ours for one of them would undo it.
  const bool await = !(flags & (GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_INSTANT_RATE_CHANGE));
  const std::lock_guard order (order_);
  {
    const std::lock_guard lock (mutex_);
    forwarding_ = true;
    own_.fill (GST_SEQNUM_INVALID);
    awaited_ = await ? seqnum : GST_SEQNUM_INVALID;
    if (state_ == State::wanted) {
      state_ = State::postponed;
      changed_.notify_all ();
    }
  }
  const bool done = gst_pad_push_event (sink_, seek);
  const std::lock_guard lock (mutex_);
  forwarding_ = false;
  if (!done && awaited_ == seqnum) awaited_ = GST_SEQNUM_INVALID;
  return done;
}

}  // namespace quad::extract
