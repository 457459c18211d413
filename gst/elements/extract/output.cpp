#include "elements/extract/output.h"

#include "elements/extract/debug.h"
#include "public/gstquad.h"

namespace quad::extract {
namespace {

void describe (GstStructure *structure, const Request &request)
{
  gst_structure_set (structure, GST_QUAD_FIELD_INDEX, G_TYPE_UINT64, request.index,
                     GST_QUAD_FIELD_REQUESTED_TIME, G_TYPE_UINT64, request.requested, nullptr);
}

guint64 actual_of (const Frame &frame)
{
  return static_cast<guint64> (std::max<Nanoseconds> (0, frame.shown));
}

// The buffer that goes out for a frame.
Owned<GstBuffer> buffer_for (Frame &frame, bool keep)
{
  if (!keep) return Owned<GstBuffer>{gst_buffer_make_writable (frame.buffer.release ())};
  Owned<GstBuffer> copy{gst_buffer_copy (frame.buffer.get ())};
  // The pool must not reuse the memory while the copy uses it. So the copy holds the buffer.
  gst_buffer_add_parent_buffer_meta (copy.get (), frame.buffer.get ());
  return copy;
}

}  // namespace

void Output::begin (const StreamSettings &settings)
{
  settings_ = settings;
  sent_.reset ();
  sent_for_.reset ();
  discont_ = true;
  failed_ = warned_of_jump_ = false;
  progress_at_ = 0;
  restart ();
}

GstFlowReturn Output::send_caps (GstCaps *caps)
{
  if (sent_ && sent_for_.get () == caps) return GST_FLOW_OK;
  const RateChange change{settings_.selection, settings_.rate_n, settings_.rate_d,
                          settings_.every_nth};
  Owned<GstCaps> out = other_caps (change, GST_PAD_SINK, caps);
  if (!sent_ || !gst_caps_is_equal (sent_.get (), out.get ())) {
    GST_INFO_OBJECT (element_, "caps %" GST_PTR_FORMAT " become %" GST_PTR_FORMAT, printable (caps),
                     printable (out.get ()));
    if (!gst_pad_push_event (src_, gst_event_new_caps (out.get ())))
      return GST_PAD_IS_FLUSHING (src_) ? GST_FLOW_FLUSHING : GST_FLOW_NOT_NEGOTIATED;
    sent_ = std::move (out);
  }
  sent_for_.reset (gst_caps_ref (caps));
  return GST_FLOW_OK;
}

gint64 Output::segment_offset () const
{
  const Owned<GstEvent> event{gst_pad_get_sticky_event (src_, GST_EVENT_SEGMENT, 0)};
  return event ? gst_event_get_running_time_offset (event.get ()) : 0;
}

gboolean Output::send_segment (const Timeline &timeline, gint64 offset)
{
  GST_INFO_OBJECT (element_, "downstream gets %" GST_SEGMENT_FORMAT,
                   printable (&timeline.output ()));
  Owned<GstEvent> event{gst_event_new_segment (&timeline.output ())};
  gst_event_set_seqnum (event.get (), timeline.seqnum ());
  gst_event_set_running_time_offset (event.get (), offset);
  return gst_pad_push_event (src_, event.release ());
}

GstFlowReturn Output::push (const Step &step, const Timeline &timeline)
{
  Frame &frame = *step.frame;
  if (const GstFlowReturn flow = send_caps (frame.caps.get ()); flow != GST_FLOW_OK) return flow;
  const guint64 actual = actual_of (frame);
  Owned<GstBuffer> buffer = buffer_for (frame, step.keep);
  label (buffer.get (), step, timeline);
  GST_LOG_OBJECT (element_, "frame at %.3f s for request %" G_GUINT64_FORMAT " at %.3f s%s",
                  in_seconds (frame.shown), step.request.index, in_seconds (step.request.time),
                  step.keep ? ", and kept" : "");
  const GstFlowReturn flow = gst_pad_push (src_, buffer.release ());
  if (flow != GST_FLOW_OK) {
    GST_DEBUG_OBJECT (element_, "downstream: %s", gst_flow_get_name (flow));
    return flow;
  }
  if (!settings_.post_messages) return GST_FLOW_OK;
  Owned<GstStructure> message{gst_structure_new_empty (GST_QUAD_MESSAGE_FRAME_EXTRACTED)};
  describe (message.get (), step.request);
  gst_structure_set (message.get (), GST_QUAD_FIELD_ACTUAL_TIME, G_TYPE_UINT64, actual, nullptr);
  post (std::move (message));
  return GST_FLOW_OK;
}

// Gives a buffer its time, and the meta that says what it was requested for.
void Output::label (GstBuffer *buffer, const Step &step, const Timeline &timeline)
{
  if (settings_.selection == Selection::rate) {
    GST_BUFFER_PTS (buffer) = timeline.output_position (step.request.time);
    GST_BUFFER_DTS (buffer) = GST_CLOCK_TIME_NONE;
    GST_BUFFER_DURATION (buffer) =
        gst_util_uint64_scale_int (GST_SECOND, settings_.rate_d, settings_.rate_n);
  } else if (!GST_BUFFER_PTS_IS_VALID (buffer) || !timeline.keeps_positions ()) {
    GST_BUFFER_PTS (buffer) = timeline.output_position (step.frame->time);
  }
  if (discont_)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  else
    GST_BUFFER_FLAG_UNSET (buffer, GST_BUFFER_FLAG_DISCONT);
  discont_ = false;
  if (GstCustomMeta *old = gst_buffer_get_custom_meta (buffer, GST_QUAD_META_EXTRACTED_FRAME))
    gst_buffer_remove_meta (buffer, reinterpret_cast<GstMeta *> (old));
  GstCustomMeta *meta = gst_buffer_add_custom_meta (buffer, GST_QUAD_META_EXTRACTED_FRAME);
  GstStructure *structure = gst_custom_meta_get_structure (meta);
  describe (structure, step.request);
  gst_structure_set (structure, GST_QUAD_FIELD_ACTUAL_TIME, G_TYPE_UINT64, actual_of (*step.frame),
                     GST_QUAD_FIELD_ORIGIN, G_TYPE_UINT64,
                     static_cast<guint64> (timeline.origin ()), nullptr);
}

GstFlowReturn Output::post_missed (const Step &step)
{
  const guint64 count = Selector::count_of (step);
  GST_DEBUG_OBJECT (element_,
                    "no frame for request %" G_GUINT64_FORMAT " at %.3f s: %s (%" G_GUINT64_FORMAT
                    " in all)",
                    step.request.index, in_seconds (step.request.time), step.reason, count);
  Owned<GstStructure> message{gst_structure_new_empty (GST_QUAD_MESSAGE_FRAME_MISSED)};
  describe (message.get (), step.request);
  gst_structure_set (message.get (), GST_QUAD_FIELD_REASON, G_TYPE_STRING, step.reason, nullptr);
  if (count > 1)
    gst_structure_set (message.get (), GST_QUAD_FIELD_COUNT, G_TYPE_UINT64, count,
                       GST_QUAD_FIELD_LAST_INDEX, G_TYPE_UINT64, step.last.index,
                       GST_QUAD_FIELD_LAST_REQUESTED_TIME, G_TYPE_UINT64, step.last.requested,
                       nullptr);
  post (std::move (message));
  if (settings_.selection != Selection::rate || settings_.missing != Missing::error)
    return GST_FLOW_OK;
  char time[32];
  g_snprintf (time, sizeof time, "%.3f", in_seconds (step.request.time));
  return fail (GST_STREAM_ERROR_FAILED,
               std::string ("There is no frame for ") + time + " s: " + step.reason + ".",
               "Set missing to repeat or skip to go on, or widen the tolerances.");
}

bool Output::is_progress_due (guint64 done, bool last) const
{
  if (!settings_.post_messages) return false;
  return last || (done != progress_done_ && g_get_monotonic_time () >= progress_at_);
}

void Output::post_progress (guint64 done, guint64 total)
{
  progress_done_ = done;
  progress_at_ = g_get_monotonic_time () + G_USEC_PER_SEC / 10;
  Owned<GstStructure> message{gst_structure_new (GST_QUAD_MESSAGE_PROGRESS, GST_QUAD_FIELD_DONE,
                                                 G_TYPE_UINT64, done, nullptr)};
  if (total > 0)
    gst_structure_set (message.get (), GST_QUAD_FIELD_TOTAL, G_TYPE_UINT64, total, nullptr);
  post (std::move (message));
}

void Output::warn_of_jump (Nanoseconds from, Nanoseconds to)
{
  if (!warned_of_jump_)
    GST_ELEMENT_WARNING (element_, STREAM, FAILED,
                         ("From %.3f s to %.3f s there is no frame, which is longer than max-gap: "
                          "the ticks between are left out.",
                          in_seconds (from), in_seconds (to)),
                         ("Times of frames may be wrong. Where the gap is real, set max-gap."));
  warned_of_jump_ = true;
}

GstFlowReturn Output::fail (GstStreamError code, const std::string &text, const char *advice)
{
  if (!failed_)
    gst_element_message_full (element_, GST_MESSAGE_ERROR, GST_STREAM_ERROR, code,
                              g_strdup (text.c_str ()), g_strdup (advice), __FILE__, __func__,
                              __LINE__);
  failed_ = true;
  return GST_FLOW_ERROR;
}

void Output::post (Owned<GstStructure> structure)
{
  gst_element_post_message (element_,
                            gst_message_new_element (GST_OBJECT (element_), structure.release ()));
}

}  // namespace quad::extract
