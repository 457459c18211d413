#include "tensor/writer_events.h"

#include <algorithm>
#include <chrono>

namespace quad::tensor {

void WriterEvents::lend ()
{
  const std::lock_guard lock (mutex_);
  lent_ = true;
}

void WriterEvents::returned ()
{
  const std::lock_guard lock (mutex_);
  lent_ = false;
  changed_.notify_all ();
}

bool WriterEvents::lent () const
{
  const std::lock_guard lock (mutex_);
  return lent_;
}

void WriterEvents::take (GstMessage *message)
{
  const std::lock_guard lock (mutex_);
  errors_.take (message);
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS) ended_ = true;
  changed_.notify_all ();
}

WriterEvents::State WriterEvents::wait (GstClockTime timeout, bool until_end) const
{
  std::unique_lock lock (mutex_);
  const auto settled = [&] {
    return !errors_.first ().empty () || (!lent_ && (!until_end || ended_));
  };
  // Longer than any program lives, and not beyond what the clock can count.
  constexpr GstClockTime kLongest = 24 * 365 * 3600 * GST_SECOND;
  const std::chrono::nanoseconds most (static_cast<gint64> (std::min (timeout, kLongest)));
  if (!changed_.wait_for (lock, most, settled)) return State::busy;
  return errors_.first ().empty () ? State::ready : State::failed;
}

Failure WriterEvents::failure () const
{
  const std::lock_guard lock (mutex_);
  return errors_.first ();
}

}  // namespace quad::tensor
