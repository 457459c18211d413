#include "elements/grid/peer_watch.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory_resource>

#include "elements/grid/log.h"
#include "elements/grid/quadmuxgrid.h"

namespace quad {
namespace {

constexpr gint64 kPatience = 2 * G_USEC_PER_SEC;
constexpr GstClockTime kAgain = GST_SECOND / 4;

bool has_peer (GstQuadMuxGridPad *pad) { return gst_pad_is_linked (GST_PAD (pad)); }

// True if the pad is linked and data have come to it.
bool has_begun (GstQuadMuxGridPad *pad)
{
  const Owned<GstEvent> caps{gst_pad_get_sticky_event (GST_PAD (pad), GST_EVENT_CAPS, 0)};
  return caps && has_peer (pad);
}

void warn (GstQuadMuxGrid *self, GstQuadMuxGridPad *pad)
{
  if (pad->impl->warned_of_peer.exchange (true)) return;
  GST_ELEMENT_WARNING (
      self, CORE, PAD,
      ("Nothing is linked to %s, which was requested: link it or release it. When another input "
       "has begun, the output goes on without it.",
       GST_PAD_NAME (pad)),
      (nullptr));
}

// Sends EOS to the pad, after what is queued there. `ending` is held. If something is linked later,
// its new stream undoes the EOS.
void send_end (GstQuadMuxGridPad *pad)
{
  // Upstream may have been linked a moment ago and push now: then its events must not come before
  // this EOS.
  if (!GST_PAD_STREAM_TRYLOCK (pad)) return;
  if (!has_peer (pad)) {
    GST_INFO_OBJECT (pad, "counts as ended: nothing is linked to it");
    pad->impl->left_out = true;
    gst_pad_send_event (GST_PAD (pad), gst_event_new_eos ());
  }
  GST_PAD_STREAM_UNLOCK (pad);
}

void end_input (GstQuadMuxGridPad *pad)
{
  const std::lock_guard guard (pad->impl->ending);
  send_end (pad);
}

// Not while another thread sends the EOS. The pad would keep the mark of an EOS that was flushed,
// and would accept no other.
void flush_alone (GstQuadMuxGridPad *pad, guint32 seqnum)
{
  const std::lock_guard guard (pad->impl->ending);
  GstEvent *start = gst_event_new_flush_start (), *stop = gst_event_new_flush_stop (TRUE);
  gst_event_set_seqnum (start, seqnum);
  gst_event_set_seqnum (stop, seqnum);
  gst_pad_send_event (GST_PAD (pad), start);
  gst_pad_send_event (GST_PAD (pad), stop);
  if (pad->impl->left_out) send_end (pad);
}

// True if a pad must be looked at again.
bool look_at_pads (GstQuadMuxGrid *self)
{
  // A live output does not wait for pads without frames.
  if (GST_CLOCK_TIME_IS_VALID (gst_aggregator_get_latency (GST_AGGREGATOR (self)))) return false;
  alignas (GridPadRef) std::array<std::byte, 64 * sizeof (GridPadRef)> room;
  std::pmr::monotonic_buffer_resource memory (room.data (), room.size ());
  const GridPads pads = sink_pads_of (self, &memory);
  const bool begun = std::any_of (pads.begin (), pads.end (),
                                  [] (const GridPadRef &p) { return has_begun (p.get ()); });
  bool again = false;
  for (const GridPadRef &p : pads) {
    if (has_peer (p.get ()) || GST_PAD_IS_EOS (p.get ())) continue;
    again = true;
    if (g_get_monotonic_time () - p->impl->alone_since < kPatience) continue;
    warn (self, p.get ());
    if (begun) end_input (p.get ());
  }
  return again;
}

}  // namespace

void PeerWatch::start ()
{
  {
    const std::lock_guard guard (lock_);
    running_ = true;
  }
  look ();
}

void PeerWatch::stop ()
{
  const std::lock_guard guard (lock_);
  running_ = false;
  if (!timer_) return;
  gst_clock_id_unschedule (timer_);
  gst_clock_id_unref (timer_);
  timer_ = nullptr;
}

void PeerWatch::flush (GstPad *pad, guint32 seqnum)
{
  as_grid_pad (pad)->impl->flush_seqnum = seqnum;
  std::vector<GridPadRef> alone;
  for (GridPadRef &p : sink_pads_of (as_grid (grid_))) {
    if (!has_peer (p.get ()))
      alone.push_back (std::move (p));
    else if (p->impl->flush_seqnum != seqnum)
      return;
  }
  for (const GridPadRef &p : alone) flush_alone (p.get (), seqnum);
  if (!alone.empty ()) look ();
}

void PeerWatch::look ()
{
  const std::lock_guard guard (lock_);
  if (running_ && !timer_) wait (kAgain);
}

// The clock's thread may keep its data for long, so it gets no reference of the element.
void PeerWatch::wait (GstClockTime time)
{
  const Owned<GstClock> clock{gst_system_clock_obtain ()};
  timer_ = gst_clock_new_single_shot_id (clock.get (), gst_clock_get_time (clock.get ()) + time);
  auto *grid = new GWeakRef;
  g_weak_ref_init (grid, grid_);
  gst_clock_id_wait_async (timer_, on_time, grid, [] (gpointer data) {
    g_weak_ref_clear (static_cast<GWeakRef *> (data));
    delete static_cast<GWeakRef *> (data);
  });
}

gboolean PeerWatch::on_time (GstClock *, GstClockTime, GstClockID id, gpointer data)
{
  const Owned<GObject> grid{
      static_cast<GObject *> (g_weak_ref_get (static_cast<GWeakRef *> (data)))};
  if (!grid) return TRUE;
  GstQuadMuxGrid *self = as_grid (grid.get ());
  PeerWatch &watch = self->impl->peers;
  const bool again = look_at_pads (self);
  const std::lock_guard guard (watch.lock_);
  if (watch.timer_ != id) return TRUE;
  gst_clock_id_unref (watch.timer_);
  watch.timer_ = nullptr;
  if (again && watch.running_) watch.wait (kAgain);
  return TRUE;
}

}  // namespace quad
