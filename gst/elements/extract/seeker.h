// Seeks of our own.
#pragma once

#include <gst/gst.h>

#include <optional>

#include "elements/extract/decoder.h"
#include "elements/extract/frame.h"
#include "elements/extract/own_seek.h"
#include "elements/extract/seek_plan.h"
#include "elements/extract/settings.h"
#include "elements/extract/timeline.h"
#include "elements/extract/upstream.h"

namespace quad::extract {

// Asks upstream to seek, and checks the landing. SeekPlan decides where to go, OwnSeek sends the
// seek, DecoderWatch sees where decoding began.
//
// For the streaming thread, except own (), whose functions say which threads may call them.
class Seeker {
 public:
  // `timeline` outlives this.
  Seeker (GstElement *element, GstPad *sink, const Timeline &timeline)
      : element_ (element), sink_ (sink), timeline_ (timeline), own_ (element, sink)
  {
  }

  OwnSeek &own () { return own_; }

  // A stream begins.
  void reset (SeekMode mode);
  // The element stops: forgets the elements upstream.
  void stop ();
  // The next frame does not follow the last one.
  void forget_frame () { plan_.forget (); }

  enum class Then {
    go_on,    // the frame counts
    drop,     // it does not
    flushed,  // upstream has sought: the streaming thread returns GST_FLOW_FLUSHING
    unknown,  // which frames are keyframes cannot be known
  };
  // Whether a frame counts. After a seek of ours it may not count, and then this may seek back.
  Then judge (const Frame &frame);
  // Seeks to `wanted`, the time that is wanted next, if that is worth it. The frame at `now` lasts
  // until `frame_end`.
  Then look_ahead (Nanoseconds now, Nanoseconds frame_end, Nanoseconds wanted);
  // Asks upstream for keyframes only, from `begin` on.
  Then demand_keyframes (Nanoseconds begin);
  // The stream has ended too early: at `last`, if there was a frame. Seeks back.
  Then recover (std::optional<Nanoseconds> last);

  // True if a seek of ours may have caused the end.
  bool doubts_end () const { return plan_.allowed () && timeline_.is_ours (); }
  // True if a seek of ours should have found a frame and did not.
  bool has_lost_frame () const { return plan_.lost (); }
  // True if a frame at `time` came before a seek back.
  bool repeats (Nanoseconds time) const { return plan_.repeats (time); }

  // A segment of keyframes only has begun.
  void watch_decoder () { decoder_.watch (sink_); }
  // True if the decoder gives more than keyframes in such a segment.
  bool gets_all_frames () const { return decoder_.decodes_all (); }
  // Gives the decoder nothing more in this segment.
  void close_decoder ();

 private:
  Then go_back ();
  Then decode_all (const char *why);
  OwnSeek::Outcome seek_to (Nanoseconds time, int flags, const char *why);
  bool can_seek ();
  const TimeSource &time_source ();

  GstElement *element_;
  GstPad *sink_;
  const Timeline &timeline_;
  OwnSeek own_;
  SeekPlan plan_;
  SeekMode mode_ = SeekMode::automatic;
  DecoderWatch decoder_;
  std::optional<TimeSource> time_source_;  // found out when it is first needed
  bool keyframes_asked_ = false;
};

}  // namespace quad::extract
