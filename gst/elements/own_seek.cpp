#include "elements/own_seek.h"

namespace quad {

bool OwnSeek::run (Owned<GstEvent> seek)
{
  std::unique_lock lock (mutex_);
  // A flush that came before this cannot wake it.
  if (stopping_ || GST_PAD_IS_FLUSHING (sink_)) return true;
  seqnum_ = gst_event_get_seqnum (seek.get ());
  event_ = std::move (seek);
  state_ = State::wanted;
  // A seek flushes the thread that pushes to us, so it cannot come from that one. The
  // other thread holds a reference to the element, and with it to this.
  struct Job {
    OwnSeek *self;
  };
  gst_element_call_async (
      element_, [] (GstElement *, gpointer data) { static_cast<Job *> (data)->self->send (); },
      new Job{this}, [] (gpointer data) { delete static_cast<Job *> (data); });
  changed_.wait (
      lock, [this] { return stopping_ || state_ == State::refused || state_ == State::flushed; });
  const bool refused = !stopping_ && state_ == State::refused;
  state_ = State::idle;
  event_.reset ();
  return !refused;
}

void OwnSeek::send ()
{
  const std::lock_guard order (order_);
  Owned<GstEvent> seek;
  {
    const std::lock_guard lock (mutex_);
    if (state_ != State::wanted || stopping_ || !event_) return;
    state_ = State::sending;
    seek = std::move (event_);
  }
  gst_pad_push_event (sink_, seek.release ());
  const std::lock_guard lock (mutex_);
  // Taken or not: without a flush, frames go on as they came.
  if (state_ == State::sending) {
    state_ = State::refused;
    changed_.notify_all ();
  }
}

bool OwnSeek::owns (GstEvent *flush)
{
  const std::lock_guard lock (mutex_);
  return seqnum_ != GST_SEQNUM_INVALID && gst_event_get_seqnum (flush) == seqnum_;
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
  const std::lock_guard lock (mutex_);
  stopping_ = stopping;
  changed_.notify_all ();
}

bool OwnSeek::forward (GstEvent *seek)
{
  const std::lock_guard order (order_);
  {
    const std::lock_guard lock (mutex_);
    // Until its flush comes, or it is refused.
    if (state_ == State::wanted) event_.reset ();
  }
  const bool done = gst_pad_push_event (sink_, seek);
  const std::lock_guard lock (mutex_);
  if (state_ == State::wanted && !event_) {
    state_ = State::refused;
    changed_.notify_all ();
  }
  return done;
}

}  // namespace quad
