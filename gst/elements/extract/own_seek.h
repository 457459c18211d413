// Seeks that an element sends upstream itself, from its streaming thread, and that
// downstream knows nothing of.
#pragma once

#include <gst/gst.h>

#include <array>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "glue/owned.h"

namespace quad::extract {

// On any thread, but for run ().
class OwnSeek {
 public:
  OwnSeek (GstElement *element, GstPad *sink) : element_ (element), sink_ (sink) {}

  enum class Outcome {
    flushed,    // the caller returns GST_FLOW_FLUSHING; what comes next comes from the new position
    refused,    // by upstream
    postponed,  // the application is seeking, and what it sought has not come yet
  };
  // Sends `seek`, a flushing one, upstream from another thread, and waits.
  Outcome run (Owned<GstEvent> seek);

  // Whether `flush` (start or stop) is of a seek of ours, the last or one of those before it: a
  // source may flush more than once for one seek. It is not to go on downstream.
  bool owns (GstEvent *flush);
  // Upstream is being flushed: run () returns.
  void flushed ();
  // Nobody waits any more, nor does so again before cancel (false); and no seek of ours is
  // on its way.
  void cancel (bool stopping);

  // Hands an application's seek on upstream, after one of ours that is on its way and
  // instead of one that is still to be sent. As upstream may wait for the streaming thread,
  // that does not wait in run () meanwhile.
  bool forward (GstEvent *seek);
  // Whether `segment` is what one of those led to that did not flush.
  bool forwarded (GstEvent *segment);

 private:
  enum class State { idle, wanted, sending, refused, postponed, flushed };
  void send ();
  void remember (guint32 seqnum);

  GstElement *element_;
  GstPad *sink_;
  std::mutex order_;  // one seek at a time; before mutex_
  std::mutex mutex_;
  std::condition_variable changed_;
  State state_ = State::idle;
  bool stopping_ = false, forwarding_ = false, in_flight_ = false;
  Owned<GstEvent> event_;
  std::thread::id sender_;
  // Of our last seeks, where the application has not sought since; and of the one whose flush has
  // begun, but not ended.
  std::array<guint32, 8> own_ = {};
  std::size_t next_own_ = 0;
  guint32 flushing_ = GST_SEQNUM_INVALID;
  guint32 awaited_ = GST_SEQNUM_INVALID;
};

}  // namespace quad::extract
