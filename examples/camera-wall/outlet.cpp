#include "outlet.h"

#include <gst/video/video.h>

#include <utility>

#include "uri.h"

namespace wall {

Outlet::Outlet (Composition &composition, std::function<void (const std::string &)> on_end)
    : composition_ (composition), on_end_ (std::move (on_end))
{
}

Outlet::~Outlet ()
{
  if (watch_) g_source_remove (watch_);
  if (encoder_) encoder_.load ()->remove (source_.get ());
  if (!pipeline_) return;
  // mpegtsmux complains of data that comes while it is being stopped.
  if (source_) gst_element_send_event (GST_ELEMENT (source_.get ()), gst_event_new_flush_start ());
  gst_element_set_state (pipeline_.get (), GST_STATE_NULL);
}

bool Outlet::start (const std::string &line, const char *caps, std::string &why)
{
  GError *error = nullptr;
  GstElement *made =
      gst_parse_launch (("appsrc name=source is-live=true format=time ! " + line).c_str (), &error);
  if (made) pipeline_.reset (GST_ELEMENT (gst_object_ref_sink (made)));
  if (error) {
    why = Owned<GError> (error)->message;
    return false;
  }
  source_.reset (GST_APP_SRC (gst_bin_get_by_name (GST_BIN (made), "source")));
  const Owned<GstCaps> of_source (gst_caps_from_string (caps));
  gst_app_src_set_caps (source_.get (), of_source.get ());
  forward_requests ();

  const Owned<GstBus> bus (gst_element_get_bus (made));
  const auto on_message = [] (GstBus *, GstMessage *message, gpointer self) -> gboolean {
    static_cast<Outlet *> (self)->handle (message);
    return G_SOURCE_CONTINUE;
  };
  watch_ = gst_bus_add_watch (bus.get (), on_message, this);

  // One time for all pipelines.
  GstElement *main = GST_ELEMENT (composition_.pipeline ());
  if (const Owned<GstClock> clock{gst_element_get_clock (main)})
    gst_pipeline_use_clock (GST_PIPELINE (made), clock.get ());
  gst_element_set_start_time (made, GST_CLOCK_TIME_NONE);
  gst_element_set_base_time (made, gst_element_get_base_time (main));
  if (gst_element_set_state (made, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE) return true;
  why = "the output cannot be started";
  return false;
}

// What asks for keyframes here (a viewer that lost packets, a file that ends) asks the encoder.
void Outlet::forward_requests ()
{
  const Owned<GstPad> pad (gst_element_get_static_pad (GST_ELEMENT (source_.get ()), "src"));
  const auto probe = [] (GstPad *, GstPadProbeInfo *info, gpointer data) {
    auto *self = static_cast<Outlet *> (data);
    Encoder *encoder = self->encoder_;
    GstClockTime at = GST_CLOCK_TIME_NONE;
    GstEvent *event = GST_PAD_PROBE_INFO_EVENT (info);
    if (!encoder || !gst_video_event_is_force_key_unit (event) ||
        !gst_video_event_parse_upstream_force_key_unit (event, &at, nullptr, nullptr))
      return GST_PAD_PROBE_OK;
    encoder->request_keyframe (self->source_.get (), at);
    gst_event_unref (event);
    return GST_PAD_PROBE_HANDLED;
  };
  gst_pad_add_probe (pad.get (), GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, probe, this, nullptr);
}

bool Outlet::feed (Encoder &encoder, bool from_zero, std::string &why)
{
  if (encoder_) return true;
  encoder_ = &encoder;  // the first frame may already bring a request
  if (encoder.add (source_.get (), from_zero, why)) return true;
  encoder_ = nullptr;
  return false;
}

void Outlet::finish ()
{
  if (!encoder_) return;
  encoder_.exchange (nullptr)->remove (source_.get ());
  gst_app_src_end_of_stream (source_.get ());
  const Owned<GstBus> bus (gst_element_get_bus (pipeline_.get ()));
  g_source_remove (std::exchange (watch_, 0u));
  const Owned<GstMessage> end (gst_bus_timed_pop_filtered (
      bus.get (), 3 * GST_SECOND,
      static_cast<GstMessageType> (GST_MESSAGE_EOS | GST_MESSAGE_ERROR)));
}

Owned<GstElement> Outlet::element (const char *name) const
{
  return Owned<GstElement> (gst_bin_get_by_name (GST_BIN (pipeline_.get ()), name));
}

void Outlet::handle (GstMessage *message)
{
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_LATENCY)
    gst_bin_recalculate_latency (GST_BIN (pipeline_.get ()));
  if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_ERROR) return;
  GError *error = nullptr;
  gst_message_parse_error (message, &error, nullptr);
  const auto on_end = on_end_;  // outlives this outlet
  on_end (redact (Owned<GError> (error)->message));
}

}  // namespace wall
