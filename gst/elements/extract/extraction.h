// What frameextract does with a stream: which frames go on, under which time, and when
// upstream is asked to seek.
#pragma once

#include <gst/video/video.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/frame_choice.h"
#include "elements/extract/decoder.h"
#include "elements/extract/enums.h"
#include "elements/extract/own_seek.h"
#include "elements/extract/seek_plan.h"
#include "glue/owned.h"

namespace quad {

// Times in nanoseconds from where the film begins; GST_CLOCK_TIME_NONE where there is none.
struct ExtractSettings {
  int rate_n = 0, rate_d = 1;  // 0/1: not by rate
  guint64 start_time = GST_CLOCK_TIME_NONE;
  guint64 stop_time = GST_CLOCK_TIME_NONE;
  guint64 tolerance_before = GST_CLOCK_TIME_NONE;
  guint64 tolerance_after = GST_CLOCK_TIME_NONE;
  Missing missing = Missing::repeat;
  std::vector<guint64> timestamps;
  // Why what was last set as text is no time.
  std::string list_problem, start_problem, stop_problem;
  Policy policy = Policy::played_at;
  std::vector<guint64> indices;
  guint every_nth = 0;
  bool keyframes = false;
  guint64 max_frames = 0;
  guint64 max_gap = 3600 * GST_SECOND;
  SeekMode seek_mode = SeekMode::automatic;
  bool post_messages = false;
};

inline const ExtractSettings kExtractDefaults;

// So far that no difference of two times overflows.
inline constexpr Nanoseconds kFarthest = kUnlimited / 2;

// A GstClockTime; none is unlimited.
inline Nanoseconds nanoseconds (guint64 time)
{
  return time > static_cast<guint64> (kUnlimited) ? kUnlimited : static_cast<Nanoseconds> (time);
}

// A point in time.
inline Nanoseconds point (guint64 time) { return std::min (nanoseconds (time), kFarthest); }

enum class Selection { everything, rate, timestamps, indices, every_nth, keyframes };

// The one selection that is set, or nothing, with what is wrong.
std::optional<Selection> selection_of (const ExtractSettings &settings, std::string &problem);

// One a frameextract. Serialized events and buffers come in the streaming thread, one at
// a time; set and settings on any thread.
class Extraction {
 public:
  Extraction (GstElement *element, GstPad *sink, GstPad *src);

  void change (const std::function<void (ExtractSettings &)> &edit);
  ExtractSettings settings () const;

  // Takes the settings as they are now, for the stream that begins. False, with the
  // reason posted, where they contradict each other.
  bool start ();
  // Wakes whoever waits; before the pads are deactivated.
  void unblock () { seek_.cancel (true); }
  void stop ();

  GstFlowReturn chain (GstBuffer *buffer);
  gboolean sink_event (GstEvent *event);
  gboolean src_event (GstEvent *event);
  // What the output adds to the input's latency.
  GstClockTime latency () const;
  // The caps that the output has for an input's, and the other way round, where they hold
  // a range of frame rates.
  Owned<GstCaps> transform_caps (GstPadDirection from, GstCaps *caps) const;

 private:
  struct Frame {
    Owned<GstBuffer> buffer;  // none where it was damaged
    Owned<GstCaps> caps;
    Nanoseconds time = 0, end = 0;
    FrameLength length;
    Nanoseconds shown = 0;  // when the picture in `buffer` began
    bool damaged = false;
  };

  // extraction_input.cpp: what comes in
  void reset ();
  void begin_selection ();
  void forget_frame ();
  bool is_by_time () const
  {
    return selection_ == Selection::rate || selection_ == Selection::timestamps;
  }
  GstFlowReturn accept (Owned<GstBuffer> buffer);
  GstFlowReturn take (Owned<GstBuffer> buffer);
  Frame frame_of (Owned<GstBuffer> buffer);
  void find_origin (GstEvent *stream_start);
  void begin_film ();
  gboolean end (GstEvent *eos);
  gboolean take_caps (GstEvent *event);
  gboolean take_segment (GstEvent *event);
  bool take_flush (GstEvent *flush);
  gboolean send_segment (Owned<GstEvent> event);
  void take_own_segment ();
  void correct_segment ();
  gboolean send_output_segment ();
  gboolean extend_segment ();
  Nanoseconds last_time () const;
  // Of the film: what upstream calls stream time, from where the film begins.
  std::optional<Nanoseconds> stream_time (guint64 position) const;
  // The other way round, for a seek.
  Nanoseconds upstream_time (Nanoseconds time) const
  {
    return std::max<Nanoseconds> (0, std::min (time, kFarthest) + origin_);
  }

  // extraction_choice.cpp: which frames are taken
  Nanoseconds part_begin () const;
  GstFlowReturn by_number (Frame frame);
  GstFlowReturn by_index (Frame frame);
  GstFlowReturn pick (Frame frame);
  GstFlowReturn by_time (Frame frame);
  void hold (Frame frame);
  bool is_jump (const Frame &frame) const;
  void warn_of_jump (Nanoseconds from, Nanoseconds to);
  bool is_too_long (const FrameLength &length) const;
  Nanoseconds believed_end () const;
  Nanoseconds end_of_last (bool ended);
  GstFlowReturn drain (bool ended);
  GstFlowReturn drain_targets (bool ended);

  // extraction_seek.cpp: seeks of our own
  std::optional<GstFlowReturn> after_seek (const Frame &frame);
  GstFlowReturn go_back ();
  GstFlowReturn look_ahead (Nanoseconds now, Nanoseconds time);
  GstFlowReturn decode_all ();
  OwnSeek::Outcome seek_to (Nanoseconds time, int flags);
  bool ended_early () const;
  bool seekable ();
  const TimeSource &time_source ();
  GstFlowReturn demand_keyframes ();
  GstFlowReturn keyframes_unknown ();

  // extraction_output.cpp: what goes out
  GstFlowReturn meet (Frame *earlier, Frame *later, bool past_end, Nanoseconds limit);
  ChoiceRule rule_for (const Frame *earlier, const Frame *later) const;
  GstFlowReturn emit (Frame &frame, const Target &target, bool keep);
  void label (GstBuffer *buffer, const Frame &frame, const Target &target);
  guint64 requested_of (const Target &target) const;
  void describe (GstStructure *structure, const Target &target) const;
  GstFlowReturn fail (GstStreamError code, const std::string &text, const char *advice);
  GstFlowReturn send_caps (GstCaps *caps);
  GstFlowReturn miss (const Target &target, const char *reason, const Target *last = nullptr);
  GstFlowReturn miss_run (const char *reason, Nanoseconds until);
  GstFlowReturn finish ();
  void finish_with (Owned<GstEvent> eos);
  void post_progress (bool last);
  guint64 ticks_in_all () const;
  static guint64 actual (const Frame &frame);
  bool full () const { return used_.max_frames > 0 && extracted_ >= used_.max_frames; }
  guint64 output_position (Nanoseconds time) const;
  std::optional<gint64> output_running_time (guint64 time) const;

  GstElement *element_;
  GstPad *sink_, *src_;
  mutable std::mutex mutex_;
  ExtractSettings settings_;                     // protected by mutex_
  Selection selection_ = Selection::everything;  // protected by mutex_, written while starting
  bool passthrough_ = true;                      // likewise
  GstClockTime interval_ = 0;  // of the input's frames, where known; protected by mutex_
  OwnSeek seek_;

  // The streaming thread's.
  ExtractSettings used_;
  GstSegment in_segment_ = {}, out_segment_ = {};
  bool have_segment_ = false;  // of the output
  // Since a seek of ours, running time upstream is behind what downstream was told.
  gint64 behind_ = 0;
  bool segment_is_ours_ = false;  // that of the input came by one, and downstream has another
  bool segment_over_ = false;     // what comes next is another one, even if it looks the same
  guint32 segment_seqnum_ = GST_SEQNUM_INVALID;
  // The stream time at which the film begins, of the stream with this name. Seeks do not change it.
  Nanoseconds origin_ = 0;
  bool origin_known_ = false;
  // The timestamp of that, where timestamps stay and the stream times that they mean do not.
  std::optional<gint64> zero_;
  bool begin_known_ = false, from_beginning_ = false;  // the film is shown from its beginning
  std::string stream_id_;
  std::atomic<bool> sought_first_ = false;  // by the application, before there was a segment
  Owned<GstCaps> in_caps_, sent_caps_;
  Targets targets_;
  bool have_targets_ = false;
  Nanoseconds first_tick_ = 0;
  Frame held_;                       // the last frame, until it is known which times it is for
  std::optional<Nanoseconds> last_;  // its time, where the next frame follows it
  Nanoseconds frame_end_ = 0;
  guint64 count_ = 0, extracted_ = 0, missed_ = 0;
  bool finished_ = false, failed_ = false, discont_ = true, warned_of_jump_ = false;
  bool ended_below_ = false;  // downstream takes no more of this segment
  // Seeks of our own.
  SeekPlan plan_;
  Nanoseconds film_begin_ = 0;  // of the part that the application asked for
  bool own_flush_ = false;      // the next segment is that of a seek of ours
  bool reseeked_ = false;       // after a seek of ours, and none of the application's
  bool keyframes_asked_ = false;
  std::optional<TimeSource> time_source_;
  DecoderWatch decoder_;
  gint64 progress_at_ = 0;  // when there may be a message again
  guint64 progress_done_ = 0;
};

}  // namespace quad
