#include <gst/video/video.h>

#include "machine.h"

namespace quad::fuzz {
namespace {

Owned<GstEvent> segment_event (const GstSegment &segment)
{
  return Owned<GstEvent>{gst_event_new_segment (&segment)};
}

GstSegment whole ()
{
  GstSegment segment;
  gst_segment_init (&segment, GST_FORMAT_TIME);
  return segment;
}

}  // namespace

Feeder::Feeder (std::uint32_t seed, Owned<GstPad> peer, Taken taken, bool flushes)
    : random_ (seed),
      src_ (pad_for_any ("src", GST_PAD_SRC)),
      peer_ (std::move (peer)),
      taken_ (taken),
      flushes_ (flushes),
      seekable_ (!random_.one_in (3))
{
  g_rec_mutex_init (&stream_);
  caps_ = some_caps (random_, taken_);
  gst_pad_set_element_private (src_.get (), this);
  gst_pad_set_event_function (src_.get (), [] (GstPad *pad, GstObject *, GstEvent *taken) {
    const Owned<GstEvent> event{taken};
    auto *self = static_cast<Feeder *> (gst_pad_get_element_private (pad));
    return static_cast<gboolean> (GST_EVENT_TYPE (taken) == GST_EVENT_SEEK && self->seek (taken));
  });
  gst_pad_set_query_function_full (
      src_.get (),
      [] (GstPad *pad, GstObject *parent, GstQuery *query) {
        return static_cast<gboolean> (static_cast<Answers *> (pad->querydata)->answer (query) ||
                                      gst_pad_query_default (pad, parent, query));
      },
      new Answers{random_.one_in (3), seekable_},
      [] (gpointer answers) { delete static_cast<Answers *> (answers); });
  gst_pad_set_active (src_.get (), TRUE);
  gst_pad_link_full (src_.get (), peer_.get (), GST_PAD_LINK_CHECK_NOTHING);
  thread_ = std::thread ([this] { run (); });
}

Feeder::~Feeder ()
{
  join ();
  gst_pad_set_active (src_.get (), FALSE);
  gst_pad_unlink (src_.get (), peer_.get ());
  g_rec_mutex_clear (&stream_);
}

void Feeder::join ()
{
  stop_ = true;
  if (thread_.joinable ()) thread_.join ();
}

bool Feeder::seek (GstEvent *event)
{
  if (!seekable_ || stop_) return false;
  gdouble rate;
  GstFormat format;
  GstSeekFlags flags;
  GstSeekType start_type, stop_type;
  gint64 start, stop;
  gst_event_parse_seek (event, &rate, &format, &flags, &start_type, &start, &stop_type, &stop);
  if (format != GST_FORMAT_TIME || !(flags & GST_SEEK_FLAG_FLUSH)) return false;
  const std::lock_guard once (flushing_);
  const auto send = [this, event] (GstEvent *sent) {
    gst_event_set_seqnum (sent, gst_event_get_seqnum (event));
    gst_pad_push_event (src_.get (), sent);
  };
  send (gst_event_new_flush_start ());
  g_rec_mutex_lock (&stream_);
  send (gst_event_new_flush_stop (TRUE));
  // The keyframe before.
  now_ = start > 0 ? static_cast<GstClockTime> (start) / 2 : 0;
  GstSegment segment = whole ();
  gst_segment_do_seek (&segment, rate, format, flags, start_type, static_cast<guint64> (start),
                       stop_type, static_cast<guint64> (stop), nullptr);
  if (flags & GST_SEEK_FLAG_SNAP_BEFORE) segment.start = segment.time = segment.position = now_;
  send (gst_event_new_segment (&segment));
  g_rec_mutex_unlock (&stream_);
  return true;
}

bool Feeder::Answers::answer (GstQuery *query) const
{
  GstFormat format;
  switch (GST_QUERY_TYPE (query)) {
    case GST_QUERY_LATENCY:
      gst_query_set_latency (query, live, GST_MSECOND, GST_CLOCK_TIME_NONE);
      return true;
    case GST_QUERY_SEEKING:
      gst_query_set_seeking (query, GST_FORMAT_TIME, seekable, 0, 10 * GST_SECOND);
      return true;
    case GST_QUERY_DURATION:
      gst_query_parse_duration (query, &format, nullptr);
      if (format != GST_FORMAT_TIME) return false;
      gst_query_set_duration (query, GST_FORMAT_TIME, 10 * GST_SECOND);
      return true;
    default: return false;
  }
}

void Feeder::open ()
{
  gst_pad_push_event (src_.get (), gst_event_new_stream_start ("s"));
  if (caps_) gst_pad_push_event (src_.get (), gst_event_new_caps (caps_.get ()));
  gst_pad_push_event (src_.get (), segment_event (whole ()).release ());
}

void Feeder::run ()
{
  g_rec_mutex_lock (&stream_);
  open ();
  g_rec_mutex_unlock (&stream_);
  for (int steps = 20 + random_.below (80); steps > 0 && !stop_; steps--) {
    g_rec_mutex_lock (&stream_);
    step ();
    if (GST_PAD_IS_FLUSHING (peer_.get ()) || random_.one_in (60)) open ();
    g_rec_mutex_unlock (&stream_);
    if (random_.one_in (6)) g_usleep (static_cast<gulong> (random_.below (800)));
  }
  if (!stop_ && random_.one_in (2)) gst_pad_push_event (src_.get (), gst_event_new_eos ());
}

void Feeder::step ()
{
  if (random_.one_in (60)) return send_query ();
  if (random_.one_in (60) && flushes_) return flush ();
  if (!random_.one_in (3)) return send_buffer ();
  if (Owned<GstEvent> event = some_event ()) gst_pad_push_event (src_.get (), event.release ());
}

Owned<GstEvent> Feeder::change ()
{
  switch (random_.below (8)) {
    case 0:
    case 1:
    case 2:
      caps_ = some_caps (random_, taken_);
      return Owned<GstEvent>{gst_event_new_caps (caps_.get ())};
    case 3:
    case 4: return segment_event (some_segment (random_));
    case 5: {
      const GstClockTime at =
          random_.one_in (8) ? random_.pick<GstClockTime> ({0, G_MAXINT64, G_MAXUINT64 - 1}) : now_;
      return Owned<GstEvent>{gst_event_new_gap (
          at, random_.one_in (3) ? GST_CLOCK_TIME_NONE : random_.time_below (90))};
    }
    default: {
      GstTagList *tags = gst_tag_list_new (
          GST_TAG_IMAGE_ORIENTATION,
          random_.pick ({"rotate-0", "rotate-90", "flip-rotate-90", "rotate-180", "junk"}),
          nullptr);
      gst_tag_list_set_scope (tags,
                              random_.one_in (2) ? GST_TAG_SCOPE_GLOBAL : GST_TAG_SCOPE_STREAM);
      return Owned<GstEvent>{gst_event_new_tag (tags)};
    }
  }
}

Owned<GstEvent> Feeder::some_event ()
{
  switch (random_.below (18)) {
    case 0: return Owned<GstEvent>{random_.one_in (3) ? gst_event_new_eos () : nullptr};
    case 1: {
      Owned<GstEvent> start{gst_event_new_stream_start (random_.one_in (2) ? "s" : "t")};
      if (random_.one_in (2)) gst_event_set_group_id (start.get (), random_.bits () | 1);
      return start;
    }
    case 2: {
      const auto type = random_.pick ({GST_EVENT_CUSTOM_DOWNSTREAM, GST_EVENT_CUSTOM_DOWNSTREAM_OOB,
                                       GST_EVENT_CUSTOM_DOWNSTREAM_STICKY, GST_EVENT_CUSTOM_BOTH});
      const char *name =
          random_.pick ({"x", "GstForceKeyUnit", "GstVideoStillFrame", "GstMultiview"});
      return Owned<GstEvent>{gst_event_new_custom (type, gst_structure_new_empty (name))};
    }
    case 3:
      return Owned<GstEvent>{
          gst_event_new_segment_done (GST_FORMAT_TIME, static_cast<gint64> (now_))};
    case 4:
      return Owned<GstEvent>{
          gst_video_event_new_downstream_force_key_unit (now_, now_, now_, TRUE, 1)};
    case 5: return Owned<GstEvent>{gst_video_event_new_still_frame (random_.one_in (2))};
    case 6: return Owned<GstEvent>{gst_event_new_instant_rate_change (2.0, GST_SEGMENT_FLAG_NONE)};
    case 7: {
      GstToc *toc = gst_toc_new (GST_TOC_SCOPE_GLOBAL);
      Owned<GstEvent> event{gst_event_new_toc (toc, FALSE)};
      gst_toc_unref (toc);
      return event;
    }
    default: return change ();
  }
}

void Feeder::flush ()
{
  if (!flushing_.try_lock ()) return;
  gst_pad_push_event (src_.get (), gst_event_new_flush_start ());
  gst_pad_push_event (src_.get (), gst_event_new_flush_stop (random_.one_in (2)));
  flushing_.unlock ();
  if (!random_.one_in (4))
    gst_pad_push_event (src_.get (), segment_event (some_segment (random_)).release ());
}

void Feeder::send_query ()
{
  const Owned<GstCaps> caps = some_caps (random_, taken_);
  GstCaps *maybe = random_.one_in (4) ? nullptr : caps.get ();
  Owned<GstQuery> query;
  switch (random_.below (4)) {
    case 0: query.reset (gst_query_new_caps (maybe)); break;
    case 1: query.reset (gst_query_new_accept_caps (caps.get ())); break;
    case 2: query.reset (gst_query_new_allocation (maybe, random_.one_in (2))); break;
    default: query.reset (gst_query_new_drain ()); break;
  }
  gst_pad_peer_query (src_.get (), query.get ());
}

void Feeder::send_buffer ()
{
  constexpr guint64 kSigned = G_MAXINT64;
  Owned<GstBuffer> owned = some_buffer (random_, caps_.get ());
  GstBuffer *buffer = owned.get ();
  const auto duration =
      random_.pick<GstClockTime> ({33'333'333, 40'000'000, 1'000'000, 100'000'000, 0});
  GST_BUFFER_PTS (buffer) =
      random_.one_in (15)
          ? random_.pick<GstClockTime> ({GST_CLOCK_TIME_NONE, 0, kSigned, G_MAXUINT64 - 1, now_ / 2,
                                         now_ + 5 * GST_SECOND, kSigned + 5})
          : now_;
  if (random_.one_in (3)) GST_BUFFER_DTS (buffer) = now_;
  GST_BUFFER_DURATION (buffer) =
      random_.one_in (6)
          ? random_.pick<GstClockTime> ({GST_CLOCK_TIME_NONE, 0, kSigned, G_MAXUINT64 - 1})
          : duration;
  if (random_.one_in (4)) GST_BUFFER_OFFSET (buffer) = random_.bits ();
  if (random_.one_in (6))
    GST_BUFFER_FLAG_SET (
        buffer,
        random_.pick<guint> ({GST_BUFFER_FLAG_DELTA_UNIT, GST_BUFFER_FLAG_CORRUPTED,
                              GST_BUFFER_FLAG_GAP, GST_BUFFER_FLAG_DISCONT, GST_BUFFER_FLAG_HEADER,
                              GST_BUFFER_FLAG_DROPPABLE, GST_VIDEO_BUFFER_FLAG_INTERLACED,
                              GST_VIDEO_BUFFER_FLAG_ONEFIELD, GST_BUFFER_FLAG_DECODE_ONLY}));
  now_ += duration;
  if (random_.one_in (12)) {
    GstBufferList *list = gst_buffer_list_new ();
    gst_buffer_list_add (list, owned.release ());
    gst_pad_push_list (src_.get (), list);
  } else {
    gst_pad_push (src_.get (), owned.release ());
  }
}

}  // namespace quad::fuzz
