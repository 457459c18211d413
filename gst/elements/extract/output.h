// What frameextract gives to downstream and to the bus.
#pragma once

#include <gst/gst.h>

#include "elements/extract/frame.h"
#include "elements/extract/output_caps.h"
#include "elements/extract/selector.h"
#include "elements/extract/timeline.h"

namespace quad::extract {

// Owns what downstream was told: caps, whether a frame follows the one before it, errors, progress.
// The streaming thread's.
class Output {
 public:
  Output (GstElement *element, GstPad *src) : element_ (element), src_ (src) {}

  // A stream begins.
  void begin (const StreamSettings &settings);
  // A selection begins anew: so does the progress.
  void restart () { progress_done_ = 0; }

  // Sends the caps that frames with `caps` have here, unless downstream has them.
  GstFlowReturn send_caps (GstCaps *caps);
  bool has_sent_caps () const { return sent_ != nullptr; }
  // Sends timeline.output (). `offset`: the running time offset of its event.
  gboolean send_segment (const Timeline &timeline, gint64 offset);
  // The offset of the segment that was sent last.
  gint64 segment_offset () const;
  // Pushes the frame of a step, with its label, and posts frame-extracted if that is wanted. If the
  // step keeps the frame, a copy of the buffer on the same memory goes out.
  GstFlowReturn push (const Step &step, const Timeline &timeline);

  // Posts frame-missed. GST_FLOW_ERROR if the settings say that this ends the stream.
  GstFlowReturn post_missed (const Step &step);
  // At most ten a second, and one at the end. Whether there is one to post now; `done` requests
  // have been answered or missed.
  bool is_progress_due (guint64 done, bool last) const;
  // `total` 0: not known.
  void post_progress (guint64 done, guint64 total);
  // Warns once a stream.
  void warn_of_jump (Nanoseconds from, Nanoseconds to);
  // The stream cannot go on; posts that once. Returns GST_FLOW_ERROR.
  GstFlowReturn fail (GstStreamError code, const std::string &text, const char *advice);
  // The error is on the bus already.
  void set_failed () { failed_ = true; }
  bool has_failed () const { return failed_; }

 private:
  void label (GstBuffer *buffer, const Step &step, const Timeline &timeline);
  void post (Owned<GstStructure> structure);

  GstElement *element_;
  GstPad *src_;
  StreamSettings settings_;
  Owned<GstCaps> sent_, sent_for_;  // sent downstream, for input frames with these
  bool discont_ = true;
  bool failed_ = false, warned_of_jump_ = false;
  gint64 progress_at_ = 0;  // when the next message may come, monotonic, in microseconds
  guint64 progress_done_ = 0;
};

}  // namespace quad::extract
