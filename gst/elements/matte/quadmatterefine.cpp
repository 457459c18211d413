/**
 * SECTION:element-quadmatterefine
 * @title: quadmatterefine
 *
 * Gives a video an alpha channel from a stream of masks: anyone's masks, of
 * any size, fitted to the picture's own edges by a guided filter.
 *
 * A mask belongs to the pictures from its time on, until the next mask's time.
 * Both streams are compared by running time. The last mask stays, so a single
 * picture can be the mask of a whole video.
 *
 * If nothing is linked to the pad "mask", the mask of a picture is a meta of its
 * buffer: a segmentation (GstAnalyticsSegmentationMtd) or a tensor
 * (GstTensorMeta). That needs GStreamer 1.26 or later, and holds for that picture
 * alone.
 *
 * Downstream's caps decide what comes out: the picture with alpha (A420,
 * AV12, AYUV, RGBA and its orders), or the matte alone (GRAY8).
 *
 * ## Example launch line
 *
 * |[
 * gst-launch-1.0 quadmatterefine name=r ! quadmux-grid background-color=0xff00a000 ! videoconvert !
 * autovideosink videotestsrc num-buffers=60 ! video/x-raw,width=640,height=360 ! r.sink
 * videotestsrc num-buffers=60 pattern=circular ! video/x-raw,format=GRAY8,width=64,height=36 !
 * r.mask
 * ]| A video and its masks.
 */
#include "elements/matte/quadmatterefine.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "elements/about.h"
#include "elements/matte/caps.h"
#include "elements/matte/enums.h"
#include "elements/matte/log.h"
#include "elements/matte/masked_video.h"
#include "elements/matte/metas.h"
#include "elements/matte/refine_properties.h"
#include "glue/allocation.h"
#include "glue/drawable_caps.h"
#include "glue/video.h"

using quad::Owned;

G_DEFINE_TYPE (GstQuadMatteRefine, gst_quad_matte_refine, GST_TYPE_AGGREGATOR)

GST_ELEMENT_REGISTER_DEFINE (quadmatterefine, "quadmatterefine", GST_RANK_NONE,
                             GST_TYPE_QUAD_MATTE_REFINE)

namespace {

GstQuadMatteRefine *self_of (gpointer object) { return static_cast<GstQuadMatteRefine *> (object); }

quad::MaskedVideo &impl_of (gpointer object) { return *self_of (object)->impl; }

GstAggregatorClass *parent_class ()
{
  return GST_AGGREGATOR_CLASS (gst_quad_matte_refine_parent_class);
}

bool is_mask (GstAggregator *agg, GstAggregatorPad *pad) { return pad == self_of (agg)->mask; }

void set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  impl_of (object).change ([&] (quad::RefineSettings &s) {
    if (!quad::set_refine_property (s, id, value))
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
  });
}

void get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  if (!quad::get_refine_property (impl_of (object).settings (), id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
}

void finalize (GObject *object)
{
  delete self_of (object)->impl;
  G_OBJECT_CLASS (gst_quad_matte_refine_parent_class)->finalize (object);
}

void set_context (GstElement *element, GstContext *context)
{
  impl_of (element).backends ().take_context (context);
  GST_ELEMENT_CLASS (gst_quad_matte_refine_parent_class)->set_context (element, context);
}

gboolean start (GstAggregator *agg)
{
  const auto lock = impl_of (agg).output_lock ();
  return impl_of (agg).start ();
}

// The base class's thread may still run: a flush starts it again.
gboolean stop (GstAggregator *agg)
{
  const auto lock = impl_of (agg).output_lock ();
  impl_of (agg).stop ();
  return TRUE;
}

// In the thread of the flush, while a picture may still be drawn.
GstFlowReturn flush (GstAggregator *agg)
{
  impl_of (agg).flush ();
  return GST_FLOW_OK;
}

// A video whose mask nobody sends does not wait for it.
void end_unlinked_mask (GstAggregator *agg)
{
  GstPad *mask = GST_PAD (self_of (agg)->mask);
  if (gst_pad_is_linked (mask)) return;
  gst_pad_send_event (mask, gst_event_new_eos ());
}

// A flushing seek flushes all pads. Nobody else sends that to an unlinked one.
void flush_unlinked_mask (GstAggregator *agg, guint32 seek)
{
  GstPad *mask = GST_PAD (self_of (agg)->mask);
  if (gst_pad_is_linked (mask)) return;
  for (GstEvent *event : {gst_event_new_flush_start (), gst_event_new_flush_stop (TRUE)}) {
    gst_event_set_seqnum (event, seek);
    gst_pad_send_event (mask, event);
  }
  end_unlinked_mask (agg);
}

// Where a seek puts one end of the segment. As in gst_segment_do_seek.
gint64 end_of (const GstSegment &segment, GstSeekType type, gint64 at, guint64 now)
{
  if (type == GST_SEEK_TYPE_SET) return at;
  if (type == GST_SEEK_TYPE_NONE || segment.duration == GST_CLOCK_TIME_NONE)
    return static_cast<gint64> (now);
  return std::max<gint64> (0, static_cast<gint64> (segment.duration) + at);
}

// Whether the base class can do the seek: one in time, of a stream in time, that ends after its
// start.
bool is_possible (GstAggregator *agg, GstEvent *seek)
{
  gdouble rate = 0;
  GstFormat format = GST_FORMAT_UNDEFINED;
  GstSeekType start_type = GST_SEEK_TYPE_NONE, stop_type = GST_SEEK_TYPE_NONE;
  gint64 start = 0, stop = -1;
  gst_event_parse_seek (seek, &rate, &format, nullptr, &start_type, &start, &stop_type, &stop);
  const GstSegment &now = GST_AGGREGATOR_PAD (agg->srcpad)->segment;
  if (!std::isfinite (rate) || format != GST_FORMAT_TIME || now.format != format) return false;
  const gint64 begin = end_of (now, start_type, start, now.start);
  const gint64 end = end_of (now, stop_type, stop, now.stop);
  return begin >= 0 && (end == -1 || begin <= end);
}

gboolean src_event (GstAggregator *agg, GstEvent *event)
{
  const guint32 seqnum = gst_event_get_seqnum (event);
  GstSeekFlags flags = GST_SEEK_FLAG_NONE;
  if (GST_EVENT_TYPE (event) == GST_EVENT_SEEK) {
    if (!is_possible (agg, event)) {
      gst_event_unref (event);
      return FALSE;
    }
    gst_event_parse_seek (event, nullptr, nullptr, &flags, nullptr, nullptr, nullptr, nullptr);
  }
  const gboolean done = parent_class ()->src_event (agg, event);
  if (done && (flags & GST_SEEK_FLAG_FLUSH)) flush_unlinked_mask (agg, seqnum);
  return done;
}

// Before it plays the base class does a seek without asking src_event.
gboolean send_event (GstElement *element, GstEvent *event)
{
  if (GST_EVENT_TYPE (event) == GST_EVENT_SEEK && !is_possible (GST_AGGREGATOR (element), event)) {
    gst_event_unref (event);
    return FALSE;
  }
  return GST_ELEMENT_CLASS (parent_class ())->send_event (element, event);
}

bool take_caps (GstAggregator *agg, GstAggregatorPad *pad, GstEvent *event)
{
  GstCaps *caps;
  gst_event_parse_caps (event, &caps);
  {
    const auto lock = impl_of (agg).output_lock ();
    if (is_mask (agg, pad)) return impl_of (agg).set_mask_caps (caps);
    if (!impl_of (agg).set_video_caps (caps)) return false;
  }
  gst_pad_mark_reconfigure (agg->srcpad);
  end_unlinked_mask (agg);
  return true;
}

// Serialized events come in the thread that makes the output, between the buffers.
gboolean sink_event (GstAggregator *agg, GstAggregatorPad *pad, GstEvent *event)
{
  const bool of_video = !is_mask (agg, pad);
  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_CAPS:
      if (!take_caps (agg, pad, event)) {
        gst_event_unref (event);
        return FALSE;
      }
      break;
    case GST_EVENT_SEGMENT:
      if (of_video) {
        const GstSegment *segment;
        gst_event_parse_segment (event, &segment);
        // The base class computes with times alone.
        if (segment->format == GST_FORMAT_TIME) gst_aggregator_update_segment (agg, segment);
      }
      break;
    case GST_EVENT_GAP:
      // The base class clips it to a segment of times.
      if (pad->segment.format != GST_FORMAT_TIME) {
        gst_event_unref (event);
        return TRUE;
      }
      break;
    case GST_EVENT_TAG:
      if (of_video) {
        const auto lock = impl_of (agg).output_lock ();
        impl_of (agg).keep_tags (event);
      }
      break;
    default: break;
  }
  return parent_class ()->sink_event (agg, pad, event);
}

gboolean sink_query (GstAggregator *agg, GstAggregatorPad *pad, GstQuery *query)
{
  if (impl_of (agg).backends ().answer (query)) return TRUE;
  if (GST_QUERY_TYPE (query) != GST_QUERY_CAPS || is_mask (agg, pad))
    return parent_class ()->sink_query (agg, pad, query);
  GstCaps *filter;
  gst_query_parse_caps (query, &filter);
  const Owned<GstCaps> made{gst_pad_get_pad_template_caps (agg->srcpad)};
  const Owned<GstCaps> asked{gst_pad_peer_query_caps (agg->srcpad, made.get ())};
  const Owned<GstCaps> wanted{
      gst_caps_intersect_full (asked.get (), made.get (), GST_CAPS_INTERSECT_FIRST)};
  const Owned<GstCaps> any{gst_pad_get_pad_template_caps (GST_PAD (pad))};
  const Owned<GstCaps> from = quad::matte_transform (wanted.get (), GST_PAD_SRC);
  Owned<GstCaps> taken{gst_caps_intersect_full (any.get (), from.get (), GST_CAPS_INTERSECT_FIRST)};
  if (filter)
    taken.reset (gst_caps_intersect_full (filter, taken.get (), GST_CAPS_INTERSECT_FIRST));
  gst_query_set_caps_result (query, taken.get ());
  return TRUE;
}

gboolean src_query (GstAggregator *agg, GstQuery *query)
{
  return impl_of (agg).backends ().answer (query) || parent_class ()->src_query (agg, query);
}

GstFlowReturn update_src_caps (GstAggregator *agg, GstCaps *downstream, GstCaps **ret)
{
  const auto lock = impl_of (agg).output_lock ();
  const GstCaps *in = impl_of (agg).video_caps ();
  if (!in) return GST_AGGREGATOR_FLOW_NEED_DATA;
  const Owned<GstCaps> offered = quad::matte_transform (in, GST_PAD_SINK);
  Owned<GstCaps> allowed{
      gst_caps_intersect_full (offered.get (), downstream, GST_CAPS_INTERSECT_FIRST)};
  if (gst_caps_is_empty (allowed.get ())) return GST_FLOW_NOT_NEGOTIATED;
  *ret = quad::matte_fixate (in, std::move (allowed)).release ();
  return GST_FLOW_OK;
}

gboolean negotiated_src_caps (GstAggregator *agg, GstCaps *caps)
{
  const auto lock = impl_of (agg).output_lock ();
  return impl_of (agg).set_output_caps (caps);
}

// Only the picture that is being drawn is held, and the mask.
constexpr guint kHeldBuffers = 2;

gboolean propose_allocation (GstAggregator *agg, GstAggregatorPad *pad, GstQuery *decide,
                             GstQuery *query)
{
  (void)pad, (void)decide;
  return quad::propose_frames (impl_of (agg).backends (), query, kHeldBuffers);
}

gboolean decide_allocation (GstAggregator *agg, GstQuery *query)
{
  return quad::decide_frames (impl_of (agg).backends (), query) == quad::Status::ok;
}

GstClockTime running_time (GstAggregatorPad *pad, GstBuffer *buffer)
{
  if (pad->segment.format != GST_FORMAT_TIME) return GST_CLOCK_TIME_NONE;
  return gst_segment_to_running_time (&pad->segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer));
}

GstClockTime duration_of (GstAggregator *agg, GstBuffer *picture)
{
  if (GST_BUFFER_DURATION_IS_VALID (picture)) return GST_BUFFER_DURATION (picture);
  const GstVideoInfo &info = impl_of (agg).video ();
  return info.fps_n > 0 ? gst_util_uint64_scale (GST_SECOND, info.fps_d, info.fps_n) : 0;
}

// The base class makes empty buffers of gap events.
bool is_gap (GstBuffer *buffer)
{
  return GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_GAP) && gst_buffer_get_size (buffer) == 0;
}

// Takes all masks whose time has come. Containers round times, so a mask that comes less than a
// quarter of the picture's duration after it counts as in time. GST_AGGREGATOR_FLOW_NEED_DATA if
// the picture's mask may be still to come.
GstFlowReturn take_masks (GstAggregator *agg, GstBuffer *picture)
{
  GstAggregatorPad *pad = self_of (agg)->mask;
  const GstClockTime time = running_time (self_of (agg)->video, picture);
  const GstClockTime near = duration_of (agg, picture) / 4;
  bool complete = false;
  while (GstBuffer *peeked = gst_aggregator_pad_peek_buffer (pad)) {
    const Owned<GstBuffer> mask{peeked};
    const bool gap = is_gap (mask.get ());
    const GstClockTime begins = running_time (pad, mask.get ());
    const bool timed = GST_CLOCK_TIME_IS_VALID (time) && GST_CLOCK_TIME_IS_VALID (begins);
    if (timed && begins > time + near) return GST_FLOW_OK;
    complete = !timed || begins + near >= time;
    // Where masks have a gap the last one stays.
    if (gap)
      complete |= GST_BUFFER_DURATION_IS_VALID (mask.get ()) &&
                  begins + GST_BUFFER_DURATION (mask.get ()) > time;
    else if (!impl_of (agg).set_mask (mask.get ()))
      return GST_FLOW_NOT_NEGOTIATED;
    gst_aggregator_pad_drop_buffer (pad);
  }
  return complete || gst_aggregator_pad_is_eos (pad) ? GST_FLOW_OK : GST_AGGREGATOR_FLOW_NEED_DATA;
}

// A buffer for `picture` with alpha, with its times and metas.
Owned<GstBuffer> output_for (GstAggregator *agg, GstBuffer *picture, GstFlowReturn &flow)
{
  GstBuffer *buffer = nullptr;
  const Owned<GstBufferPool> pool{gst_aggregator_get_buffer_pool (agg)};
  if (pool) {
    if (!gst_buffer_pool_is_active (pool.get ())) gst_buffer_pool_set_active (pool.get (), TRUE);
    flow = gst_buffer_pool_acquire_buffer (pool.get (), &buffer, nullptr);
  }
  if (!buffer) return nullptr;
  gst_buffer_copy_into (
      buffer, picture,
      static_cast<GstBufferCopyFlags> (GST_BUFFER_COPY_FLAGS | GST_BUFFER_COPY_TIMESTAMPS), 0,
      static_cast<gsize> (-1));
  quad::copy_metas (picture, buffer);
  return Owned<GstBuffer>{buffer};
}

// What goes out next.
struct Output {
  GstFlowReturn flow = GST_FLOW_OK;
  Owned<GstBuffer> buffer;  // null: nothing
  std::vector<Owned<GstEvent>> tags;
};

Output draw_next (GstAggregator *agg, GstBuffer *picture, bool timeout)
{
  const auto lock = impl_of (agg).output_lock ();
  if (!impl_of (agg).is_negotiated ()) return {GST_FLOW_NOT_NEGOTIATED, nullptr, {}};
  impl_of (agg).forget_flushed ();
  if (is_gap (picture)) {
    gst_aggregator_pad_drop_buffer (self_of (agg)->video);
    return {};
  }
  const GstFlowReturn masks = take_masks (agg, picture);
  const bool goes_without = masks == GST_AGGREGATOR_FLOW_NEED_DATA && timeout;
  if (masks != GST_FLOW_OK && !goes_without) return {masks, nullptr, {}};
  const GstSegment &segment = self_of (agg)->video->segment;
  const GstClockTime time =
      segment.format == GST_FORMAT_TIME
          ? gst_segment_to_stream_time (&segment, GST_FORMAT_TIME, GST_BUFFER_PTS (picture))
          : GST_CLOCK_TIME_NONE;
  if (GST_CLOCK_TIME_IS_VALID (time)) gst_object_sync_values (GST_OBJECT (agg), time);
  Output out;
  out.flow = GST_FLOW_ERROR;
  out.buffer = output_for (agg, picture, out.flow);
  if (!out.buffer) {
    if (out.flow == GST_FLOW_ERROR)
      GST_ELEMENT_ERROR (agg, RESOURCE, NO_SPACE_LEFT,
                         ("There is no memory for a picture: make it smaller, or free some."),
                         (nullptr));
    return out;
  }
  out.tags = impl_of (agg).take_tags ();
  const bool brings_own = !gst_pad_is_linked (GST_PAD (self_of (agg)->mask));
  out.flow = impl_of (agg).draw (picture, brings_own, out.buffer.get ());
  gst_aggregator_pad_drop_buffer (self_of (agg)->video);
  return out;
}

GstFlowReturn aggregate (GstAggregator *agg, gboolean timeout)
{
  GstAggregatorPad *video = self_of (agg)->video;
  const Owned<GstBuffer> picture{gst_aggregator_pad_peek_buffer (video)};
  if (!picture)
    return gst_aggregator_pad_is_eos (video) ? GST_FLOW_EOS : GST_AGGREGATOR_FLOW_NEED_DATA;
  Output out = draw_next (agg, picture.get (), timeout);
  if (out.flow != GST_FLOW_OK || !out.buffer) return out.flow;
  // The base class forwards no tags. By now it has sent what comes before them.
  for (Owned<GstEvent> &tags : out.tags) gst_pad_push_event (agg->srcpad, tags.release ());
  return gst_aggregator_finish_buffer (agg, out.buffer.release ());
}

// A live picture waits for its mask until its own time, and the latency. The end waits for none.
GstClockTime next_time (GstAggregator *agg)
{
  GstAggregatorPad *video = self_of (agg)->video;
  if (gst_aggregator_pad_is_eos (video)) return 0;
  const Owned<GstBuffer> picture{gst_aggregator_pad_peek_buffer (video)};
  if (!picture) return GST_CLOCK_TIME_NONE;
  const GstClockTime time = running_time (video, picture.get ());
  if (!GST_CLOCK_TIME_IS_VALID (time)) return 0;
  // A clock is busy all the time when it waits for times that overflow.
  constexpr GstClockTime kCentury = GST_SECOND * 3600 * 24 * 365 * 100;
  return time < kCentury ? time : GST_CLOCK_TIME_NONE;
}

GstAggregatorPad *add_pad (GstQuadMatteRefine *self, const char *name)
{
  GstPadTemplate *of = gst_element_class_get_pad_template (GST_ELEMENT_GET_CLASS (self), name);
  auto *pad = GST_AGGREGATOR_PAD (g_object_new (GST_TYPE_AGGREGATOR_PAD, "name", name, "direction",
                                                GST_PAD_SINK, "template", of, nullptr));
  gst_element_add_pad (GST_ELEMENT (self), GST_PAD (pad));
  return pad;
}

void add_template (GstElementClass *klass, const char *name, GstPadDirection direction,
                   GstCaps *caps, GType type)
{
  gst_element_class_add_pad_template (
      klass, gst_pad_template_new_with_gtype (name, direction, GST_PAD_ALWAYS, caps, type));
}

}  // namespace

static void gst_quad_matte_refine_class_init (GstQuadMatteRefineClass *klass)
{
  auto *object_class = G_OBJECT_CLASS (klass);
  object_class->set_property = set_property;
  object_class->get_property = get_property;
  object_class->finalize = finalize;
  quad::install_refine_properties (object_class);

  auto *element_class = GST_ELEMENT_CLASS (klass);
  element_class->set_context = set_context;
  element_class->send_event = send_event;
  add_template (element_class, "sink", GST_PAD_SINK, quad::matte_sink_caps ().get (),
                GST_TYPE_AGGREGATOR_PAD);
  add_template (element_class, "mask", GST_PAD_SINK, quad::matte_mask_caps ().get (),
                GST_TYPE_AGGREGATOR_PAD);
  add_template (element_class, "src", GST_PAD_SRC, quad::matte_src_caps ().get (),
                GST_TYPE_AGGREGATOR_PAD);
  quad::set_about (element_class, "Matte refinement", "Filter/Effect/Video",
                   "Gives a video an alpha channel from masks, fitted to the picture's edges",
                   "quadmatterefine");
  quad::document_types ({GST_TYPE_QUAD_REFINE, GST_TYPE_QUAD_FOREGROUND});

  auto *agg_class = GST_AGGREGATOR_CLASS (klass);
  agg_class->start = start;
  agg_class->stop = stop;
  agg_class->flush = flush;
  agg_class->sink_event = sink_event;
  agg_class->src_event = src_event;
  agg_class->sink_query = sink_query;
  agg_class->src_query = src_query;
  agg_class->update_src_caps = update_src_caps;
  agg_class->negotiated_src_caps = negotiated_src_caps;
  agg_class->propose_allocation = propose_allocation;
  agg_class->decide_allocation = decide_allocation;
  agg_class->get_next_time = next_time;
  agg_class->aggregate = aggregate;
}

static void gst_quad_matte_refine_init (GstQuadMatteRefine *self)
{
  self->impl = new quad::MaskedVideo{GST_ELEMENT (self)};
  self->video = add_pad (self, "sink");
  self->mask = add_pad (self, "mask");
}
