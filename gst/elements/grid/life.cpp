#include "elements/grid/life.h"

#include "elements/grid/log.h"

namespace quad {
namespace {

// The base class calls this before each frame, in the thread that makes it.
GstClockTime get_next_time (GstAggregator *agg)
{
  hold_time (as_grid (agg));
  return parent_class ()->get_next_time (agg);
}

GstStateChangeReturn change_state (GstElement *element, GstStateChange transition)
{
  Pacer &pacer = as_grid (element)->impl->pacer;
  if (transition == GST_STATE_CHANGE_PLAYING_TO_PAUSED) pacer.pause (element);
  const GstStateChangeReturn done =
      GST_ELEMENT_CLASS (parent_class ())->change_state (element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_PLAYING && done != GST_STATE_CHANGE_FAILURE)
    pacer.play ();
  return done;
}

void pad_added (GstElement *element, GstPad *pad)
{
  if (GST_PAD_IS_SINK (pad)) as_grid (element)->impl->peers.look ();
}

// Wakes the output's thread so that it can stop. The pad is flushing already.
gboolean src_activate (GstAggregator *agg, GstPadMode, gboolean active)
{
  if (!active) as_grid (agg)->impl->pacer.wake ();
  return TRUE;
}

GstPadProbeReturn flushing (GstPad *, GstPadProbeInfo *, gpointer self)
{
  as_grid (self)->impl->pacer.wake ();
  return GST_PAD_PROBE_OK;
}

bool begins_at_zero (GstAggregator *agg)
{
  GstAggregatorStartTimeSelection selection = GST_AGGREGATOR_START_TIME_SELECTION_ZERO;
  g_object_get (agg, "start-time-selection", &selection, nullptr);
  return selection == GST_AGGREGATOR_START_TIME_SELECTION_ZERO;
}

// If the first input comes when the pipeline has played for a while, the output begins with the
// frame of that moment. It does not make up for the time before.
void begin_now (GstQuadMuxGrid *self, GstClockTime start, GstClockTime latency)
{
  OutputPosition &position = self->impl->position;
  if (position.has_begun () || !begins_at_zero (GST_AGGREGATOR (self))) return;
  const GstClockTime now = self->impl->pacer.now (GST_ELEMENT (self));
  if (!GST_CLOCK_TIME_IS_VALID (now) || !GST_CLOCK_TIME_IS_VALID (start) || now < latency) return;
  const FrameRate rate = output_rate (self);
  const auto second = guint64{GST_SECOND} * static_cast<guint64> (rate.den);
  const auto frames = static_cast<guint64> (rate.num);
  const GstClockTime first =
      gst_util_uint64_scale (gst_util_uint64_scale (now - latency, frames, second), second, frames);
  if (first <= start) return;
  GST_INFO_OBJECT (self, "the first input comes late: the output begins at %" GST_TIME_FORMAT,
                   GST_TIME_ARGS (first));
  GST_OBJECT_LOCK (self);
  GstSegment &output = output_segment_of (self);
  const GstClockTime place =
      gst_segment_position_from_running_time (&output, GST_FORMAT_TIME, first);
  if (GST_CLOCK_TIME_IS_VALID (place)) position.begin_at (place, output);
  GST_OBJECT_UNLOCK (self);
}

// True if an input other than `but` is live.
bool another_is_live (GstPad *but)
{
  const Owned<GstElement> grid{gst_pad_get_parent_element (but)};
  if (!grid) return false;
  for (const GridPadRef &p : sink_pads_of (as_grid (grid.get ()))) {
    const Owned<GstPad> peer{gst_pad_get_peer (GST_PAD (p.get ()))};
    if (!peer || GST_PAD (p.get ()) == but) continue;
    const Owned<GstQuery> query{gst_query_new_latency ()};
    gboolean live = FALSE;
    if (!gst_pad_query (peer.get (), query.get ())) continue;
    gst_query_parse_latency (query.get (), &live, nullptr, nullptr);
    if (live) return true;
  }
  return false;
}

// If one input cannot tell its latency, the base class ignores all answers and treats a live output
// like one of files, which waits for all inputs. An example is a scaler behind rtspsrc before the
// camera answers. So such an input is left out among live ones, and asked again when its stream
// begins.
GstPadProbeReturn ask_latency (GstPad *pad, GstPadProbeInfo *info, gpointer)
{
  GstQuery *query = GST_PAD_PROBE_INFO_QUERY (info);
  if (GST_QUERY_TYPE (query) != GST_QUERY_LATENCY) return GST_PAD_PROBE_OK;
  const Owned<GstPad> peer{gst_pad_get_peer (pad)};
  if (!peer) return GST_PAD_PROBE_OK;
  if (gst_pad_query (peer.get (), query)) return GST_PAD_PROBE_HANDLED;
  if (!another_is_live (pad)) return GST_PAD_PROBE_DROP;
  GST_DEBUG_OBJECT (pad, "cannot tell its latency yet, and another input is live");
  as_grid_pad (pad)->impl->latency_unknown = true;
  gst_query_set_latency (query, FALSE, 0, GST_CLOCK_TIME_NONE);
  return GST_PAD_PROBE_HANDLED;
}

}  // namespace

void pass_over_unknown_latency (GstPad *pad)
{
  constexpr auto query =
      static_cast<GstPadProbeType> (GST_PAD_PROBE_TYPE_QUERY_UPSTREAM | GST_PAD_PROBE_TYPE_PUSH);
  gst_pad_add_probe (pad, query, ask_latency, nullptr, nullptr);
}

void learn_latency (GstQuadMuxGrid *self, GstAggregatorPad *pad)
{
  if (!as_grid_pad (pad)->impl->latency_unknown.exchange (false)) return;
  GST_INFO_OBJECT (pad, "may know its latency now: all latencies are asked for anew");
  const Owned<GstQuery> query{gst_query_new_latency ()};
  gst_pad_query (GST_AGGREGATOR_SRC_PAD (self), query.get ());
  gst_element_post_message (GST_ELEMENT (self), gst_message_new_latency (GST_OBJECT (self)));
}

void hold_time (GstQuadMuxGrid *self)
{
  GST_OBJECT_LOCK (self);
  self->impl->position.hold (output_segment_of (self));
  GST_OBJECT_UNLOCK (self);
}

// An output that was live stays live. The base class would stop when no live input is left, but the
// output must go on.
bool is_time (GstQuadMuxGrid *self, GstClockTime start)
{
  GstAggregator *agg = GST_AGGREGATOR (self);
  const GstClockTime latency = gst_aggregator_get_latency (agg);
  if (!GST_CLOCK_TIME_IS_VALID (latency)) return true;
  if (!gst_aggregator_get_force_live (agg))
    GST_INFO_OBJECT (self, "the output is live from now on, with a latency of %" GST_TIME_FORMAT,
                     GST_TIME_ARGS (latency));
  gst_aggregator_set_force_live (agg, TRUE);
  begin_now (self, start, latency);
  const bool due = self->impl->pacer.due (GST_ELEMENT (self), GST_AGGREGATOR_SRC_PAD (self), start);
  if (!due)
    GST_LOG_OBJECT (self, "has waited: the frame at %" GST_TIME_FORMAT " was not due",
                    GST_TIME_ARGS (start));
  return due;
}

void init_life (GstQuadMuxGrid *self)
{
  gst_pad_add_probe (GST_AGGREGATOR_SRC_PAD (self), GST_PAD_PROBE_TYPE_EVENT_FLUSH, flushing, self,
                     nullptr);
}

void install_life (GstAggregatorClass *klass)
{
  klass->get_next_time = get_next_time;
  klass->src_activate = src_activate;
  GST_ELEMENT_CLASS (klass)->change_state = change_state;
  GST_ELEMENT_CLASS (klass)->pad_added = pad_added;
}

}  // namespace quad
