#include "machine.h"

#include <gst/video/video.h>

#include <cmath>

#include "findings.h"

namespace quad::fuzz {
namespace {

std::atomic<long> elements{0};

Owned<GstElement> made (const std::string &name)
{
  GstElement *element = gst_element_factory_make (name.c_str (), nullptr);
  if (!element) give_up ("there is no such element");
  elements++;
  g_object_weak_ref (
      G_OBJECT (element), [] (gpointer, GObject *) { elements--; }, nullptr);
  return Owned<GstElement>{GST_ELEMENT (gst_object_ref_sink (element))};
}

GstBusSyncReply take_message (GstBus *, GstMessage *taken, gpointer)
{
  const Owned<GstMessage> message{taken};
  GError *error = nullptr;
  if (GST_MESSAGE_TYPE (taken) == GST_MESSAGE_ERROR)
    gst_message_parse_error (taken, &error, nullptr);
  else if (GST_MESSAGE_TYPE (taken) == GST_MESSAGE_WARNING)
    gst_message_parse_warning (taken, &error, nullptr);
  if (!error) return GST_BUS_DROP;
  if (!error->message || !*error->message) find ("a message without a text");
  if (error->message && !g_utf8_validate (error->message, -1, nullptr))
    find ("a message that is no UTF-8");
  g_error_free (error);
  return GST_BUS_DROP;
}

}  // namespace

Owned<GstPad> pad_for_any (const char *name, GstPadDirection direction)
{
  const Owned<GstPadTemplate> any{GST_PAD_TEMPLATE (
      gst_object_ref_sink (gst_pad_template_new (name, direction, GST_PAD_ALWAYS, GST_CAPS_ANY)))};
  return Owned<GstPad>{
      GST_PAD (gst_object_ref_sink (gst_pad_new_from_template (any.get (), name)))};
}

Machine::Machine (const std::string &element, unsigned seed)
    : random_ (seed),
      grid_ (element == "quadmux-grid" || element == "compositor"),
      masked_ (element == "quadmatterefine"),
      taken_ (taken_by (element)),
      element_ (made (element)),
      bus_{gst_bus_new ()}
{
  gst_bus_set_sync_handler (bus_.get (), take_message, nullptr, nullptr);
  gst_element_set_bus (element_.get (), bus_.get ());
  const Owned<GstClock> clock{gst_system_clock_obtain ()};
  gst_element_set_clock (element_.get (), clock.get ());
  gst_element_set_base_time (element_.get (), gst_clock_get_time (clock.get ()));
  for (int n = random_.below (5); n > 0; n--)
    set_some_property (random_, G_OBJECT (element_.get ()));
  output_ = std::make_unique<Output> (random_.bits (), element_.get (), random_.one_in (3));
}

void Machine::run ()
{
  enter ("start");
  gst_element_set_state (element_.get (), GST_STATE_PLAYING);
  const int most = grid_ ? 4 : masked_ ? 2 : 1;
  for (int n = most > 1 ? 1 + random_.below (most) : 1; n > 0; n--) add_feeder ();
  enter ("steps");
  for (int steps = 5 + random_.below (40); steps > 0; steps--) step ();
  if (random_.one_in (2)) g_usleep (static_cast<gulong> (random_.below (15'000)));
  enter ("stop");
  output_->wind_up ();
  for (const auto &feeder : feeders_) feeder->stop ();
  if (random_.one_in (6)) gst_pad_set_active (output_->pad (), FALSE);
  gst_element_set_state (element_.get (), GST_STATE_NULL);
  enter ("release");
  while (!feeders_.empty ()) remove_feeder ();
  output_.reset ();
  gst_element_set_state (element_.get (), GST_STATE_NULL);
  gst_element_set_bus (element_.get (), nullptr);
  gst_bus_set_flushing (bus_.get (), TRUE);
  element_.reset ();
  // Threads of GStreamer may still free what they held.
  enter ("let go");
  for (int i = 0; i < 300 && (memories_in_use () || elements); i++) g_usleep (1000);
  if (elements != 0) give_up ("the element leaks");
  if (memories_in_use () != 0) give_up ("buffers leak: " + std::to_string (memories_in_use ()));
}

void Machine::add_feeder ()
{
  const bool mask = masked_ && !feeders_.empty ();
  Owned<GstPad> pad{grid_ ? gst_element_request_pad_simple (element_.get (), "sink_%u")
                          : gst_element_get_static_pad (element_.get (), mask ? "mask" : "sink")};
  if (!pad) return;
  GstPad *peer = pad.get ();
  // In an aggregator, a flush of one input beside a seek hangs the base class.
  feeders_.push_back (std::make_unique<Feeder> (random_.bits (), std::move (pad),
                                                mask ? Taken::mask : taken_, !grid_ && !masked_));
  if (grid_ && random_.one_in (2))
    for (int n = 0; n < 3; n++) set_some_property (random_, G_OBJECT (peer));
}

void Machine::remove_feeder ()
{
  const auto at = feeders_.begin () + random_.below (static_cast<int> (feeders_.size ()));
  const std::unique_ptr<Feeder> feeder = std::move (*at);
  feeders_.erase (at);
  feeder->stop ();
  // It may still be sending.
  if (grid_) gst_element_release_request_pad (element_.get (), feeder->peer ());
}

void Machine::step ()
{
  switch (random_.below (22)) {
    case 0:
    case 1:
    case 2:
    case 3: set_some_property (random_, G_OBJECT (element_.get ())); break;
    case 4:
    case 5:
      if (grid_ && !feeders_.empty ())
        set_some_property (random_, G_OBJECT (feeders_[static_cast<std::size_t> (random_.below (
                                                           static_cast<int> (feeders_.size ())))]
                                                  ->peer ()));
      break;
    case 6:
    case 7: seek (); break;
    case 8:
    case 9:
    case 10:
    case 11: send_event (); break;
    case 12:
    case 13: send_query (); break;
    case 14:
      if (random_.one_in (3)) change_state ();
      break;
    case 15:
    case 16:
      if (grid_ && feeders_.size () < 7) add_feeder ();
      break;
    case 17:
      if (grid_ && feeders_.size () > 1) remove_feeder ();
      break;
    case 18: output_->toggle_picky (); break;
    default: g_usleep (static_cast<gulong> (random_.below (1500)));
  }
}

void Machine::seek ()
{
  const auto flags = static_cast<GstSeekFlags> (
      random_.one_in (5) ? random_.bits () & 0x1ff
                         : GST_SEEK_FLAG_FLUSH | (random_.one_in (3) ? GST_SEEK_FLAG_KEY_UNIT : 0));
  const double rate = random_.one_in (5) ? random_.pick ({-1., 2., 0.5, 1e9, 1e-9}) : 1;
  const GstSeekType type = random_.one_in (5)
                               ? random_.pick ({GST_SEEK_TYPE_NONE, GST_SEEK_TYPE_END})
                               : GST_SEEK_TYPE_SET;
  const bool ends = random_.one_in (2);
  GstEvent *event = gst_event_new_seek (
      rate, random_.one_in (15) ? GST_FORMAT_BYTES : GST_FORMAT_TIME, flags, type,
      static_cast<gint64> (random_.time_below (4'000)),
      ends ? GST_SEEK_TYPE_SET : GST_SEEK_TYPE_NONE,
      ends ? static_cast<gint64> (5 * GST_SECOND + random_.time_below (4'000)) : -1);
  if (random_.one_in (2))
    gst_pad_push_event (output_->pad (), event);
  else
    gst_element_send_event (element_.get (), event);
}

void Machine::send_event ()
{
  GstEvent *event = nullptr;
  switch (random_.below (5)) {
    case 0:
      event = gst_event_new_qos (GST_QOS_TYPE_UNDERFLOW, random_.pick ({0., 1e9, 1e-9, 1.5}),
                                 static_cast<gint64> (random_.time_below (1'000)),
                                 random_.time_below (3'000));
      break;
    case 1: {
      const double x =
          random_.one_in (4) ? random_.pick<double> ({NAN, INFINITY, -1e300}) : random_.below (100);
      event = gst_event_new_navigation (
          gst_structure_new ("application/x-gst-navigation", "event", G_TYPE_STRING, "mouse-move",
                             "button", G_TYPE_INT, 0, "pointer_x", G_TYPE_DOUBLE, x, "pointer_y",
                             G_TYPE_DOUBLE, static_cast<double> (random_.below (100)), nullptr));
      break;
    }
    case 2: event = gst_event_new_reconfigure (); break;
    case 3: event = gst_event_new_latency (random_.time_below (5)); break;
    default:
      event = gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, TRUE, 1);
      break;
  }
  gst_pad_push_event (output_->pad (), event);
}

void Machine::send_query ()
{
  Owned<GstQuery> query;
  switch (random_.below (9)) {
    case 0:
      query.reset (
          gst_query_new_position (random_.one_in (4) ? GST_FORMAT_DEFAULT : GST_FORMAT_TIME));
      break;
    case 1:
      query.reset (
          gst_query_new_duration (random_.one_in (4) ? GST_FORMAT_BYTES : GST_FORMAT_TIME));
      break;
    case 2: query.reset (gst_query_new_latency ()); break;
    case 3: query.reset (gst_query_new_seeking (GST_FORMAT_TIME)); break;
    case 4: query.reset (gst_query_new_caps (nullptr)); break;
    case 5: query.reset (gst_query_new_segment (GST_FORMAT_TIME)); break;
    case 6:
      query.reset (gst_query_new_convert (GST_FORMAT_TIME, GST_MSECOND, GST_FORMAT_DEFAULT));
      break;
    case 7: query.reset (gst_query_new_formats ()); break;
    default:
      query.reset (gst_query_new_accept_caps (some_caps (random_, Taken::raw).get ()));
      break;
  }
  gst_pad_peer_query (output_->pad (), query.get ());
}

void Machine::change_state ()
{
  gst_element_set_state (element_.get (), random_.pick ({GST_STATE_NULL, GST_STATE_READY,
                                                         GST_STATE_PAUSED, GST_STATE_PLAYING}));
  if (random_.one_in (2)) g_usleep (300);
  gst_element_set_state (element_.get (), GST_STATE_PLAYING);
}

}  // namespace quad::fuzz
