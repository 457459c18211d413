#include "elements/grid/states.h"

#include <utility>

#include "elements/grid/cells.h"
#include "elements/grid/log.h"
#include "glue/frame.h"
#include "glue/video.h"
#include "public/gstquad.h"

namespace quad {
namespace {

// What the pad shows is its own picture no longer.
void show_placeholder (PadSnapshot &pad, const Placeholder &placeholder)
{
  pad.shown = GridPad::placeholder_picture;
  pad.buffer.reset (gst_buffer_ref (placeholder.buffer ()));
  pad.info = placeholder.info;
  pad.peak = placeholder.peak;
  pad.orientation = Orientation::identity;
  pad.settings.zoom = {};
  pad.reduced.reset ();
}

void choose_picture (PadSnapshot &pad)
{
  const StateSettings &s = pad.settings.states;
  const bool lost = pad.state == CellState::lost;
  pad.dim = lost && s.lost_policy == LostPolicy::hold ? s.dim : 0;
  const bool replaced = lost && s.lost_policy != LostPolicy::hold;
  const bool waits = pad.state == CellState::waiting && s.placeholder_while_waiting;
  if (replaced) pad.buffer.reset ();
  if (!waits && !(replaced && s.lost_policy == LostPolicy::placeholder)) return;
  pad.shows_text = !pad.placeholder;
  if (pad.placeholder) show_placeholder (pad, *pad.placeholder);
}

// True if the frame's time was over before the output frame at `time`.
bool came_late (GstQuadMuxGridPad *pad, GstBuffer *frame, GstClockTime time)
{
  const GstClockTime pts = GST_BUFFER_PTS (frame), duration = GST_BUFFER_DURATION (frame);
  if (!GST_CLOCK_TIME_IS_VALID (pts) || !GST_CLOCK_TIME_IS_VALID (duration)) return false;
  GST_OBJECT_LOCK (pad);
  const GstSegment segment = GST_AGGREGATOR_PAD (pad)->segment;
  GST_OBJECT_UNLOCK (pad);
  if (segment.format != GST_FORMAT_TIME) return false;
  const GstClockTime end = gst_segment_to_running_time (&segment, GST_FORMAT_TIME, pts + duration);
  return GST_CLOCK_TIME_IS_VALID (end) && end <= time;
}

// Whether the input's buffer holds a frame. Only for inputs that have faults: the painter looks at
// all others.
bool can_be_read (GstQuadMuxGrid *self, const PadSnapshot &pad)
{
  GstBuffer *buffer = pad.buffer.get ();
  if (!is_known (pad.info)) return false;
  if (Backend *device = self->impl->backends.device_of (memory_of (buffer)))
    return !device->problem_of (buffer);
  return static_cast<bool> (MappedFrame (pad.info, buffer, GST_MAP_READ));
}

void count_frame (const PadSnapshot &pad, const OutputTime &time)
{
  GridPad &impl = *pad.pad->impl;
  if (!pad.buffer || pad.shown != GridPad::picture || !impl.watch.was_shown ()) return;
  impl.stats.shown (pad.buffer.get (),
                    {.is_new = pad.is_new,
                     .late = pad.is_new && time.live &&
                             came_late (pad.pad.get (), pad.buffer.get (), time.running),
                     .converted = impl.inputs[GridPad::picture].is_converted (),
                     .age = impl.watch.age (time.running)});
}

Owned<GstMessage> message_of (GstQuadMuxGrid *self, const StateChange &c)
{
  return Owned<GstMessage>{gst_message_new_element (
      GST_OBJECT (self),
      gst_structure_new (GST_QUAD_MESSAGE_CELL_STATE, GST_QUAD_FIELD_PAD, GST_TYPE_PAD,
                         GST_PAD (c.pad.get ()), GST_QUAD_FIELD_OLD, GST_TYPE_QUAD_CELL_STATE,
                         static_cast<gint> (c.before), GST_QUAD_FIELD_NEW, GST_TYPE_QUAD_CELL_STATE,
                         static_cast<gint> (c.now), GST_QUAD_FIELD_RUNNING_TIME, G_TYPE_UINT64,
                         c.time, GST_QUAD_FIELD_AGE, G_TYPE_UINT64, c.age, nullptr))};
}

}  // namespace

const char *nick_of (CellState state)
{
  auto *type = static_cast<GEnumClass *> (g_type_class_peek_static (GST_TYPE_QUAD_CELL_STATE));
  return g_enum_get_value (type, static_cast<gint> (state))->value_nick;
}

void judge (GstQuadMuxGrid *self, GridSnapshot &snapshot, const OutputTime &time)
{
  for (PadSnapshot &pad : snapshot.pads) {
    GridPad &impl = *pad.pad->impl;
    const bool faulty = impl.faults ().is_out ();
    StateWatch::Seen seen = {.time = time.running,
                             .is_new = pad.is_new && (!faulty || can_be_read (self, pad)),
                             .ended = pad.ended,
                             .faulty = faulty,
                             .waits = !time.live};
    if (pad.is_new)
      seen.interval = frame_interval (impl.rate, GST_BUFFER_DURATION (pad.buffer.get ()));
    pad.state = impl.watch.look (seen, pad.settings.states);
    choose_picture (pad);
  }
}

void note_shown (GstQuadMuxGrid *self, const GridSnapshot &snapshot, const OutputTime &time)
{
  for (const PadSnapshot &pad : snapshot.pads) {
    if (pad.leaves) continue;
    const StateWatch &watch = pad.pad->impl->watch;
    count_frame (pad, time);
    const CellState now = watch.state (), before = pad.pad->impl->state.exchange (now);
    if (now != before)
      self->impl->state_changes.push_back (
          {GridPadRef{as_grid_pad (gst_object_ref (pad.pad.get ()))}, before, now, time.running,
           watch.age (time.running)});
  }
}

void tell_states (GstQuadMuxGrid *self)
{
  for (const StateChange &c : std::exchange (self->impl->state_changes, {})) {
    GST_INFO_OBJECT (c.pad.get (), "was %s and is %s at %" GST_TIME_FORMAT, nick_of (c.before),
                     nick_of (c.now), GST_TIME_ARGS (c.time));
    g_object_notify (G_OBJECT (c.pad.get ()), "state");
    gst_element_post_message (GST_ELEMENT (self), message_of (self, c).release ());
  }
}

void restart_states (GstQuadMuxGrid *self)
{
  self->impl->state_changes.clear ();
  self->impl->stats.restart ();
  for (const GridPadRef &pad : sink_pads_of (self)) {
    pad->impl->watch = {};
    pad->impl->stats.restart ();
    if (pad->impl->state.exchange (CellState::waiting) != CellState::waiting)
      g_object_notify (G_OBJECT (pad.get ()), "state");
  }
}

}  // namespace quad
