// Finds sink pads that nothing is linked to, for which a pipeline of files would wait forever.
#pragma once

#include <gst/gst.h>

#include <mutex>

namespace quad {

// Warns of a pad that has had no peer for 2 seconds, once. If another input has begun by then, the
// pad counts as one that has ended until something is linked to it. A live output does not wait,
// and is not warned of.
class PeerWatch {
 public:
  explicit PeerWatch (GstElement *grid) : grid_ (grid) {}
  PeerWatch (const PeerWatch &) = delete;
  PeerWatch &operator= (const PeerWatch &) = delete;

  void start ();
  void stop ();

  // An input, `pad`, has begun a flush. The base class waits for one of all pads: where all that
  // are linked have begun it, the others get it as well.
  void flush (GstPad *pad, guint32 seqnum);

  // To be called when there may be a pad without a peer. From any thread.
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
