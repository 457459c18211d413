#include "elements/grid/frames.h"

#include <algorithm>
#include <utility>

#include "elements/grid/cell_size.h"
#include "elements/grid/cells.h"
#include "elements/grid/changes.h"
#include "elements/grid/life.h"
#include "elements/grid/log.h"
#include "elements/grid/negotiation.h"
#include "elements/grid/states.h"
#include "glue/video.h"

namespace quad {
namespace {

// Where the next output frame begins, in the output's segment.
GstClockTime next_position (const GstSegment &s)
{
  const bool known = GST_CLOCK_TIME_IS_VALID (s.position);
  if (s.rate >= 0) return known ? std::max (s.position, s.start) : s.start;
  return known ? std::min (s.position, s.stop) : s.stop;
}

// The same in running time.
GstClockTime next_start (GstAggregator *agg)
{
  const GstSegment &s = output_segment_of (as_grid (agg));
  return gst_segment_to_running_time (&s, GST_FORMAT_TIME, next_position (s));
}

// Where it ends, in running time; none if the output plays backwards.
GstClockTime next_end (GstQuadMuxGrid *self)
{
  constexpr GstClockTime kRounding = 2;  // nanoseconds: the base class rounds it
  const GstSegment &s = output_segment_of (self);
  if (s.rate < 0) return GST_CLOCK_TIME_NONE;
  const FrameRate rate = output_rate (self);
  const GstClockTime end =
      next_position (s) + gst_util_uint64_scale_int (GST_SECOND, rate.den, rate.num);
  const GstClockTime running =
      gst_segment_to_running_time (&s, GST_FORMAT_TIME, std::min (end, s.stop));
  return GST_CLOCK_TIME_IS_VALID (running) ? running + kRounding : running;
}

// Before the base class's first attempt at an output frame.
void begin_taking (GstQuadMuxGrid *self, const GridPads &pads)
{
  const GstClockTime start = next_start (GST_AGGREGATOR (self));
  for (const GridPadRef &p : pads) {
    PadTaking &taking = p->impl->taking;
    if (std::exchange (taking.output, start) == start) continue;
    const std::lock_guard guard (p->impl->lock);
    taking.before =
        gst_video_aggregator_pad_get_current_buffer (GST_VIDEO_AGGREGATOR_PAD (p.get ()));
  }
}

// Whether the base class has taken the last frame that it was offered for the output frame that
// begins at `start`, which is under way. A frame that ends before is not taken, but dropped.
bool has_taken (const PadTaking &taking, GstClockTime start)
{
  return taking.output == start && taking.last && taking.last != taking.before &&
         GST_CLOCK_TIME_IS_VALID (taking.end) && taking.end > start;
}

// The base class takes one frame of each input for a frame of the output. But it begins anew if
// another input's frame has ended before that frame of the output begins, or has other caps. Then
// the next frame would take the first one's place if it begins before the output frame ends, as
// rounded times do. So that one begins with the next output frame.
// `end`: the running time at which `buffer` ends; none if that is unknown.
Owned<GstBuffer> one_at_a_time (GstQuadMuxGrid *self, GstAggregatorPad *pad,
                                Owned<GstBuffer> buffer, GstClockTime end)
{
  if (!buffer) return buffer;
  PadTaking &taking = as_grid_pad (pad)->impl->taking;
  const GstClockTime start = next_start (GST_AGGREGATOR (self));
  if (GST_CLOCK_TIME_IS_VALID (start) && has_taken (taking, start)) {
    const GstClockTime to = next_end (self);
    if (GST_CLOCK_TIME_IS_VALID (to))
      buffer = deferred (std::move (buffer), pad->segment, start, to);
  }
  taking.last = buffer.get ();
  taking.end = end;
  return buffer;
}

GstBuffer *clip (GstAggregator *agg, GstAggregatorPad *pad, GstBuffer *buffer)
{
  // The base class clips in the thread that makes the output, and holds its own lock of the pad. So
  // the pad's segment is this buffer's.
  GridPad &impl = *as_grid_pad (pad)->impl;
  InputEnd of_bad;  // what takes the place of bad frames makes the input no longer
  InputEnd &end = impl.faults ().stream_is_bad () ? of_bad : impl.last_end ();
  const bool counts = !is_gap (buffer);
  Owned<GstBuffer> now = clipped (Owned<GstBuffer>{buffer}, pad->segment, impl.rate, end);
  now = one_at_a_time (as_grid (agg), pad, std::move (now), end.time);
  if (counts) impl.stats.taken (buffer, now.get ());
  return now.release ();
}

void warn_of_no_frame (GstQuadMuxGrid *self, GstQuadMuxGridPad *pad)
{
  if (pad->impl->warned_of_no_frame) return;
  pad->impl->warned_of_no_frame = true;
  GST_ELEMENT_WARNING (self, STREAM, FAILED,
                       ("The input of %s ended before its first frame.", GST_PAD_NAME (pad)),
                       ("Its cell shows the background, and its length does not count."));
}

// The inputs that count, for aggregate() alone. A pad that has been taken out of the
// element cannot be asked; with the lock held it is in.
GridPads active_pads_of (GstQuadMuxGrid *self)
{
  GridPads pads (&self->impl->frame_lists);
  GST_OBJECT_LOCK (self);
  pads.reserve (GST_ELEMENT (self)->numsinkpads);
  for (GList *l = GST_ELEMENT (self)->sinkpads; l; l = l->next)
    if (!gst_aggregator_pad_is_inactive (GST_AGGREGATOR_PAD (l->data)))
      pads.emplace_back (as_grid_pad (gst_object_ref (l->data)));
  GST_OBJECT_UNLOCK (self);
  return pads;
}

// A faulty input has ended with its last good frame and has no say in the output's length. Takes
// the pad's lock only if the input has ended.
InputState state_of (GridPad &impl, bool eos)
{
  const InputEnd &end = impl.last_end ();
  if (impl.faults ().is_out ())
    return {true, false, false, impl.faults ().stream_is_bad () ? end : InputEnd{}};
  if (end.any) impl.had_frame = true;
  return {eos, eos && impl.snapshot ().repeat_after_eos, impl.had_frame, end};
}

// What comes before the base class's own decision: whether the output is at its
// end, or the next frame of an input, of which `pads` are active, still to come.
GstFlowReturn before_frame (GstQuadMuxGrid *self, const GridPads &pads, bool timeout)
{
  GstAggregator *agg = GST_AGGREGATOR (self);
  std::pmr::vector<InputState> inputs (&self->impl->frame_lists);
  inputs.reserve (pads.size ());
  for (const GridPadRef &p : pads) {
    GstAggregatorPad *pad = GST_AGGREGATOR_PAD (p.get ());
    // Clips: what lies outside of the segment is gone then.
    const bool has_buffer = gst_aggregator_pad_has_buffer (pad);
    const bool eos = !has_buffer && gst_aggregator_pad_is_eos (pad);
    const bool out = p->impl->faults ().is_out ();
    if (!out && !has_buffer && !eos) {
      GST_LOG_OBJECT (pad, "has no frame yet: the output %s", timeout ? "goes on" : "waits");
      if (!timeout) return GST_AGGREGATOR_FLOW_NEED_DATA;
    }
    // The background decides how long the output lasts only where it is alone.
    const InputState state = state_of (*p->impl, eos);
    if (!p->impl->is_background || pads.size () == 1) inputs.push_back (state);
    if (!out && eos && !state.counts && !p->impl->left_out) warn_of_no_frame (self, p.get ());
  }
  const auto policy = self->impl->snapshot ().eos_policy;
  if (self->impl->force_live && policy == EosPolicy::longest) return GST_FLOW_OK;
  const FrameRate rate = output_rate (self);
  const GstClockTime duration = gst_util_uint64_scale_int (GST_SECOND, rate.den, rate.num);
  return output_ended (policy, inputs, next_start (agg), duration) ? GST_FLOW_EOS : GST_FLOW_OK;
}

// Lets upstream go at once: threads that wait for room get it, and are told of the
// end with their next buffer.
void release_upstream (GstQuadMuxGrid *self)
{
  for (const GridPadRef &p : sink_pads_of (self)) {
    p->impl->ended = true;
    while (gst_aggregator_pad_drop_buffer (GST_AGGREGATOR_PAD (p.get ()))) {
    }
  }
}

// After an input's caps have changed, the base class takes the input's frame, asks for a
// negotiation and waits for more data: the frame would come with the next one, or never after the
// last one. So negotiate at once and go on.
GstFlowReturn aggregate_through_negotiation (GstAggregator *agg, bool timeout)
{
  const GstFlowReturn flow = parent_class ()->aggregate (agg, timeout);
  const bool asks = gst_pad_needs_reconfigure (GST_AGGREGATOR_SRC_PAD (agg));
  if (flow != GST_AGGREGATOR_FLOW_NEED_DATA || !asks || !gst_aggregator_negotiate (agg))
    return flow;
  // Without caps (releasing the last pad takes them) the base class has skipped a frame.
  hold_time (as_grid (agg));
  return parent_class ()->aggregate (agg, timeout);
}

// Lets the base class make the frame, and keeps the output's time.
GstFlowReturn make_frame (GstQuadMuxGrid *self, bool timeout)
{
  QuadMuxGrid &impl = *self->impl;
  hold_time (self);
  apply_due (self, next_start (GST_AGGREGATOR (self)));
  impl.maker = std::this_thread::get_id ();
  const GstFlowReturn flow = aggregate_through_negotiation (GST_AGGREGATOR (self), timeout);
  impl.maker = std::thread::id{};
  if (std::exchange (impl.glides.sizes_changed, false)) cells_changed (self);
  if (std::exchange (impl.cells_untold, false)) tell_cells (self);
  tell_states (self);
  if (flow == GST_FLOW_NOT_NEGOTIATED) return ask_again (self);
  if (flow != GST_FLOW_OK && flow != GST_AGGREGATOR_FLOW_NEED_DATA) return flow;
  if (flow == GST_FLOW_OK) impl.patience.reset ();
  GST_OBJECT_LOCK (self);
  impl.position.go_on (output_segment_of (self));
  GST_OBJECT_UNLOCK (self);
  return flow;
}

GstFlowReturn aggregate (GstAggregator *agg, gboolean timeout)
{
  GstQuadMuxGrid *self = as_grid (agg);
  if (self->impl->failed || fails_without_inputs (self)) return GST_FLOW_ERROR;
  hold_time (self);
  const GridPads pads = active_pads_of (self);
  begin_taking (self, pads);
  GstFlowReturn flow = before_frame (self, pads, timeout);
  // While it waited anything may have happened.
  if (flow == GST_FLOW_OK && !is_time (self, next_start (agg)))
    return GST_AGGREGATOR_FLOW_NEED_DATA;
  // No live input has produced a frame yet: output the background.
  if (flow == GST_FLOW_OK && pads.empty () && !gst_aggregator_get_force_live (agg))
    return GST_AGGREGATOR_FLOW_NEED_DATA;
  if (flow == GST_FLOW_OK) flow = make_frame (self, timeout);
  // The last active pad may have been released in between.
  if (flow == GST_FLOW_EOS && !pads.empty () && active_pads_of (self).empty ())
    flow = GST_AGGREGATOR_FLOW_NEED_DATA;
  if (flow == GST_FLOW_EOS) {
    GST_INFO_OBJECT (self, "the output ends, with %d inputs", static_cast<int> (pads.size ()));
    release_upstream (self);
  }
  return flow;
}

// Whether a frame of a live output is there later than the next one should be.
bool missed_deadline (GstQuadMuxGrid *self, const OutputTime &time, GstClockTime duration)
{
  const GstClockTime latency = gst_aggregator_get_latency (GST_AGGREGATOR (self));
  const GstClockTime now = self->impl->pacer.now (GST_ELEMENT (self));
  return time.live && GST_CLOCK_TIME_IS_VALID (latency) && GST_CLOCK_TIME_IS_VALID (now) &&
         GST_CLOCK_TIME_IS_VALID (duration) && now > time.running + latency + duration;
}

GstFlowReturn draw (GstQuadMuxGrid *self, const GstVideoInfo &info, GstBuffer *out)
{
  const gint64 begin = g_get_monotonic_time ();
  const OutputTime time = {gst_segment_to_running_time (&output_segment_of (self), GST_FORMAT_TIME,
                                                        GST_BUFFER_PTS (out)),
                           gst_aggregator_get_force_live (GST_AGGREGATOR (self)) != FALSE};
  GridSnapshot snapshot = frame_snapshot_of (self);
  judge (self, snapshot, time);
  self->impl->glides.arrange (self, snapshot, canvas_of (info), time.running);
  const GstFlowReturn flow = self->impl->painter.draw (self, snapshot, info, out);
  if (flow != GST_FLOW_OK) return flow;
  self->impl->position.drawn (GST_BUFFER_PTS (out), GST_BUFFER_DURATION (out));
  note_shown (self, snapshot, time);
  self->impl->stats.drawn (
      static_cast<GstClockTime> (g_get_monotonic_time () - begin) * GST_USECOND,
      missed_deadline (self, time, GST_BUFFER_DURATION (out)));
  self->impl->glides.keep (std::move (snapshot));
  return flow;
}

GstFlowReturn aggregate_frames (GstVideoAggregator *vagg, GstBuffer *out)
{
  GstQuadMuxGrid *self = as_grid (vagg);
  const GstSegment &segment = GST_AGGREGATOR_PAD (GST_AGGREGATOR_SRC_PAD (self))->segment;
  const GstClockTime time =
      gst_segment_to_stream_time (&segment, GST_FORMAT_TIME, GST_BUFFER_PTS (out));
  if (GST_CLOCK_TIME_IS_VALID (time)) gst_object_sync_values (GST_OBJECT (self), time);
  const std::lock_guard drawing (self->impl->drawing);
  GST_OBJECT_LOCK (vagg);
  const GstVideoInfo info = vagg->info;
  GST_OBJECT_UNLOCK (vagg);
  // The element stops, and the base class has forgotten what it negotiated.
  if (GST_VIDEO_INFO_FORMAT (&info) == GST_VIDEO_FORMAT_UNKNOWN) return GST_FLOW_FLUSHING;
  return draw (self, info, out);
}

// If an input begins, or the last pad is removed, while a frame is made, the base class has taken
// buffers for another time. Then the frame is made again. The base class posts nothing if an active
// pool gives no buffer, so this does.
GstFlowReturn create_output_buffer (GstVideoAggregator *vagg, GstBuffer **out)
{
  GST_OBJECT_LOCK (vagg);
  const bool in_time = as_grid (vagg)->impl->position.holds (output_segment_of (as_grid (vagg)));
  GST_OBJECT_UNLOCK (vagg);
  if (!in_time) return GST_AGGREGATOR_FLOW_NEED_DATA;
  const GstFlowReturn flow =
      GST_VIDEO_AGGREGATOR_CLASS (parent_class ())->create_output_buffer (vagg, out);
  if (flow != GST_FLOW_ERROR) return flow;
  const Owned<GstBufferPool> pool{gst_aggregator_get_buffer_pool (GST_AGGREGATOR (vagg))};
  if (pool && gst_buffer_pool_is_active (pool.get ()))
    GST_ELEMENT_ERROR (vagg, RESOURCE, NO_SPACE_LEFT,
                       ("There is no memory for an output frame: make the output smaller, or free "
                        "some memory, the device's for frames that lie on one."),
                       (nullptr));
  return flow;
}

// With repeat-after-eos, what is shown after the end too.
GstSample *peek_next_sample (GstAggregator *agg, GstAggregatorPad *pad)
{
  if (GstSample *sample = parent_class ()->peek_next_sample (agg, pad)) return sample;
  GridPad &impl = *as_grid_pad (pad)->impl;
  const std::lock_guard guard (impl.lock);
  if (!impl.held || !impl.settings.repeat_after_eos) return nullptr;
  Owned<GstCaps> caps{gst_video_info_to_caps (&impl.held_info)};
  return gst_sample_new (impl.held.get (), caps.get (), &pad->segment, nullptr);
}

}  // namespace

void install_frames (GstAggregatorClass *klass)
{
  klass->clip = clip;
  klass->aggregate = aggregate;
  klass->peek_next_sample = peek_next_sample;
  GST_VIDEO_AGGREGATOR_CLASS (klass)->aggregate_frames = aggregate_frames;
  GST_VIDEO_AGGREGATOR_CLASS (klass)->create_output_buffer = create_output_buffer;
}

}  // namespace quad
