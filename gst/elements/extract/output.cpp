// What goes out: frames with their labels, messages, and the end.
#include <algorithm>

#include "elements/extract/extraction.h"
#include "glue/extracted_meta.h"

namespace quad {
namespace {

void post (GstElement *element, Owned<GstStructure> structure)
{
  gst_element_post_message (element,
                            gst_message_new_element (GST_OBJECT (element), structure.release ()));
}

}  // namespace

Owned<GstCaps> Extraction::transform_caps (GstPadDirection from, GstCaps *caps) const
{
  Selection selection;
  ExtractSettings s;
  {
    const std::lock_guard lock (mutex_);
    selection = selection_;
    s = used_;
  }
  Owned<GstCaps> result{gst_caps_copy (caps)};
  if (selection == Selection::everything) return result;
  for (guint i = 0; i < gst_caps_get_size (result.get ()); i++) {
    GstStructure *structure = gst_caps_get_structure (result.get (), i);
    gint n = 0, d = 1;
    const bool fixed = gst_structure_get_fraction (structure, "framerate", &n, &d);
    gst_structure_remove_field (structure, "max-framerate");
    // Where no rate is named, any is possible, and so it is on the other side.
    const bool open = from == GST_PAD_SRC || selection == Selection::every_nth;
    if (open && !gst_structure_has_field (structure, "framerate")) continue;
    if (from == GST_PAD_SRC || (selection == Selection::every_nth && !fixed)) {
      gst_structure_set (structure, "framerate", GST_TYPE_FRACTION_RANGE, 0, 1, G_MAXINT, 1,
                         nullptr);
    } else if (selection == Selection::rate) {
      gst_structure_set (structure, "framerate", GST_TYPE_FRACTION, s.rate_n, s.rate_d, nullptr);
    } else {
      // Any distance is possible between frames of a list, and between keyframes.
      if (selection != Selection::every_nth ||
          !gst_util_fraction_multiply (n, d, 1, static_cast<gint> (s.every_nth), &n, &d))
        n = 0, d = 1;
      gst_structure_set (structure, "framerate", GST_TYPE_FRACTION, n, d, nullptr);
    }
  }
  return result;
}

GstFlowReturn Extraction::send_caps (GstCaps *caps)
{
  Owned<GstCaps> out = transform_caps (GST_PAD_SINK, caps);
  if (sent_caps_ && gst_caps_is_equal (sent_caps_.get (), out.get ())) return GST_FLOW_OK;
  if (!gst_pad_push_event (src_, gst_event_new_caps (out.get ()))) {
    if (GST_PAD_IS_FLUSHING (src_)) return GST_FLOW_FLUSHING;
    return GST_FLOW_NOT_NEGOTIATED;
  }
  sent_caps_ = std::move (out);
  return GST_FLOW_OK;
}

ChoiceRule Extraction::rule_for (const Frame *earlier, const Frame *later) const
{
  ChoiceRule rule = {selection_ == Selection::rate ? Policy::played_at : used_.policy,
                     nanoseconds (used_.tolerance_before), nanoseconds (used_.tolerance_after)};
  // The first frame may begin after the film: by some frames, where their order is not that of
  // decoding, or as sound begins first.
  constexpr Nanoseconds soon = kSecond;
  const bool is_first =
      from_beginning_ && !earlier && later && later->time > 0 && later->time <= soon;
  if (is_first && rule.after == kUnlimited && rule.policy == Policy::played_at)
    rule.after = later->time;
  return rule;
}

// Meets the current target by one of the frames around it. Of ticks that have none, those before
// `limit` are done with at once.
GstFlowReturn Extraction::meet (Frame *earlier, Frame *later, bool past_end, Nanoseconds limit)
{
  // A run of misses pushes nothing that would tell.
  if (GST_PAD_IS_FLUSHING (src_)) return GST_FLOW_FLUSHING;
  const bool rate = selection_ == Selection::rate;
  const Target target = targets_.current ();
  const ChoiceRule rule = rule_for (earlier, later);
  const auto time = [] (const Frame *f) { return f ? std::optional (f->time) : std::nullopt; };
  const FrameChoice choice = choose (rule, target.time, time (earlier), time (later), past_end);
  Frame *frame = choice == FrameChoice::earlier ? earlier
                 : choice == FrameChoice::later ? later
                                                : nullptr;
  const char *reason = nullptr;
  if (!frame)
    reason = past_end || (!later && rule.policy == Policy::next) ? "beyond-end"
                                                                 : "no-frame-in-tolerance";
  else if (frame->damaged || !frame->buffer)
    reason = "decode-error";
  // Where the file says that it goes on; other streams may be that much longer than this one.
  const Nanoseconds seen = last_ ? frame_end_ + kSecond : 0;
  if (past_end && reason)
    if (const Nanoseconds full = last_time ();
        full != kUnlimited && full > std::max (seen, target.time))
      reason = "decode-error";

  const bool repeat = rate && used_.missing == Missing::repeat;
  if (reason && repeat) {
    // After a seek, the last frame before it is still there.
    frame = held_.buffer ? &held_ : later && later->buffer ? later : nullptr;
    if (frame) reason = nullptr;
  }
  if (reason && rate && used_.missing != Missing::error)
    return miss_run (
        reason, std::min (limit, same_until (rule, target.time, time (earlier), time (later))));
  const Nanoseconds next = targets_.next_time ();
  targets_.advance ();
  if (reason) return miss (target, reason);
  // Whether a target after this one may need the frame too.
  const bool keep =
      next != kUnlimited &&
      (frame == later || !later || is_after (later->time, next) || (repeat && later->damaged));
  return emit (*frame, target, keep);
}

GstFlowReturn Extraction::emit (Frame &frame, const Target &target, bool keep)
{
  if (const GstFlowReturn flow = send_caps (frame.caps.get ()); flow != GST_FLOW_OK) return flow;
  Owned<GstBuffer> out;
  if (keep) {
    out.reset (gst_buffer_copy (frame.buffer.get ()));
    // A pool takes memory back only when the buffer it gave is let go, and nobody else has it.
    gst_buffer_add_parent_buffer_meta (out.get (), frame.buffer.get ());
  } else {
    out.reset (gst_buffer_make_writable (frame.buffer.release ()));
  }
  label (out.get (), frame, target);
  const GstFlowReturn flow = gst_pad_push (src_, out.release ());
  if (flow != GST_FLOW_OK) return flow;
  extracted_++;
  if (used_.post_messages) {
    Owned<GstStructure> message{gst_structure_new_empty ("frame-extracted")};
    describe (message.get (), target);
    gst_structure_set (message.get (), extracted::kActual, G_TYPE_UINT64, actual (frame), nullptr);
    post (element_, std::move (message));
  }
  return full () ? finish () : GST_FLOW_OK;
}

// The time that was asked for; none where frames are picked as they come.
guint64 Extraction::requested_of (const Target &target) const
{
  if (!is_by_time ()) return GST_CLOCK_TIME_NONE;
  if (selection_ == Selection::timestamps)
    return used_.timestamps[static_cast<std::size_t> (target.index)];
  return static_cast<guint64> (std::max<Nanoseconds> (0, target.time));
}

void Extraction::describe (GstStructure *structure, const Target &target) const
{
  gst_structure_set (structure, extracted::kIndex, G_TYPE_UINT64, target.index,
                     extracted::kRequested, G_TYPE_UINT64, requested_of (target), nullptr);
}

guint64 Extraction::actual (const Frame &frame)
{
  return static_cast<guint64> (std::max<Nanoseconds> (0, frame.shown));
}

// Says of a buffer which target it meets, and gives it its time.
void Extraction::label (GstBuffer *buffer, const Frame &frame, const Target &target)
{
  if (selection_ == Selection::rate) {
    GST_BUFFER_PTS (buffer) = output_position (target.time);
    GST_BUFFER_DTS (buffer) = GST_CLOCK_TIME_NONE;
    GST_BUFFER_DURATION (buffer) =
        gst_util_uint64_scale_int (GST_SECOND, used_.rate_d, used_.rate_n);
  } else if (!GST_BUFFER_PTS_IS_VALID (buffer) || in_segment_.start != out_segment_.start ||
             in_segment_.time != out_segment_.time) {
    GST_BUFFER_PTS (buffer) = output_position (frame.time);
  }
  if (discont_)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  else
    GST_BUFFER_FLAG_UNSET (buffer, GST_BUFFER_FLAG_DISCONT);
  discont_ = false;
  if (GstCustomMeta *old = gst_buffer_get_custom_meta (buffer, kExtractedFrameMeta))
    gst_buffer_remove_meta (buffer, reinterpret_cast<GstMeta *> (old));
  GstCustomMeta *meta = gst_buffer_add_custom_meta (buffer, kExtractedFrameMeta);
  GstStructure *structure = gst_custom_meta_get_structure (meta);
  describe (structure, target);
  gst_structure_set (structure, extracted::kActual, G_TYPE_UINT64, actual (frame),
                     extracted::kOrigin, G_TYPE_UINT64, static_cast<guint64> (origin_), nullptr);
}

// Where the time of the stream lies in what downstream was told; seeks of our own
// do not change that.
guint64 Extraction::output_position (Nanoseconds time) const
{
  guint64 position = 0;
  const auto stream = static_cast<guint64> (upstream_time (time));
  if (gst_segment_position_from_stream_time_full (&out_segment_, GST_FORMAT_TIME, stream,
                                                  &position) != 1)
    return out_segment_.start;
  return position;
}

// The running time that a time of the stream has downstream.
std::optional<gint64> Extraction::output_running_time (guint64 time) const
{
  guint64 position = 0, running = 0;
  if (!GST_CLOCK_TIME_IS_VALID (time) || in_segment_.format != GST_FORMAT_TIME ||
      out_segment_.format != GST_FORMAT_TIME ||
      gst_segment_position_from_stream_time_full (&out_segment_, GST_FORMAT_TIME, time,
                                                  &position) != 1)
    return {};
  switch (gst_segment_to_running_time_full (&out_segment_, GST_FORMAT_TIME, position, &running)) {
    case 1: return point (running);
    case -1: return -point (running);
    default: return {};
  }
}

// The ticks from the current one on that are before `until`, one at least, have no frame.
GstFlowReturn Extraction::miss_run (const char *reason, Nanoseconds until)
{
  const Target first = targets_.current ();
  targets_.advance (std::max<std::uint64_t> (targets_.count_before (until), 1) - 1);
  const Target last = targets_.current ();
  targets_.advance ();
  return miss (first, reason, &last);
}

// All from `target` to `last` are missed, or the one.
GstFlowReturn Extraction::miss (const Target &target, const char *reason, const Target *last)
{
  const guint64 count = last ? last->index - target.index + 1 : 1;
  missed_ += count;
  Owned<GstStructure> message{gst_structure_new_empty ("frame-missed")};
  describe (message.get (), target);
  gst_structure_set (message.get (), "reason", G_TYPE_STRING, reason, nullptr);
  if (count > 1)
    gst_structure_set (message.get (), extracted::kCount, G_TYPE_UINT64, count,
                       extracted::kLastIndex, G_TYPE_UINT64, last->index, extracted::kLastRequested,
                       G_TYPE_UINT64, requested_of (*last), nullptr);
  post (element_, std::move (message));
  if (selection_ != Selection::rate || used_.missing != Missing::error) return GST_FLOW_OK;
  char time[32];
  g_snprintf (time, sizeof time, "%.3f", static_cast<double> (target.time) / kSecond);
  return fail (GST_STREAM_ERROR_FAILED,
               std::string ("There is no frame for ") + time + " s: " + reason + ".",
               "Set missing to repeat or skip to go on, or widen the tolerances.");
}

// The stream cannot go on; says so once.
GstFlowReturn Extraction::fail (GstStreamError code, const std::string &text, const char *advice)
{
  if (!failed_)
    gst_element_message_full (element_, GST_MESSAGE_ERROR, GST_STREAM_ERROR, code,
                              g_strdup (text.c_str ()), g_strdup (advice), __FILE__, __func__,
                              __LINE__);
  failed_ = true;
  return GST_FLOW_ERROR;
}

// All that was asked for is done: both sides are told.
GstFlowReturn Extraction::finish ()
{
  decoder_.close (sink_);
  // In a segment seek the application goes on from here.
  const bool loops = in_segment_.flags & GST_SEGMENT_FLAG_SEGMENT;
  Owned<GstEvent> end{
      loops ? gst_event_new_segment_done (GST_FORMAT_TIME, static_cast<gint64> (out_segment_.stop))
            : gst_event_new_eos ()};
  gst_event_set_seqnum (end.get (), segment_seqnum_);
  finish_with (std::move (end));
  return GST_FLOW_EOS;
}

void Extraction::finish_with (Owned<GstEvent> eos)
{
  finished_ = segment_over_ = true;
  held_ = {};
  last_.reset ();
  post_progress (true);
  gst_pad_push_event (src_, eos.release ());
}

// At most ten a second, and one at the end.
void Extraction::post_progress (bool last)
{
  if (!used_.post_messages) return;
  const gint64 now = g_get_monotonic_time ();
  if (!last && (now < progress_at_ || extracted_ + missed_ == progress_done_)) return;
  progress_done_ = extracted_ + missed_;
  progress_at_ = now + G_USEC_PER_SEC / 10;
  guint64 total = 0;  // 0: not known
  if (selection_ == Selection::timestamps)
    total = used_.timestamps.size ();
  else if (selection_ == Selection::indices)
    total = used_.indices.size ();
  else if (selection_ == Selection::rate && have_targets_)
    total = ticks_in_all ();
  if (used_.max_frames > 0 && (total == 0 || total > used_.max_frames)) total = used_.max_frames;
  Owned<GstStructure> message{
      gst_structure_new ("progress", "done", G_TYPE_UINT64, progress_done_, nullptr)};
  if (total > 0) gst_structure_set (message.get (), "total", G_TYPE_UINT64, total, nullptr);
  post (element_, std::move (message));
}

guint64 Extraction::ticks_in_all () const
{
  Nanoseconds end = last_time ();
  if (end != kUnlimited) end -= kRounding;
  end = std::min (end, nanoseconds (used_.stop_time));
  if (end == kUnlimited || end <= first_tick_) return 0;
  const auto span = static_cast<guint64> (end - first_tick_);
  return gst_util_uint64_scale_ceil (span, static_cast<guint64> (used_.rate_n),
                                     GST_SECOND * static_cast<guint64> (used_.rate_d));
}

}  // namespace quad
