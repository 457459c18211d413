// Frame extraction from a stream.
#pragma once

#include <gst/gst.h>

#include <functional>
#include <mutex>

#include "elements/extract/output.h"
#include "elements/extract/seeker.h"
#include "elements/extract/selector.h"
#include "elements/extract/settings.h"
#include "elements/extract/timeline.h"

namespace quad::extract {

// Wires an element's pads to the objects that hold the state of its stream:
//
//   buffer -> Timeline: when is it?  -> Seeker: does it count?  -> Selector: what does it answer?
//          -> Output: frames and messages              Seeker: seek to what is wanted next
//
// Threads. Buffers and serialized events come in the streaming thread, one at a time, and
// FLUSH_STOP under the same lock of the pad; all of Timeline, Seeker, Selector and Output is
// theirs. Properties, queries and events from downstream come on any thread: they use `settings_`
// and `shared_`, under `mutex_`, and OwnSeek and Timeline::sought (), which allow for that. start
// () and stop () run while the pads are not active.
//
// Locks. `mutex_` is the last one to be taken, and nothing is called under it. OwnSeek says how its
// own follow each other. The streaming thread copies the settings once a stream, in reset (), and
// takes no lock for a frame.
class Extraction {
 public:
  Extraction (GstElement *element, GstPad *sink, GstPad *src);

  // Settings as they are set; they count from the next stream or flush on. A copy shares the lists.
  void change (const std::function<void (Settings &)> &edit);
  Settings settings () const;

  // Before the pads are activated. False, with an error on the bus, if the settings are wrong.
  bool start ();
  // Wakes all waiting threads; call it before the pads are deactivated.
  void unblock () { seeker_.own ().cancel (true); }
  void stop ();

  GstFlowReturn chain (GstBuffer *buffer);
  gboolean sink_event (GstEvent *event);
  gboolean src_event (GstEvent *event);
  // The latency that the output adds to the input's.
  GstClockTime latency () const;
  // See other_caps ().
  Owned<GstCaps> transform_caps (GstPadDirection from, GstCaps *caps) const;

 private:
  // The stream's state for other threads.
  struct Shared {
    RateChange rate_change;
    bool passes_all = true;
    bool waits_for_next = false;  // a frame goes out when the next one comes
    GstClockTime interval = 0;    // between the input's frames, where its caps say so
  };

  void reset ();
  Shared shared () const;

  GstFlowReturn accept (Owned<GstBuffer> buffer);
  GstFlowReturn take (Owned<GstBuffer> buffer);
  Frame frame_of (Owned<GstBuffer> buffer) const;
  GstFlowReturn do_steps ();
  GstFlowReturn do_step (const Step &step);
  GstFlowReturn drain (bool ended);
  GstFlowReturn demand_keyframes ();
  GstFlowReturn fail_keyframes ();
  GstFlowReturn finish ();
  void finish_with (Owned<GstEvent> eos);
  void post_progress (bool last);
  Nanoseconds film_end () const;

  bool take_stream_start (GstEvent *event);
  gboolean take_caps (Owned<GstEvent> event);
  gboolean take_segment (Owned<GstEvent> event);
  void begin_next (const GstSegment &segment, bool forwarded);
  gboolean tell (Timeline::Tell tell, Owned<GstEvent> event);
  bool take_flush (GstEvent *flush);
  void take_segment_done ();
  gboolean end (Owned<GstEvent> eos);
  bool has_ended_early () const;
  void warn_of_early_end () const;
  gboolean seek (GstEvent *event);

  GstElement *element_;
  GstPad *sink_, *src_;
  mutable std::mutex mutex_;
  Settings settings_;  // protected by mutex_
  Shared shared_;      // likewise; the streaming thread alone writes it

  StreamSettings used_;
  Timeline timeline_;
  Selector selector_;
  Seeker seeker_;
  Output output_;
  Owned<GstCaps> in_caps_;
  bool ended_below_ = false;  // downstream takes no more of this segment
};

}  // namespace quad::extract
