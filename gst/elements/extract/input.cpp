// What comes in: frames and what surrounds them, and seeks of our own.
#include <algorithm>

#include "elements/extract/extraction.h"
#include "glue/film.h"

namespace quad {
namespace {

std::vector<Nanoseconds> signed_of (const std::vector<guint64> &values)
{
  std::vector<Nanoseconds> result;
  for (const guint64 v : values) result.push_back (point (v));
  return result;
}

bool is_serialized (GstEvent *event)
{
  return gst_event_type_get_flags (GST_EVENT_TYPE (event)) & GST_EVENT_TYPE_SERIALIZED;
}

// Whether a segment is the one before it, sent again with something in it brought up to date.
bool is_update (const GstSegment &now, const GstSegment &before)
{
  return now.format == before.format && now.rate == before.rate && now.start == before.start &&
         now.time == before.time && now.base == before.base;
}

// What timestamps are above stream times.
gint64 offset_of (const GstSegment &segment)
{
  return static_cast<gint64> (segment.start - segment.time);
}

// The same frames go on; another stream turned out to begin earlier.
bool is_correction (const GstSegment &now, const GstSegment &before)
{
  return now.format == before.format && now.rate == before.rate && now.base == before.base &&
         now.time == before.time && now.start < before.start;
}

// Whoever means seconds writes a time that is none.
void warn_of_short_times (GstElement *element, const ExtractSettings &s)
{
  const struct {
    const char *name, *text;
    guint64 time;
  } all[] = {{"start-time", "start", s.start_time}, {"stop-time", "stop", s.stop_time}};
  for (const auto &row : all)
    if (row.time > 0 && row.time < GST_MSECOND)
      GST_ELEMENT_WARNING (element, RESOURCE, SETTINGS,
                           ("%s is %" G_GUINT64_FORMAT " nanoseconds. For %" G_GUINT64_FORMAT
                            " seconds write %s=%" G_GUINT64_FORMAT ".",
                            row.name, row.time, row.time, row.text, row.time),
                           (nullptr));
}

}  // namespace

std::optional<Selection> selection_of (const ExtractSettings &s, std::string &problem)
{
  const struct {
    const char *name;
    bool set;
    Selection selection;
  } all[] = {{"rate", s.rate_n > 0, Selection::rate},
             {"timestamps", !s.timestamps.empty (), Selection::timestamps},
             {"indices", !s.indices.empty (), Selection::indices},
             {"every-nth", s.every_nth > 0, Selection::every_nth},
             {"keyframes", s.keyframes, Selection::keyframes}};
  Selection found = Selection::everything;
  const char *name = nullptr;
  for (const auto &row : all) {
    if (!row.set) continue;
    if (name) {
      problem = std::string (name) + " and " + row.name + " are both set: set one of them.";
      return {};
    }
    name = row.name;
    found = row.selection;
  }
  for (const guint64 time : s.timestamps) {
    if (time <= static_cast<guint64> (kUnlimited)) continue;
    problem = "timestamps holds " + std::to_string (time) + ", which is no time: the largest is " +
              std::to_string (kUnlimited) + " ns.";
    return {};
  }
  for (const std::string *text : {&s.list_problem, &s.start_problem, &s.stop_problem}) {
    if (text->empty ()) continue;
    problem = *text;
    return {};
  }
  if (s.start_time != GST_CLOCK_TIME_NONE && s.stop_time <= s.start_time) {
    problem = "stop-time is not after start-time.";
    return {};
  }
  return found;
}

Extraction::Extraction (GstElement *element, GstPad *sink, GstPad *src)
    : element_ (element), sink_ (sink), src_ (src), seek_ (element, sink)
{
  reset ();
}

void Extraction::change (const std::function<void (ExtractSettings &)> &edit)
{
  const std::lock_guard lock (mutex_);
  edit (settings_);
}

ExtractSettings Extraction::settings () const
{
  const std::lock_guard lock (mutex_);
  return settings_;
}

bool Extraction::start ()
{
  seek_.cancel (false);
  std::string problem;
  const ExtractSettings s = settings ();
  const std::optional<Selection> selection = selection_of (s, problem);
  if (!selection) {
    GST_ELEMENT_ERROR (element_, RESOURCE, SETTINGS, ("%s", problem.c_str ()), (nullptr));
    return false;
  }
  warn_of_short_times (element_, s);
  find_origin (nullptr);
  reset ();
  return true;
}

void Extraction::stop ()
{
  reset ();
  decoder_.forget ();
  time_source_.reset ();
  in_caps_.reset ();
}

// A stream begins, or begins again somewhere else.
void Extraction::reset ()
{
  {
    const std::lock_guard lock (mutex_);
    used_ = settings_;
    // What was wrong left the list as it was.
    used_.list_problem = used_.start_problem = used_.stop_problem = "";
    std::string problem;
    // What was set amiss while playing counts as nothing; start () refuses it.
    selection_ = selection_of (used_, problem).value_or (Selection::everything);
    passthrough_ = selection_ == Selection::everything && used_.max_frames == 0 &&
                   used_.start_time == GST_CLOCK_TIME_NONE &&
                   used_.stop_time == GST_CLOCK_TIME_NONE;
  }
  gst_segment_init (&in_segment_, GST_FORMAT_UNDEFINED);
  gst_segment_init (&out_segment_, GST_FORMAT_UNDEFINED);
  have_segment_ = begin_known_ = segment_is_ours_ = segment_over_ = reseeked_ = false;
  ended_below_ = false;
  behind_ = 0;
  begin_selection ();
  sent_caps_.reset ();
  forget_frame ();
  frame_end_ = 0;
  failed_ = warned_of_jump_ = false;
  discont_ = true;
  plan_.reset (used_.seek_mode != SeekMode::never);
  keyframes_asked_ = false;
  decoder_.reset ();
  progress_at_ = 0;
}

// From the first of the targets on.
void Extraction::begin_selection ()
{
  have_targets_ = selection_ == Selection::timestamps || selection_ == Selection::indices;
  targets_ = selection_ == Selection::timestamps ? Targets (signed_of (used_.timestamps))
             : selection_ == Selection::indices  ? Targets (signed_of (used_.indices))
                                                 : Targets ();
  count_ = extracted_ = missed_ = progress_done_ = 0;
  finished_ = false;
}

// What comes next does not follow what came last.
void Extraction::forget_frame ()
{
  held_ = {};
  last_.reset ();
  plan_.forget ();
}

GstClockTime Extraction::latency () const
{
  const std::lock_guard lock (mutex_);
  // A frame is for the times up to the next one's.
  return is_by_time () ? interval_ : 0;
}

std::optional<Nanoseconds> Extraction::stream_time (guint64 position) const
{
  guint64 time = 0;
  if (in_segment_.format != GST_FORMAT_TIME) return {};
  switch (gst_segment_to_stream_time_full (&in_segment_, GST_FORMAT_TIME, position, &time)) {
    case 1: return point (time) - origin_;
    case -1: return std::max (-point (time) - origin_, -kFarthest);
    default: return {};
  }
}

// Forgets where the film begins when another stream comes; with nullptr, whatever comes.
void Extraction::find_origin (GstEvent *stream_start)
{
  const gchar *id = "";
  if (stream_start) gst_event_parse_stream_start (stream_start, &id);
  if (stream_start && stream_id_ == id) return;
  stream_id_ = id;
  origin_ = 0;
  origin_known_ = sought_first_ = false;
  zero_.reset ();
}

// Where the segment that has come begins: the first of a stream, or the first after a seek of the
// application.
void Extraction::begin_film ()
{
  if (!origin_known_ && !sought_first_) origin_ = point (film_begin (in_segment_));
  const bool timed = in_segment_.format == GST_FORMAT_TIME;
  if (!origin_known_ && timed && keeps_timestamps (sink_))
    zero_ = offset_of (in_segment_) + origin_;
  if (zero_ && timed) origin_ = *zero_ - offset_of (in_segment_);
  origin_known_ = true;
  if (!begin_known_) from_beginning_ = stream_time (in_segment_.start).value_or (0) <= 0;
  begin_known_ = true;
}

// Where the stream, or the part of it that was asked for, should end; kUnlimited where that
// is not known.
Nanoseconds Extraction::last_time () const
{
  gint64 duration = -1;
  Nanoseconds end = kUnlimited;
  if (gst_pad_peer_query_duration (sink_, GST_FORMAT_TIME, &duration) && duration >= 0)
    end = duration;
  // Of Matroska and FLV files that begin later than at 0, some muxers count it from 0. MPEG's times
  // begin within a second or so, and it is from there.
  Nanoseconds late = origin_ > kSecond ? origin_ : 0;
  if (GST_CLOCK_TIME_IS_VALID (in_segment_.duration) && in_segment_.start > in_segment_.time)
    late = point (in_segment_.start - in_segment_.time);
  if (end != kUnlimited && end > late) end -= late;
  if (in_segment_.stop != GST_CLOCK_TIME_NONE)
    end = std::min (end, stream_time (in_segment_.stop).value_or (kUnlimited));
  return end;
}

GstFlowReturn Extraction::chain (GstBuffer *buffer)
{
  const GstFlowReturn flow = accept (Owned<GstBuffer>{buffer});
  if (flow != GST_FLOW_EOS) return flow;
  // Nothing more is wanted, here or downstream. Another segment may have come since that was said.
  decoder_.close (sink_);
  ended_below_ = !finished_;
  return flow;
}

GstFlowReturn Extraction::accept (Owned<GstBuffer> buffer)
{
  if (finished_) return GST_FLOW_EOS;
  if (failed_) return GST_FLOW_ERROR;
  if (in_segment_.format != GST_FORMAT_TIME && !passthrough_)
    return fail (GST_STREAM_ERROR_FORMAT, "The stream before frameextract is not timed.",
                 "Its segment is not in time: put a demuxer, a parser or a decoder before "
                 "frameextract.");
  if (passthrough_) {
    // After a flush that ended a selection.
    if (!sent_caps_ && in_caps_)
      if (const GstFlowReturn flow = send_caps (in_caps_.get ()); flow != GST_FLOW_OK) return flow;
    return gst_pad_push (src_, buffer.release ());
  }
  const GstFlowReturn flow = take (std::move (buffer));
  if (flow == GST_FLOW_OK) post_progress (false);
  return flow;
}

GstFlowReturn Extraction::take (Owned<GstBuffer> buffer)
{
  if (selection_ == Selection::keyframes &&
      !(in_segment_.flags & GST_SEGMENT_FLAG_TRICKMODE_KEY_UNITS))
    return demand_keyframes ();
  if (decoder_.decodes_all ()) return keyframes_unknown ();
  Frame frame = frame_of (std::move (buffer));
  if (plan_.looking ())
    if (const auto flow = after_seek (frame)) return *flow;
  return is_by_time () ? by_time (std::move (frame)) : by_number (std::move (frame));
}

Extraction::Frame Extraction::frame_of (Owned<GstBuffer> buffer)
{
  Frame frame;
  // One without a time follows the one before it; one that goes back is shown at once.
  std::optional<Nanoseconds> time;
  if (GST_BUFFER_PTS_IS_VALID (buffer.get ())) time = stream_time (GST_BUFFER_PTS (buffer.get ()));
  if (!time) time = last_ ? frame_end_ : stream_time (in_segment_.start);
  frame.time = time.value_or (0);
  if (last_) frame.time = std::max (frame.time, *last_);
  frame.shown = frame.time;
  if (GST_BUFFER_DURATION_IS_VALID (buffer.get ()))
    frame.length.said = point (GST_BUFFER_DURATION (buffer.get ()));
  frame.length.usual = point (interval_);
  if (const Nanoseconds gap = last_ ? frame.time - *last_ : 0; gap <= nanoseconds (used_.max_gap))
    frame.length.previous = gap;
  frame.end = std::min (frame.time + frame.length.best (), kFarthest);
  frame.caps.reset (in_caps_ ? gst_caps_ref (in_caps_.get ()) : nullptr);
  frame.damaged = GST_BUFFER_FLAG_IS_SET (buffer.get (), GST_BUFFER_FLAG_CORRUPTED);
  if (!frame.damaged || selection_ == Selection::everything) frame.buffer = std::move (buffer);
  return frame;
}

gboolean Extraction::end (GstEvent *eos)
{
  Owned<GstEvent> event{eos};
  if (finished_) return TRUE;
  if (passthrough_ || failed_ || ended_below_) return gst_pad_push_event (src_, event.release ());
  if (ended_early ()) {
    if (last_) plan_.resume_at (*last_ + 1);
    if ((plan_.lost () ? go_back () : decode_all ()) == GST_FLOW_FLUSHING) return TRUE;
  }
  const GstFlowReturn flow = drain (true);
  // Upstream, which would say so, does not hear of it any more.
  if (!failed_ && flow < GST_FLOW_EOS) {
    failed_ = true;
    GST_ELEMENT_FLOW_ERROR (element_, flow);
  }
  if (failed_) return gst_pad_push_event (src_, event.release ());
  if (finished_) return TRUE;
  const Nanoseconds full = std::min (last_time (), nanoseconds (used_.stop_time));
  if (selection_ == Selection::rate && full != kUnlimited && full > frame_end_ + kSecond)
    GST_ELEMENT_WARNING (
        element_, STREAM, DECODE,
        ("The stream ended at %.3f s of %.3f s: the rest is missing or cannot be decoded.",
         static_cast<double> (frame_end_) / kSecond, static_cast<double> (full) / kSecond),
        (nullptr));
  finish_with (std::move (event));
  return TRUE;
}

gboolean Extraction::take_segment (GstEvent *taken)
{
  Owned<GstEvent> event{taken};
  if (failed_) return FALSE;
  GstSegment segment;
  gst_event_copy_segment (event.get (), &segment);
  if (segment.rate < 0 && !passthrough_) {
    fail (GST_STREAM_ERROR_FORMAT, "frameextract cannot select frames backwards.",
          "Seek with a rate above 0.");
    return FALSE;
  }
  // An application's seek that does not flush may come after our flush, in place of our segment.
  const bool forwarded = seek_.forwarded (event.get ());
  const bool ours = have_segment_ && own_flush_ && !forwarded;
  const bool update =
      have_segment_ && !ours && !forwarded && !segment_over_ && is_update (segment, in_segment_);
  const bool correction = zero_ && have_segment_ && !ours && !forwarded && !segment_over_ &&
                          is_correction (segment, in_segment_);
  own_flush_ = segment_over_ = false;
  if (have_segment_ && !ours && !update && !correction) {
    drain (false);
    const Nanoseconds end = frame_end_;
    // After the end nothing is selected any more, unless the application goes on from there.
    const bool over = finished_ && !forwarded && !(in_segment_.flags & GST_SEGMENT_FLAG_SEGMENT);
    forget_frame ();
    in_segment_ = segment;
    // Where the film goes on, so do ticks and numbers; a jump back is another showing.
    if (const auto begin = stream_time (segment.start);
        !over && begin && *begin + kSecond / 1000 < end) {
      begin_selection ();
      begin_known_ = false;
    }
  }
  ended_below_ = false;
  in_segment_ = segment;
  begin_film ();
  if (selection_ == Selection::keyframes && segment.flags & GST_SEGMENT_FLAG_TRICKMODE_KEY_UNITS)
    decoder_.watch (sink_);
  if (ours) {
    take_own_segment ();
    return TRUE;
  }
  if (update && segment_is_ours_) return extend_segment ();
  if (correction && segment_is_ours_) return correct_segment (), TRUE;
  segment_is_ours_ = false;
  if (forwarded) reseeked_ = false;
  if (forwarded || !have_segment_) film_begin_ = stream_time (segment.start).value_or (0);
  have_segment_ = true;
  return send_segment (std::move (event));
}

// Downstream knows of no seek, so its segment stays, unless upstream is past the end of that.
void Extraction::take_own_segment ()
{
  segment_is_ours_ = reseeked_ = true;
  correct_segment ();
  const auto running = output_running_time (in_segment_.time);
  if (!running) return;
  behind_ = *running - static_cast<gint64> (point (in_segment_.base));
  guint64 position = 0;
  if (GST_CLOCK_TIME_IS_VALID (out_segment_.stop) &&
      gst_segment_position_from_stream_time_full (&out_segment_, GST_FORMAT_TIME, in_segment_.time,
                                                  &position) == 1 &&
      position >= out_segment_.stop) {
    segment_is_ours_ = false;
    send_segment (Owned<GstEvent>{gst_event_new_segment (&in_segment_)});
  }
}

// The film goes on further than was known (a fragmented MP4, whose later fragments were not read
// yet): so does the segment that downstream has.
gboolean Extraction::extend_segment ()
{
  if (!GST_CLOCK_TIME_IS_VALID (out_segment_.stop) || finished_) return TRUE;
  guint64 stop = GST_CLOCK_TIME_NONE;
  if (GST_CLOCK_TIME_IS_VALID (in_segment_.stop)) {
    const auto time = stream_time (in_segment_.stop);
    if (!time) return TRUE;
    stop = output_position (*time);
    if (stop <= out_segment_.stop) return TRUE;
  }
  out_segment_.stop = stop;
  return send_output_segment ();
}

// Timestamps have other stream times than downstream was told: so have they there.
void Extraction::correct_segment ()
{
  if (!zero_ || out_segment_.format != GST_FORMAT_TIME || finished_) return;
  const gint64 by = offset_of (out_segment_) - offset_of (in_segment_);
  if (by == 0) return;
  out_segment_.time += static_cast<guint64> (by);
  send_output_segment ();
}

gboolean Extraction::send_output_segment ()
{
  const Owned<GstEvent> old{gst_pad_get_sticky_event (src_, GST_EVENT_SEGMENT, 0)};
  Owned<GstEvent> event{gst_event_new_segment (&out_segment_)};
  gst_event_set_seqnum (event.get (), segment_seqnum_);
  if (old)
    gst_event_set_running_time_offset (event.get (),
                                       gst_event_get_running_time_offset (old.get ()));
  return gst_pad_push_event (src_, event.release ());
}

// Hands the segment of the input on, at the running time that it has downstream.
gboolean Extraction::send_segment (Owned<GstEvent> event)
{
  out_segment_ = in_segment_;
  if (!reseeked_) segment_seqnum_ = gst_event_get_seqnum (event.get ());
  if (reseeked_ || behind_ != 0) {
    const gint64 base = static_cast<gint64> (point (in_segment_.base)) + behind_;
    out_segment_.base = static_cast<guint64> (std::max<gint64> (0, base));
    const gint64 offset = gst_event_get_running_time_offset (event.get ());
    event.reset (gst_event_new_segment (&out_segment_));
    gst_event_set_seqnum (event.get (), segment_seqnum_);
    gst_event_set_running_time_offset (event.get (), offset);
  }
  return finished_ ? TRUE : gst_pad_push_event (src_, event.release ());
}

gboolean Extraction::take_caps (GstEvent *taken)
{
  const Owned<GstEvent> event{taken};
  GstCaps *caps = nullptr;
  gst_event_parse_caps (event.get (), &caps);
  gint n = 0, d = 1;
  gst_structure_get_fraction (gst_caps_get_structure (caps, 0), "framerate", &n, &d);
  const GstClockTime interval = n > 0 && d > 0 ? gst_util_uint64_scale_int (GST_SECOND, d, n) : 0;
  const bool changed = interval != interval_ && is_by_time ();
  {
    const std::lock_guard lock (mutex_);
    interval_ = interval;
  }
  if (changed) gst_element_post_message (element_, gst_message_new_latency (GST_OBJECT (element_)));
  in_caps_.reset (gst_caps_ref (caps));
  // A frame that is held goes out with the caps that it came with; after the end none goes out.
  return last_ || finished_ ? TRUE : send_caps (caps) == GST_FLOW_OK;
}

// True where it is of a seek of ours, so that downstream does not hear of it.
bool Extraction::take_flush (GstEvent *flush)
{
  const bool stop = GST_EVENT_TYPE (flush) == GST_EVENT_FLUSH_STOP;
  if (!stop) seek_.flushed ();
  const bool ours = seek_.owns (flush);
  if (stop && ours) {
    own_flush_ = true;
    last_.reset ();
  } else if (stop) {
    reset ();
  }
  return ours;
}

gboolean Extraction::sink_event (GstEvent *event)
{
  // What is not serialized may come on any thread.
  bool swallow = is_serialized (event) && finished_;
  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_FLUSH_START:
    case GST_EVENT_FLUSH_STOP: swallow = take_flush (event); break;
    case GST_EVENT_STREAM_START:
      // One that comes again after a seek of ours is the same stream.
      if (own_flush_) break;
      if (have_segment_ && !passthrough_ && !finished_ && !failed_) drain (true);
      find_origin (event);
      reset ();
      swallow = false;
      break;
    case GST_EVENT_CAPS: return take_caps (event);
    case GST_EVENT_SEGMENT: return take_segment (event);
    case GST_EVENT_EOS: return end (event);
    case GST_EVENT_SEGMENT_DONE:
      if (!passthrough_ && !finished_ && !failed_) drain (true);
      segment_over_ = true;
      swallow = finished_;
      break;
    // What is shown stays until the next frame says otherwise. A decoder hands this on ahead of
    // frames that it still holds, and the frames that fill it are still to come.
    case GST_EVENT_GAP: swallow = swallow || !passthrough_; break;
    default: break;
  }
  if (!swallow) return gst_pad_push_event (src_, event);
  gst_event_unref (event);
  return TRUE;
}

gboolean Extraction::src_event (GstEvent *event)
{
  const bool selects = [this] {
    const std::lock_guard lock (mutex_);
    return !passthrough_;
  }();
  if (GST_EVENT_TYPE (event) == GST_EVENT_QOS && selects) {
    // A decoder that hurries would leave out the frames that are wanted, and what is late here
    // says little of where it is.
    gst_event_unref (event);
    return TRUE;
  }
  if (GST_EVENT_TYPE (event) != GST_EVENT_SEEK) return gst_pad_push_event (sink_, event);
  gdouble rate = 1;
  gst_event_parse_seek (event, &rate, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr);
  if (rate < 0 && selects) {
    GST_ELEMENT_WARNING (element_, STREAM, FAILED,
                         ("A seek with rate %g is refused: frameextract cannot select frames "
                          "backwards.",
                          rate),
                         ("Seek with a rate above 0."));
    gst_event_unref (event);
    return FALSE;
  }
  // Before there is a segment, this decides where the first one begins, unless it is refused.
  const bool before = sought_first_.exchange (true);
  const bool done = seek_.forward (event);
  if (!done) sought_first_ = before;
  return done;
}

}  // namespace quad
