#include "elements/extract/extraction.h"

#include "elements/extract/debug.h"
#include "elements/extract/upstream.h"

namespace quad::extract {
namespace {

bool is_serialized (GstEvent *event)
{
  return gst_event_type_get_flags (GST_EVENT_TYPE (event)) & GST_EVENT_TYPE_SERIALIZED;
}

// Warns a user who meant seconds and wrote nanoseconds.
void warn_of_short_times (GstElement *element, const Settings &s)
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

Extraction::Extraction (GstElement *element, GstPad *sink, GstPad *src)
    : element_ (element),
      sink_ (sink),
      src_ (src),
      seeker_ (element, sink, timeline_),
      output_ (element, src)
{
  reset ();
}

void Extraction::change (const std::function<void (Settings &)> &edit)
{
  const std::lock_guard lock (mutex_);
  edit (settings_);
}

Settings Extraction::settings () const
{
  const std::lock_guard lock (mutex_);
  return settings_;
}

Extraction::Shared Extraction::shared () const
{
  const std::lock_guard lock (mutex_);
  return shared_;
}

bool Extraction::start ()
{
  seeker_.own ().cancel (false);
  std::string problem;
  const Settings s = settings ();
  if (!selection_of (s, problem)) {
    GST_ELEMENT_ERROR (element_, RESOURCE, SETTINGS, ("%s", problem.c_str ()), (nullptr));
    return false;
  }
  warn_of_short_times (element_, s);
  timeline_.forget_film ();
  reset ();
  return true;
}

void Extraction::stop ()
{
  reset ();
  seeker_.stop ();
  in_caps_.reset ();
}

// A stream begins, or begins again somewhere else.
void Extraction::reset ()
{
  {
    const std::lock_guard lock (mutex_);
    used_ = for_stream (settings_);
    shared_.rate_change = {used_.selection, used_.rate_n, used_.rate_d, used_.every_nth};
    shared_.passes_all = used_.passes_all;
    shared_.waits_for_next = used_.is_by_time ();
  }
  timeline_.reset ();
  selector_.begin (used_);
  seeker_.reset (used_.seek_mode);
  output_.begin (used_);
  ended_below_ = false;
}

GstClockTime Extraction::latency () const
{
  const Shared s = shared ();
  return s.waits_for_next ? s.interval : 0;
}

Owned<GstCaps> Extraction::transform_caps (GstPadDirection from, GstCaps *caps) const
{
  return other_caps (shared ().rate_change, from, caps);
}

// ---- Frames

GstFlowReturn Extraction::chain (GstBuffer *buffer)
{
  const GstFlowReturn flow = accept (Owned<GstBuffer>{buffer});
  if (flow != GST_FLOW_EOS) return flow;
  // Nothing more is wanted, here or downstream. If downstream decided that, it may still take
  // another segment.
  seeker_.close_decoder ();
  ended_below_ = !selector_.finished ();
  return flow;
}

GstFlowReturn Extraction::accept (Owned<GstBuffer> buffer)
{
  if (selector_.finished ()) return GST_FLOW_EOS;
  if (output_.has_failed ()) return GST_FLOW_ERROR;
  if (used_.passes_all) {
    // After a flush that ended a selection, downstream has no caps.
    if (!output_.has_sent_caps () && in_caps_)
      if (const GstFlowReturn flow = output_.send_caps (in_caps_.get ()); flow != GST_FLOW_OK)
        return flow;
    return gst_pad_push (src_, buffer.release ());
  }
  if (!timeline_.is_timed ())
    return output_.fail (GST_STREAM_ERROR_FORMAT, "The stream before frameextract is not timed.",
                         "Its segment is not in time: put a demuxer, a parser or a decoder before "
                         "frameextract.");
  const GstFlowReturn flow = take (std::move (buffer));
  if (flow == GST_FLOW_OK) post_progress (false);
  return flow;
}

GstFlowReturn Extraction::take (Owned<GstBuffer> buffer)
{
  if (used_.selection == Selection::keyframes && !timeline_.is_keyframes_only ())
    return demand_keyframes ();
  if (seeker_.gets_all_frames ()) return fail_keyframes ();
  Frame frame = frame_of (std::move (buffer));
  switch (seeker_.judge (frame)) {
    case Seeker::Then::flushed: return GST_FLOW_FLUSHING;
    case Seeker::Then::drop: return GST_FLOW_OK;
    default: break;
  }
  // Targets are answered once, so frames that come again do no harm. But frames that are picked as
  // they come would be picked again.
  if (!used_.is_by_time () && seeker_.repeats (frame.time)) {
    selector_.pass (frame);
    return GST_FLOW_OK;
  }
  Showing showing;
  showing.from_beginning = timeline_.is_from_beginning ();
  // A segment of our own seek leaves out nothing that is wanted.
  if (!timeline_.is_ours ()) showing.begin = timeline_.segment_begin ();
  selector_.take (std::move (frame), showing);
  return do_steps ();
}

Frame Extraction::frame_of (Owned<GstBuffer> buffer) const
{
  Frame frame;
  std::optional<Nanoseconds> time;
  if (GST_BUFFER_PTS_IS_VALID (buffer.get ()))
    time = timeline_.film_time (GST_BUFFER_PTS (buffer.get ()));
  if (GST_BUFFER_DURATION_IS_VALID (buffer.get ()))
    frame.length.said = point (GST_BUFFER_DURATION (buffer.get ()));
  frame.length.usual = point (shared_.interval);
  selector_.place (frame, time, timeline_.segment_begin ());
  frame.caps.reset (in_caps_ ? gst_caps_ref (in_caps_.get ()) : nullptr);
  frame.damaged = GST_BUFFER_FLAG_IS_SET (buffer.get (), GST_BUFFER_FLAG_CORRUPTED);
  GST_LOG_OBJECT (element_, "frame in at %.3f s%s", in_seconds (frame.time),
                  frame.damaged ? ", damaged" : "");
  if (!frame.damaged || used_.selection == Selection::everything) frame.buffer = std::move (buffer);
  return frame;
}

GstFlowReturn Extraction::do_steps ()
{
  GstFlowReturn flow = GST_FLOW_OK;
  while (flow == GST_FLOW_OK) {
    const Step step = selector_.next ();
    if (step.what == Step::Do::nothing) return GST_FLOW_OK;
    flow = do_step (step);
  }
  selector_.drop ();
  return flow;
}

GstFlowReturn Extraction::do_step (const Step &step)
{
  switch (step.what) {
    case Step::Do::nothing: break;
    case Step::Do::emit: {
      if (GST_PAD_IS_FLUSHING (src_)) return GST_FLOW_FLUSHING;
      const GstFlowReturn flow = output_.push (step, timeline_);
      if (flow == GST_FLOW_OK) selector_.emitted ();
      return flow;
    }
    case Step::Do::miss:
      // A run of misses pushes no buffer, so downstream's state is checked here.
      if (GST_PAD_IS_FLUSHING (src_)) return GST_FLOW_FLUSHING;
      selector_.missed (step);
      return output_.post_missed (step);
    case Step::Do::warn: output_.warn_of_jump (step.from, step.to); break;
    case Step::Do::look_ahead: {
      const auto then = seeker_.look_ahead (step.from, selector_.frame_end (), step.to);
      return then == Seeker::Then::flushed ? GST_FLOW_FLUSHING : GST_FLOW_OK;
    }
    case Step::Do::finish: return finish ();
  }
  return GST_FLOW_OK;
}

// Answers what the frames so far can answer. If the film has ended, the rest is missed.
GstFlowReturn Extraction::drain (bool ended)
{
  if (ended_below_) return GST_FLOW_EOS;
  selector_.drain (ended, ended ? film_end () : timeline_.segment_end ());
  return do_steps ();
}

GstFlowReturn Extraction::demand_keyframes ()
{
  const Nanoseconds begin = used_.start_time != GST_CLOCK_TIME_NONE
                                ? selector_.part_begin ()
                                : timeline_.segment_begin ().value_or (0);
  switch (seeker_.demand_keyframes (begin)) {
    case Seeker::Then::flushed: return GST_FLOW_FLUSHING;
    case Seeker::Then::unknown: return fail_keyframes ();
    default: return GST_FLOW_OK;
  }
}

GstFlowReturn Extraction::fail_keyframes ()
{
  const bool asked = used_.seek_mode != SeekMode::never || timeline_.is_keyframes_only ();
  return output_.fail (
      GST_STREAM_ERROR_FAILED,
      std::string ("Which of these frames were keyframes cannot be known: ") +
          (asked ? "the source does not seek to keyframes only."
                 : "seek-mode=never, and the application did not ask for keyframes only."),
      "Select by rate or every-nth instead, or seek with GST_SEEK_FLAG_TRICKMODE_KEY_UNITS.");
}

// All requests are done: tells both sides.
GstFlowReturn Extraction::finish ()
{
  seeker_.close_decoder ();
  // In a segment seek the application goes on from here.
  const auto stop = static_cast<gint64> (timeline_.output ().stop);
  Owned<GstEvent> end{timeline_.is_looping () ? gst_event_new_segment_done (GST_FORMAT_TIME, stop)
                                              : gst_event_new_eos ()};
  gst_event_set_seqnum (end.get (), timeline_.seqnum ());
  finish_with (std::move (end));
  return GST_FLOW_EOS;
}

void Extraction::finish_with (Owned<GstEvent> eos)
{
  GST_INFO_OBJECT (element_, "done: %" G_GUINT64_FORMAT " frames, %" G_GUINT64_FORMAT " missed",
                   selector_.extracted (), selector_.missed ());
  selector_.finish ();
  timeline_.end_segment ();
  post_progress (true);
  gst_pad_push_event (src_, eos.release ());
}

void Extraction::post_progress (bool last)
{
  const guint64 done = selector_.extracted () + selector_.missed ();
  if (!output_.is_progress_due (done, last)) return;
  const bool ticks = used_.selection == Selection::rate;
  output_.post_progress (done, selector_.total (ticks ? film_end () : kUnlimited));
}

// Where the stream, or the requested part of it, should end.
Nanoseconds Extraction::film_end () const { return timeline_.film_end (duration_of (sink_)); }

// ---- Events

gboolean Extraction::sink_event (GstEvent *taken)
{
  Owned<GstEvent> event{taken};
  // Events that are not serialized may come on any thread.
  bool swallow = is_serialized (taken) && selector_.finished ();
  switch (GST_EVENT_TYPE (taken)) {
    case GST_EVENT_FLUSH_START:
    case GST_EVENT_FLUSH_STOP: swallow = take_flush (taken); break;
    case GST_EVENT_STREAM_START: swallow = take_stream_start (taken); break;
    case GST_EVENT_CAPS: return take_caps (std::move (event));
    case GST_EVENT_SEGMENT: return take_segment (std::move (event));
    case GST_EVENT_EOS: return end (std::move (event));
    case GST_EVENT_SEGMENT_DONE:
      take_segment_done ();
      swallow = selector_.finished ();
      break;
    // A picture stays until the next frame. A decoder sends a gap on ahead of frames that it still
    // holds, so the frames that fill it may still come.
    case GST_EVENT_GAP: swallow = swallow || !used_.passes_all; break;
    default: break;
  }
  return swallow ? TRUE : gst_pad_push_event (src_, event.release ());
}

// True if downstream must not hear of it.
bool Extraction::take_stream_start (GstEvent *event)
{
  // After a seek of ours it is the same stream.
  if (timeline_.expects_own_segment ()) return selector_.finished ();
  const bool selects = timeline_.has_segment () && !used_.passes_all;
  if (selects && !selector_.finished () && !output_.has_failed ()) drain (true);
  const gchar *id = "";
  gst_event_parse_stream_start (event, &id);
  timeline_.begin_stream (id);
  reset ();
  GST_INFO_OBJECT (element_, "stream %s: selects %s", id, name_of (used_.selection));
  return false;
}

gboolean Extraction::take_caps (Owned<GstEvent> event)
{
  GstCaps *caps = nullptr;
  gst_event_parse_caps (event.get (), &caps);
  gint n = 0, d = 1;
  gst_structure_get_fraction (gst_caps_get_structure (caps, 0), "framerate", &n, &d);
  const GstClockTime interval = n > 0 && d > 0 ? gst_util_uint64_scale_int (GST_SECOND, d, n) : 0;
  const bool changed = interval != shared_.interval && used_.is_by_time ();
  {
    const std::lock_guard lock (mutex_);
    shared_.interval = interval;
  }
  if (changed) gst_element_post_message (element_, gst_message_new_latency (GST_OBJECT (element_)));
  in_caps_.reset (gst_caps_ref (caps));
  GST_INFO_OBJECT (element_, "input caps %" GST_PTR_FORMAT, printable (caps));
  // A held frame goes out with its own caps, before these. After the end no frame goes out.
  if (selector_.is_begun () || selector_.finished ()) return TRUE;
  return output_.send_caps (caps) == GST_FLOW_OK;
}

gboolean Extraction::take_segment (Owned<GstEvent> event)
{
  if (output_.has_failed ()) return FALSE;
  GstSegment segment;
  gst_event_copy_segment (event.get (), &segment);
  if (segment.rate < 0 && !used_.passes_all) {
    output_.fail (GST_STREAM_ERROR_FORMAT, "frameextract cannot select frames backwards.",
                  "Seek with a rate above 0.");
    return FALSE;
  }
  const bool forwarded = seeker_.own ().forwarded (event.get ());
  const Timeline::Kind kind = timeline_.kind_of (segment, forwarded);
  GST_INFO_OBJECT (element_, "%s segment %" GST_SEGMENT_FORMAT, name_of (kind),
                   printable (&segment));
  if (kind == Timeline::Kind::next) begin_next (segment, forwarded);
  ended_below_ = false;
  const bool keeps = !timeline_.has_film () && keeps_timestamps (sink_);
  const Timeline::Tell news =
      timeline_.take (segment, kind, forwarded, keeps, gst_event_get_seqnum (event.get ()));
  if (kind == Timeline::Kind::first)
    GST_INFO_OBJECT (element_, "the film begins at stream time %.3f s",
                     in_seconds (timeline_.origin ()));
  if (used_.selection == Selection::keyframes && timeline_.is_keyframes_only ())
    seeker_.watch_decoder ();
  const gboolean done = tell (news, std::move (event));
  // Upstream did not ask for this, so it gets no error.
  const bool corrected = kind == Timeline::Kind::correction && news == Timeline::Tell::again;
  return kind == Timeline::Kind::ours || corrected ? TRUE : done;
}

// The part before the segment is complete. If the film goes on, so do ticks and numbers; if it
// jumps back, it is shown again.
void Extraction::begin_next (const GstSegment &segment, bool forwarded)
{
  drain (false);
  const Nanoseconds end = selector_.frame_end ();
  // After the end nothing is selected any more, unless the application goes on from there.
  const bool over = selector_.finished () && !forwarded && !timeline_.is_looping ();
  selector_.forget_frame ();
  seeker_.forget_frame ();
  if (over || !timeline_.goes_back (segment, end)) return;
  selector_.restart ();
  output_.restart ();
  timeline_.show_again ();
}

// `event` brought the news.
gboolean Extraction::tell (Timeline::Tell what, Owned<GstEvent> event)
{
  if (what == Timeline::Tell::nothing || selector_.finished ()) return TRUE;
  if (what == Timeline::Tell::again)
    return output_.send_segment (timeline_, output_.segment_offset ());
  if (!timeline_.is_shifted ()) return gst_pad_push_event (src_, event.release ());
  return output_.send_segment (timeline_, gst_event_get_running_time_offset (event.get ()));
}

// True if the flush is of a seek of ours, so that downstream must not hear of it.
bool Extraction::take_flush (GstEvent *flush)
{
  const bool stop = GST_EVENT_TYPE (flush) == GST_EVENT_FLUSH_STOP;
  if (!stop) seeker_.own ().flushed ();
  const bool ours = seeker_.own ().owns (flush);
  if (stop && ours) {
    timeline_.expect_own_segment ();
    selector_.interrupt ();
  } else if (stop) {
    reset ();
  }
  return ours;
}

void Extraction::take_segment_done ()
{
  if (!used_.passes_all && !selector_.finished () && !output_.has_failed ()) drain (true);
  timeline_.end_segment ();
}

gboolean Extraction::end (Owned<GstEvent> event)
{
  if (selector_.finished ()) return TRUE;
  if (used_.passes_all || output_.has_failed () || ended_below_)
    return gst_pad_push_event (src_, event.release ());
  if (has_ended_early () && seeker_.recover (selector_.last ()) == Seeker::Then::flushed)
    return TRUE;
  const GstFlowReturn flow = drain (true);
  // Upstream has ended, so nobody else posts that downstream failed.
  if (!output_.has_failed () && flow < GST_FLOW_EOS) {
    output_.set_failed ();
    GST_ELEMENT_FLOW_ERROR (element_, flow);
  }
  if (output_.has_failed ()) return gst_pad_push_event (src_, event.release ());
  if (selector_.finished ()) return TRUE;
  warn_of_early_end ();
  finish_with (std::move (event));
  return TRUE;
}

// True if, after a seek of ours, the stream ended before the film and before the next wanted time.
bool Extraction::has_ended_early () const
{
  // The last keyframe may be long before the end.
  if (!seeker_.doubts_end () || used_.selection == Selection::keyframes) return false;
  if (seeker_.has_lost_frame ()) return true;
  // Other streams may be up to a second longer than this one.
  const Nanoseconds seen = selector_.frame_end () + kSecond;
  if (selector_.wanted () <= seen) return false;
  const Nanoseconds end = film_end ();
  return end != kUnlimited && end > seen;
}

void Extraction::warn_of_early_end () const
{
  if (used_.selection != Selection::rate) return;
  const Nanoseconds full = std::min (film_end (), nanoseconds (used_.stop_time));
  const Nanoseconds seen = selector_.frame_end ();
  if (full == kUnlimited || full <= seen + kSecond) return;
  GST_ELEMENT_WARNING (
      element_, STREAM, DECODE,
      ("The stream ended at %.3f s of %.3f s: the rest is missing or cannot be decoded.",
       in_seconds (seen), in_seconds (full)),
      (nullptr));
}

gboolean Extraction::src_event (GstEvent *event)
{
  const bool selects = !shared ().passes_all;
  if (GST_EVENT_TYPE (event) == GST_EVENT_QOS && selects) {
    // A decoder that skips frames would skip wanted ones.
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
  return seek (event);
}

// A seek of the application. A refused one decides nothing.
gboolean Extraction::seek (GstEvent *event)
{
  GST_INFO_OBJECT (element_, "the application seeks: %" GST_PTR_FORMAT, printable (event));
  const bool before = timeline_.sought (true);
  const bool done = seeker_.own ().forward (event);
  if (!done) timeline_.sought (before);
  return done;
}

}  // namespace quad::extract
