// Finds sink pads without a peer. A pipeline of files would wait for them for ever.
#pragma once

#include <gst/gst.h>

#include <mutex>

namespace quad {

// Warns once of a pad that has had no peer for 2 seconds. If another input has begun by then, the
// pad counts as ended until something is linked to it. A live output does not wait for such pads,
// so it does not warn.
class PeerWatch {
 public:
  explicit PeerWatch (GstElement *grid) : grid_ (grid) {}
  PeerWatch (const PeerWatch &) = delete;
  PeerWatch &operator= (const PeerWatch &) = delete;

  void start ();
  void stop ();

  // The input of `pad` has begun a flush. The base class waits until all pads flush. When all
  // linked pads have begun the flush, this starts it on the pads without a peer.
  void flush (GstPad *pad, guint32 seqnum);

  // Call it when there may be a pad without a peer. From any thread.
  void look ();

 private:
  static gboolean on_time (GstClock *, GstClockTime, GstClockID, gpointer data);
  void wait (GstClockTime time);  // with lock_ held

  GstElement *grid_;
  std::mutex lock_;
  bool running_ = false;
  GstClockID timer_ = nullptr;  // of the system's clock
};

}  // namespace quad
