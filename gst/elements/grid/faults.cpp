#include "elements/grid/faults.h"

#include <cmath>

#include "elements/grid/log.h"
#include "elements/grid/quadmuxgrid.h"
#include "glue/backend.h"
#include "glue/drawable_caps.h"
#include "glue/video.h"

namespace quad {
namespace {

constexpr const char *kMarker = "quad-input-problem";

// Frames that are bad for this long make the input count as ended. After good frames for this long,
// the same fault is told again.
constexpr GstClockTime kLasting = GST_SECOND;

// The most sentences about one input until it has been good for that long.
constexpr std::size_t kMostSaid = 8;

bool has_passed (GstClockTime since, GstClockTime now)
{
  return GST_CLOCK_TIME_IS_VALID (since) && GST_CLOCK_TIME_IS_VALID (now) && now > since &&
         now - since >= kLasting;
}

// Caps without a rate are fine: programs with an appsrc often give none.
bool is_drawn (const GstCaps *caps)
{
  const Owned<GstCaps> whole{gst_caps_copy (caps)}, any = drawable_caps_in (memories ());
  if (gst_caps_get_size (whole.get ()) == 1) {
    GstStructure *structure = gst_caps_get_structure (whole.get (), 0);
    if (!gst_structure_has_field (structure, "framerate"))
      gst_structure_set (structure, "framerate", GST_TYPE_FRACTION, 0, 1, nullptr);
  }
  return gst_caps_is_subset (whole.get (), any.get ());
}

GstPadProbeReturn check_caps (GstPad *pad, GstPadProbeInfo *info, gpointer)
{
  GstEvent *event = GST_PAD_PROBE_INFO_EVENT (info);
  if (GST_EVENT_TYPE (event) != GST_EVENT_CAPS) return GST_PAD_PROBE_OK;
  GstCaps *caps = nullptr;
  gst_event_parse_caps (event, &caps);
  StreamProblems &problems = as_grid_pad (pad)->impl->problems;
  problems.caps = problem_with (caps);
  // Good caps are told after the caps event.
  if (problems.caps.empty ()) return GST_PAD_PROBE_OK;
  const Owned<GstElement> grid{gst_pad_get_parent_element (pad)};
  if (grid) tell_problem (as_grid (grid.get ()), GST_AGGREGATOR_PAD (pad));
  return GST_PAD_PROBE_DROP;
}

// True if frames of this pad can still be expected.
bool is_left (GstQuadMuxGridPad *pad)
{
  if (!gst_pad_is_linked (GST_PAD (pad))) return false;
  const bool eos = gst_aggregator_pad_is_eos (GST_AGGREGATOR_PAD (pad));
  return !eos || pad->impl->had_frame || pad->impl->last_end ().any;
}

}  // namespace

bool InputFault::is_news (const std::string &sentence)
{
  good_since_ = GST_CLOCK_TIME_NONE;
  return said_.size () < kMostSaid && said_.insert (sentence).second;
}

bool InputFault::set_stream (const std::string &sentence, bool untimed)
{
  stream_ = sentence;
  untimed_ = untimed;
  return !sentence.empty () && is_news (sentence);
}

bool InputFault::bad_frame (const std::string &sentence, GstClockTime now)
{
  if (frame_.empty ()) bad_since_ = now;
  frame_ = sentence;
  lasts_ = !had_good_ || has_passed (bad_since_, now);
  return is_news (sentence);
}

void InputFault::good_frame (GstClockTime now)
{
  frame_.clear ();
  lasts_ = false;
  had_good_ = true;
  if (!GST_CLOCK_TIME_IS_VALID (good_since_) || now < good_since_) good_since_ = now;
  if (has_passed (good_since_, now)) said_.clear ();
}

void InputFault::unseen_frame ()
{
  frame_.clear ();
  lasts_ = false;
}

void InputFault::flushed ()
{
  stream_.clear ();
  frame_.clear ();
  untimed_ = lasts_ = false;
  good_since_ = bad_since_ = GST_CLOCK_TIME_NONE;
}

std::string problem_with (const GstCaps *caps)
{
  GstVideoInfo info;
  if (!gst_video_info_from_caps (&info, caps)) {
    const Owned<char> text{gst_caps_to_string (caps)};
    return std::string ("has caps that describe no picture: ") + text.get ();
  }
  if (GST_VIDEO_INFO_IS_INTERLACED (&info))
    return "is interlaced: put deinterlace in front of the pad.";
  if (from_gst (GST_VIDEO_INFO_FORMAT (&info)) == PixelFormat::unknown)
    return std::string ("has the format ") +
           gst_video_format_to_string (GST_VIDEO_INFO_FORMAT (&info)) +
           ", which is not drawn: put videoconvert in front of the pad.";
  if (info.width > kMaxSide || info.height > kMaxSide)
    return "is larger than " + std::to_string (kMaxSide) +
           " pixels on a side: put videoscale in front of the pad.";
  if (!is_drawn (caps)) {
    const Owned<char> text{gst_caps_to_string (caps)};
    return std::string ("has caps that are not drawn: ") + text.get () + ". Put " +
           download_of (gst_caps_get_features (caps, 0)) + " and videoconvert in front of the pad.";
  }
  return {};
}

std::string problem_with (const GstSegment &segment)
{
  if (segment.format != GST_FORMAT_TIME)
    return std::string ("counts in ") + gst_format_get_name (segment.format) +
           ", not in time: put a demuxer or a parser in front, or with appsrc set format=time.";
  if (!std::isfinite (segment.rate) || segment.rate == 0)
    return "has a segment whose rate is no number.";
  if (segment.rate < 0 && !GST_CLOCK_TIME_IS_VALID (segment.stop))
    return "plays backwards from an unknown time: seek with a stop time.";
  // No position has a running time then (gst_segment_to_running_time).
  if (segment.rate < 0 && segment.stop < segment.offset)
    return "plays backwards from before its offset: seek with a later stop time.";
  if (!GST_CLOCK_TIME_IS_VALID (segment.start) ||
      segment.offset > GST_CLOCK_TIME_NONE - 1 - segment.start)
    return "has a segment without a start.";
  return {};
}

void stop_bad_caps (GstPad *pad)
{
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, check_caps, nullptr, nullptr);
}

void wait_for_input (GstQuadMuxGrid *self, GstAggregatorPad *pad, bool waits)
{
  GstAggregator *agg = GST_AGGREGATOR (self);
  if (waits)
    parent_class ()->sink_event (agg, pad, gst_event_new_stream_start ("in-time-again"));
  else if (!GST_CLOCK_TIME_IS_VALID (gst_aggregator_get_latency (agg)))
    parent_class ()->sink_event (agg, pad, gst_event_new_eos ());
}

void tell_problem (GstQuadMuxGrid *self, GstAggregatorPad *pad)
{
  StreamProblems &problems = as_grid_pad (pad)->impl->problems;
  if (problems.told == problems.first ()) return;
  problems.told = problems.first ();
  GstStructure *what =
      gst_structure_new (kMarker, "problem", G_TYPE_STRING, problems.told.c_str (), "untimed",
                         G_TYPE_BOOLEAN, gboolean{problems.untimed ()}, nullptr);
  parent_class ()->sink_event_pre_queue (GST_AGGREGATOR (self), pad,
                                         gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM, what));
}

bool take_problem (GstQuadMuxGrid *self, GstAggregatorPad *pad, GstEvent *event)
{
  if (!gst_event_has_name (event, kMarker)) return false;
  const GstStructure *what = gst_event_get_structure (event);
  const char *problem = gst_structure_get_string (what, "problem");
  gboolean untimed = FALSE;
  gst_structure_get_boolean (what, "untimed", &untimed);
  std::string sentence;
  if (problem && *problem)
    sentence = std::string ("The input of ") + GST_PAD_NAME (pad) + " " + problem;
  gst_event_unref (event);
  GridPad &impl = *as_grid_pad (pad)->impl;
  const bool was_untimed = impl.faults ().is_untimed ();
  const bool news = impl.faults ().set_stream (sentence, untimed);
  Owned<GstBuffer> held;
  {
    const std::lock_guard guard (impl.lock);
    if (!sentence.empty ()) held = std::move (impl.held);
  }
  GST_INFO_OBJECT (pad, "%s", sentence.empty () ? "is good again" : sentence.c_str ());
  if (untimed != was_untimed) wait_for_input (self, pad, !untimed);
  if (!sentence.empty () && !fails_without_inputs (self) && news)
    GST_ELEMENT_WARNING (self, STREAM, FORMAT, ("%s", sentence.c_str ()),
                         ("Its cell shows the background until that is right."));
  return true;
}

bool take_bad_frame (GstQuadMuxGrid *self, GstAggregatorPad *pad, const std::string &sentence,
                     const std::string &detail, GstClockTime now)
{
  const bool news = as_grid_pad (pad)->impl->faults ().bad_frame (sentence, now);
  GST_LOG_OBJECT (pad, "at %" GST_TIME_FORMAT ": %s %s", GST_TIME_ARGS (now), sentence.c_str (),
                  detail.c_str ());
  if (fails_without_inputs (self)) return true;
  if (news)
    GST_ELEMENT_WARNING (self, STREAM, FORMAT, ("%s", sentence.c_str ()), ("%s", detail.c_str ()));
  return false;
}

bool fails_without_inputs (GstQuadMuxGrid *self)
{
  const std::string *sentence = nullptr;
  const GridPads pads = sink_pads_of (self, &self->impl->frame_lists);
  for (const GridPadRef &p : pads)
    if (p->impl->faults ().is_out ()) sentence = &p->impl->faults ().sentence ();
  if (!sentence || sentence->empty ()) return false;
  for (const GridPadRef &p : pads)
    if (!p->impl->faults ().is_out () && is_left (p.get ())) return false;
  if (!self->impl->failed.exchange (true))
    GST_ELEMENT_ERROR (self, STREAM, FORMAT, ("%s", sentence->c_str ()),
                       ("No other input is left."));
  return true;
}

bool is_gap (GstBuffer *buffer)
{
  return gst_buffer_get_size (buffer) == 0 && GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_GAP);
}

GstBuffer *gap_for (GstBuffer *buffer)
{
  GstBuffer *gap = gst_buffer_new ();
  GST_BUFFER_PTS (gap) = GST_BUFFER_PTS (buffer);
  GST_BUFFER_DTS (gap) = GST_BUFFER_DTS (buffer);
  GST_BUFFER_DURATION (gap) = GST_BUFFER_DURATION (buffer);
  GST_BUFFER_FLAG_SET (gap, GST_BUFFER_FLAG_GAP);
  GST_BUFFER_FLAG_SET (gap, GST_BUFFER_FLAG_DROPPABLE);
  return gap;
}

}  // namespace quad
