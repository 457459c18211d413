#include "elements/extract/timeline.h"

#include <algorithm>

#include "glue/film.h"

namespace quad::extract {
namespace {

// The segment before, sent again with more known of it.
bool is_update (const GstSegment &now, const GstSegment &before)
{
  return now.format == before.format && now.rate == before.rate && now.start == before.start &&
         now.time == before.time && now.base == before.base;
}

}  // namespace

const char *name_of (Timeline::Kind kind)
{
  switch (kind) {
    case Timeline::Kind::first: return "first";
    case Timeline::Kind::ours: return "our own";
    case Timeline::Kind::update: return "updated";
    case Timeline::Kind::correction: return "corrected";
    case Timeline::Kind::next: return "next";
  }
  return "";
}

void Timeline::reset ()
{
  gst_segment_init (&in_, GST_FORMAT_UNDEFINED);
  gst_segment_init (&out_, GST_FORMAT_UNDEFINED);
  have_segment_ = begin_known_ = ours_ = segment_over_ = reseeked_ = false;
  behind_ = 0;
}

void Timeline::begin_stream (const std::string &id)
{
  if (stream_id_ == id) return;
  forget_film ();
  stream_id_ = id;
}

void Timeline::forget_film ()
{
  stream_id_.clear ();
  origin_ = 0;
  origin_known_ = sought_first_ = false;
  zero_.reset ();
}

Timeline::Kind Timeline::kind_of (const GstSegment &segment, bool forwarded) const
{
  if (!have_segment_) return Kind::first;
  // A seek of the application that does not flush may end after our flush. Then its segment comes
  // in place of ours.
  if (forwarded) return Kind::next;
  if (own_flush_) return Kind::ours;
  if (segment_over_) return Kind::next;
  if (is_update (segment, in_)) return Kind::update;
  return zero_ && is_correction (segment, in_) ? Kind::correction : Kind::next;
}

Timeline::Tell Timeline::take (const GstSegment &segment, Kind kind, bool forwarded,
                               bool keeps_timestamps, guint32 seqnum)
{
  own_flush_ = segment_over_ = false;
  in_ = segment;
  find_begin (keeps_timestamps);
  if (kind == Kind::ours) return take_own ();
  if (ours_ && kind == Kind::update) return extend ();
  if (ours_ && kind == Kind::correction) return correct ();
  ours_ = false;
  if (forwarded) reseeked_ = false;
  if (forwarded || !have_segment_) part_begin_ = segment_begin ().value_or (0);
  have_segment_ = true;
  return begin_output (seqnum);
}

// The first segment of a stream says where 0 is; the first one after a seek of the application says
// which part is shown.
void Timeline::find_begin (bool keeps_timestamps)
{
  if (!origin_known_ && !sought_first_) origin_ = point (film_begin (in_));
  if (!origin_known_ && is_timed () && keeps_timestamps) zero_ = offset_of (in_) + origin_;
  if (zero_ && is_timed ()) origin_ = *zero_ - offset_of (in_);
  origin_known_ = true;
  if (!begin_known_) from_beginning_ = segment_begin ().value_or (0) <= 0;
  begin_known_ = true;
}

// Downstream does not know of seeks and keeps its segment. It gets another one only if upstream is
// past the end of that.
Timeline::Tell Timeline::take_own ()
{
  ours_ = reseeked_ = true;
  const Tell tell = correct ();
  const auto running = output_running_time (in_.time);
  if (!running) return tell;
  behind_ = *running - static_cast<gint64> (point (in_.base));
  guint64 position = 0;
  if (!GST_CLOCK_TIME_IS_VALID (out_.stop) ||
      gst_segment_position_from_stream_time_full (&out_, GST_FORMAT_TIME, in_.time, &position) !=
          1 ||
      position < out_.stop)
    return tell;
  ours_ = false;
  return begin_output (seqnum_);
}

// A fragmented MP4 turns out to be longer when its later fragments are read. So does the segment
// that downstream has.
Timeline::Tell Timeline::extend ()
{
  if (!GST_CLOCK_TIME_IS_VALID (out_.stop)) return Tell::nothing;
  guint64 stop = GST_CLOCK_TIME_NONE;
  if (GST_CLOCK_TIME_IS_VALID (in_.stop)) {
    const auto time = film_time (in_.stop);
    if (!time) return Tell::nothing;
    stop = output_position (*time);
    if (stop <= out_.stop) return Tell::nothing;
  }
  out_.stop = stop;
  return Tell::again;
}

// Timestamps have other stream times than downstream was told, so it gets the new ones.
Timeline::Tell Timeline::correct ()
{
  if (!zero_ || out_.format != GST_FORMAT_TIME) return Tell::nothing;
  const gint64 by = offset_of (out_) - offset_of (in_);
  if (by == 0) return Tell::nothing;
  out_.time += static_cast<guint64> (by);
  return Tell::again;
}

// Downstream gets the input's segment, at the running time that it would have without our seeks.
Timeline::Tell Timeline::begin_output (guint32 seqnum)
{
  out_ = in_;
  if (!reseeked_) seqnum_ = seqnum;
  if (is_shifted ()) {
    const gint64 base = static_cast<gint64> (point (in_.base)) + behind_;
    out_.base = static_cast<guint64> (std::max<gint64> (0, base));
  }
  return Tell::anew;
}

std::optional<Nanoseconds> Timeline::film_time (const GstSegment &segment, guint64 position) const
{
  guint64 time = 0;
  if (segment.format != GST_FORMAT_TIME) return {};
  switch (gst_segment_to_stream_time_full (&segment, GST_FORMAT_TIME, position, &time)) {
    case 1: return point (time) - origin_;
    case -1: return std::max (-point (time) - origin_, -kFarthest);
    default: return {};
  }
}

std::optional<Nanoseconds> Timeline::film_time (guint64 position) const
{
  return film_time (in_, position);
}

Nanoseconds Timeline::segment_end () const
{
  if (in_.stop == GST_CLOCK_TIME_NONE) return kUnlimited;
  return film_time (in_.stop).value_or (kUnlimited);
}

bool Timeline::goes_back (const GstSegment &segment, Nanoseconds end) const
{
  constexpr Nanoseconds rounding = kSecond / 1000;
  const auto begin = film_time (segment, segment.start);
  return begin && *begin + rounding < end;
}

Nanoseconds Timeline::film_end (std::optional<Nanoseconds> duration) const
{
  Nanoseconds end = duration.value_or (kUnlimited);
  // Some muxers count the duration of a Matroska or FLV file from 0, though the film begins later.
  // MPEG's times begin within about a second, and their duration counts from there.
  Nanoseconds late = origin_ > kSecond ? origin_ : 0;
  if (GST_CLOCK_TIME_IS_VALID (in_.duration) && in_.start > in_.time)
    late = point (in_.start - in_.time);
  if (end != kUnlimited && end > late) end -= late;
  return std::min (end, segment_end ());
}

Nanoseconds Timeline::upstream_time (Nanoseconds time) const
{
  return std::max<Nanoseconds> (0, std::min (time, kFarthest) + origin_);
}

guint64 Timeline::output_position (Nanoseconds time) const
{
  guint64 position = 0;
  const auto stream = static_cast<guint64> (upstream_time (time));
  if (gst_segment_position_from_stream_time_full (&out_, GST_FORMAT_TIME, stream, &position) != 1)
    return out_.start;
  return position;
}

// The running time downstream of a stream time.
std::optional<gint64> Timeline::output_running_time (guint64 time) const
{
  guint64 position = 0, running = 0;
  if (!GST_CLOCK_TIME_IS_VALID (time) || in_.format != GST_FORMAT_TIME ||
      out_.format != GST_FORMAT_TIME ||
      gst_segment_position_from_stream_time_full (&out_, GST_FORMAT_TIME, time, &position) != 1)
    return {};
  switch (gst_segment_to_running_time_full (&out_, GST_FORMAT_TIME, position, &running)) {
    case 1: return point (running);
    case -1: return -point (running);
    default: return {};
  }
}

}  // namespace quad::extract
