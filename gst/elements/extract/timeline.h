// Where a stream's times lie: in the film, and downstream.
#pragma once

#include <gst/gst.h>

#include <atomic>
#include <optional>
#include <string>

#include "elements/extract/times.h"

namespace quad::extract {

// Owns the segment of the input, the segment that downstream was given, and where the film begins.
//
// The film's time 0 is where the film begins. Upstream's stream time may begin elsewhere. Seeks of
// our own change the input's segment. Downstream must not notice: it keeps its segment, and later
// segments get the running time that they would have without the seeks.
//
// Calls no pad and no element. The streaming thread's, but for sought ().
class Timeline {
 public:
  Timeline () { reset (); }

  // A stream begins, or begins again after a flush of the application. The film stays.
  void reset ();

  // A stream with this name begins. Another film begins with another name.
  void begin_stream (const std::string &id);
  // The next stream is another film, whatever its name.
  void forget_film ();
  // Notes whether the application seeks. A seek before the first segment means stream time, so it
  // decides where 0 is. Returns the note before. Any thread.
  bool sought (bool now) { return sought_first_.exchange (now); }

  // Our own seek has flushed: the next segment is its own.
  void expect_own_segment () { own_flush_ = true; }
  bool expects_own_segment () const { return own_flush_; }
  // The next segment is a new one, even if it looks like the last.
  void end_segment () { segment_over_ = true; }
  // The film is shown again from another place: the next segment says whether from its beginning.
  void show_again () { begin_known_ = false; }

  // How a segment relates to the one before it.
  enum class Kind {
    first,       // of the stream
    ours,        // our own seek led to it
    update,      // the same one, with more known of it
    correction,  // the same frames go on; another stream turned out to begin earlier
    next,        // it follows the one before it
  };
  // `forwarded`: a seek of the application led to it that did not flush.
  Kind kind_of (const GstSegment &segment, bool forwarded) const;

  // What downstream must be told.
  enum class Tell {
    nothing,
    again,  // output (), which is its segment with something corrected
    anew,   // output (), which is another segment
  };
  // Takes a segment. `keeps_timestamps`: see keeps_timestamps () in upstream.h; needed where the
  // film's begin is not known yet.
  Tell take (const GstSegment &segment, Kind kind, bool forwarded, bool keeps_timestamps,
             guint32 seqnum);

  const GstSegment &input () const { return in_; }
  const GstSegment &output () const { return out_; }
  // Of the segment that downstream has.
  guint32 seqnum () const { return seqnum_; }
  // True if output () is not upstream's segment, because seeks of our own came before it.
  bool is_shifted () const { return reseeked_ || behind_ != 0; }
  // True if a timestamp means the same in both segments.
  bool keeps_positions () const { return in_.start == out_.start && in_.time == out_.time; }
  bool is_timed () const { return in_.format == GST_FORMAT_TIME; }
  bool has_segment () const { return have_segment_; }
  bool has_film () const { return origin_known_; }
  // True if the input's segment came from a seek of our own, and downstream has another.
  bool is_ours () const { return ours_; }
  // True if the film is shown from its beginning.
  bool is_from_beginning () const { return from_beginning_; }
  bool is_looping () const { return in_.flags & GST_SEGMENT_FLAG_SEGMENT; }
  bool is_keyframes_only () const { return in_.flags & GST_SEGMENT_FLAG_TRICKMODE_KEY_UNITS; }

  // The stream time at which the film begins.
  Nanoseconds origin () const { return origin_; }
  // Where the part of the film begins that the application asked for.
  Nanoseconds part_begin () const { return part_begin_; }
  // The film's time of a timestamp of the input. Nothing outside of the stream.
  std::optional<Nanoseconds> film_time (guint64 position) const;
  std::optional<Nanoseconds> segment_begin () const { return film_time (in_.start); }
  // kUnlimited if not known.
  Nanoseconds segment_end () const;
  // True if a segment begins before `end`, the time that the film had reached.
  bool goes_back (const GstSegment &segment, Nanoseconds end) const;
  // Where the film, or the part that was asked for, should end; `duration` is upstream's answer.
  // kUnlimited if not known.
  Nanoseconds film_end (std::optional<Nanoseconds> duration) const;
  // The stream time of a time of the film, as upstream takes it in a seek.
  Nanoseconds upstream_time (Nanoseconds time) const;
  // The timestamp downstream of a time of the film.
  guint64 output_position (Nanoseconds time) const;

 private:
  std::optional<Nanoseconds> film_time (const GstSegment &segment, guint64 position) const;
  void find_begin (bool keeps_timestamps);
  Tell take_own ();
  Tell extend ();
  Tell correct ();
  Tell begin_output (guint32 seqnum);
  std::optional<gint64> output_running_time (guint64 stream_time) const;

  GstSegment in_ = {}, out_ = {};
  bool have_segment_ = false;  // downstream was given one
  guint32 seqnum_ = GST_SEQNUM_INVALID;
  // How much less running time is upstream than downstream, since a seek of our own.
  gint64 behind_ = 0;
  bool ours_ = false;
  bool own_flush_ = false;
  bool reseeked_ = false;  // we have sought, and the application has not since
  bool segment_over_ = false;

  std::string stream_id_;
  Nanoseconds origin_ = 0;
  bool origin_known_ = false;
  // The timestamp of the film's 0, if timestamps stay while their stream times change.
  std::optional<gint64> zero_;
  std::atomic<bool> sought_first_ = false;
  bool begin_known_ = false, from_beginning_ = false;
  Nanoseconds part_begin_ = 0;
};

// For the log.
const char *name_of (Timeline::Kind kind);

}  // namespace quad::extract
