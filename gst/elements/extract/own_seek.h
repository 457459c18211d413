// Sends seeks of our own upstream.
#pragma once

#include <gst/gst.h>

#include <array>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "glue/owned.h"

namespace quad::extract {

// A seek flushes the thread that pushes to the element, so another thread sends it. The streaming
// thread waits in run () until the flush has reached it. Downstream must not hear of these flushes.
//
// All functions on any thread; run () only on the streaming thread. Lock order: order_, mutex_. No
// pad is called under mutex_.
class OwnSeek {
 public:
  OwnSeek (GstElement *element, GstPad *sink) : element_ (element), sink_ (sink) {}

  enum class Outcome {
    flushed,    // done; the caller returns GST_FLOW_FLUSHING
    refused,    // by upstream
    postponed,  // not sent: the application seeks, and its frames have not come yet
  };
  // Sends `seek`, a flushing one, upstream from another thread, and waits.
  Outcome run (Owned<GstEvent> seek);

  // Whether a seek of ours led to `flush` (start or stop): the last seek or one before it, as a
  // source may flush more than once for one seek. If so, it must not go downstream.
  bool owns (GstEvent *flush);
  // Upstream flushes: run () returns.
  void flushed ();
  // cancel (true): run () returns, and returns at once until cancel (false). Waits until no seek of
  // ours is on its way.
  void cancel (bool stopping);

  // Sends a seek of the application upstream. Waits for one of ours that is on its way, and
  // replaces one that is not sent yet. Meanwhile run () does not wait, as upstream may wait for the
  // streaming thread. Whether upstream took it.
  bool forward (GstEvent *seek);
  // Whether a seek of the application that did not flush led to `segment`.
  bool forwarded (GstEvent *segment);

 private:
  enum class State { idle, wanted, sending, refused, postponed, flushed };
  void send ();
  void remember (guint32 seqnum);

  GstElement *element_;
  GstPad *sink_;
  std::mutex order_;  // held while a seek is sent: one at a time
  std::mutex mutex_;  // protects all below
  std::condition_variable changed_;
  State state_ = State::idle;
  bool stopping_ = false, forwarding_ = false, in_flight_ = false;
  Owned<GstEvent> event_;
  std::thread::id sender_;
  // The numbers of our last seeks since the application's last one, and of the one whose flush has
  // begun but not ended.
  std::array<guint32, 8> own_ = {};
  std::size_t next_own_ = 0;
  guint32 flushing_ = GST_SEQNUM_INVALID;
  guint32 awaited_ = GST_SEQNUM_INVALID;  // of the application's seek whose segment is to come
};

}  // namespace quad::extract
