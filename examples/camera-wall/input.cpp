#include "input.h"

#include <algorithm>

#include "faults.h"
#include "uri.h"

namespace wall {
namespace {

// An input that has been lost for a while is tried again after half of that time: one that was away
// for a moment is soon back, and one that is dead is left alone.
constexpr int kMostPause = 30;  // seconds between two tries
// At most this part of a pause is taken off: else all dead cameras are tried in the same moment.
constexpr double kJitter = 0.2;
// What ends sooner, as photos do, is not asked more often than so.
constexpr gint64 kShortest = G_USEC_PER_SEC;
// A camera may need that many seconds to begin, and some RTSP servers do.
constexpr int kPatience = 20;

// Makes one frame of two fields.
constexpr const char *kProgressive = "videoconvert ! deinterlace mode=auto-strict fields=top";

// In system memory, where `deinterlace` works.
bool is_interlaced (GstPad *pad)
{
  Owned<GstCaps> caps (gst_pad_get_current_caps (pad));
  if (!caps) caps.reset (gst_pad_query_caps (pad, nullptr));
  const char *mode =
      gst_structure_get_string (gst_caps_get_structure (caps.get (), 0), "interlace-mode");
  return mode && !g_str_equal (mode, "progressive") &&
         gst_caps_features_is_equal (gst_caps_get_features (caps.get (), 0),
                                     GST_CAPS_FEATURES_MEMORY_SYSTEM_MEMORY);
}

std::string message_text (GstMessage *message)
{
  GError *error = nullptr;
  char *debug = nullptr;
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    gst_message_parse_error (message, &error, &debug);
  else
    gst_message_parse_warning (message, &error, &debug);
  const Owned<GError> owned (error);
  const Owned<char> text (debug);
  return fault_of (*error, debug);
}

// Cameras answer to a request to stop, or do not: nobody waits for that.
void stop_elsewhere (Owned<GstElement> bin)
{
  gst_element_call_async (
      bin.get (),
      [] (GstElement *element, gpointer) { gst_element_set_state (element, GST_STATE_NULL); },
      nullptr, nullptr);
}

// Only pictures are asked for. rtspsrc 1.26 may fail if nobody takes a stream that it has set up.
gboolean takes_stream (GstElement *, guint, GstCaps *caps, gpointer)
{
  const char *media = gst_structure_get_string (gst_caps_get_structure (caps, 0), "media");
  return !media || g_str_equal (media, "video");
}

std::string to_uri (const std::string &text)
{
  if (!scheme_of (text).empty ()) return text;
  const Owned<char> uri (gst_filename_to_uri (text.c_str (), nullptr));
  return uri ? uri.get () : text;
}

}  // namespace

Input::Input (GstBin *pipeline, Owned<GstPad> pad, const InputConfig &input, const Config &config)
    : pipeline_ (share (pipeline)),
      pad_ (std::move (pad)),
      input_ (input),
      latency_ (config.latency),
      silence_ (config.silence)
{
  input_.uri = to_uri (input_.uri);
  watch_pad ();
}

Input::~Input () { disconnect (); }

// The end of a camera is no end of its place: the grid sees an input that is lost. A flush is the
// camera's own, too.
void Input::watch_pad ()
{
  const auto probe = [] (GstPad *, GstPadProbeInfo *info, gpointer) {
    switch (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info))) {
      case GST_EVENT_EOS:
      case GST_EVENT_FLUSH_START:
      case GST_EVENT_FLUSH_STOP: return GST_PAD_PROBE_DROP;
      default: return GST_PAD_PROBE_OK;
    }
  };
  gst_pad_add_probe (pad_.get (),
                     static_cast<GstPadProbeType> (GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM |
                                                   GST_PAD_PROBE_TYPE_EVENT_FLUSH),
                     probe, nullptr, nullptr);
}

void Input::connect ()
{
  connections_++;
  began_at_ = g_get_monotonic_time ();
  counters_->last_frame = 0;
  if (const std::string obstacle = obstacle_of (input_.uri); !obstacle.empty ())
    return fail (obstacle);
  if (!make_bin ()) return;
  gst_bin_add (pipeline_.get (), bin_.get ());
  const Owned<GstPad> source (gst_element_get_static_pad (bin_.get (), "src"));
  if (GST_PAD_LINK_FAILED (gst_pad_link (source.get (), pad_.get ())) ||
      !gst_element_sync_state_with_parent (bin_.get ()))
    fail ("it cannot be started");
}

// source ! quaddownscale ! queue: the queue holds frames that are no larger than their cell.
bool Input::make_bin ()
{
  bin_.reset (GST_ELEMENT (gst_object_ref_sink (gst_bin_new (nullptr))));
  // The pipeline does not wait for it.
  g_object_set (bin_.get (), "async-handling", TRUE, nullptr);
  GstElement *scaler = gst_element_factory_make ("quaddownscale", "scaler");
  GstElement *queue = gst_element_factory_make ("queue", nullptr);
  g_object_set (queue, "max-size-buffers", 3, "max-size-bytes", 0, "max-size-time", guint64{0},
                nullptr);
  gst_bin_add_many (GST_BIN (bin_.get ()), scaler, queue, nullptr);
  gst_element_link (scaler, queue);
  const Owned<GstPad> inner (gst_element_get_static_pad (queue, "src"));
  GstPad *outer = gst_ghost_pad_new ("src", inner.get ());
  gst_element_add_pad (bin_.get (), outer);
  Flow::watch (inner.get (), outer, counters_);

  // Told to the main thread, which makes the next connection.
  const auto ended = [] (GstPad *, GstPadProbeInfo *info, gpointer bin) {
    if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_EOS)
      gst_element_post_message (
          GST_ELEMENT (bin),
          gst_message_new_application (GST_OBJECT (bin), gst_structure_new_empty ("ended")));
    return GST_PAD_PROBE_OK;
  };
  gst_pad_add_probe (inner.get (), GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, ended, bin_.get (),
                     nullptr);
  return add_source ();
}

bool Input::add_source ()
{
  const Owned<GstElement> scaler (gst_bin_get_by_name (GST_BIN (bin_.get ()), "scaler"));
  if (scheme_of (input_.uri) == "test") {
    const std::string line = "videotestsrc is-live=true pattern=" + input_.uri.substr (5) +
                             " ! capsfilter caps=video/x-raw,width=640,height=360,framerate=25/1";
    GError *error = nullptr;
    GstElement *source = gst_parse_bin_from_description (line.c_str (), TRUE, &error);
    if (error) {
      const Owned<GError> owned (error);
      if (source) gst_object_unref (gst_object_ref_sink (source));
      fail (owned->message);
      return false;
    }
    gst_bin_add (GST_BIN (bin_.get ()), source);
    return gst_element_link (source, scaler.get ());
  }
  GstElement *decoder = gst_element_factory_make ("uridecodebin", nullptr);
  // Only pictures are decoded, on whatever device.
  const Owned<GstCaps> pictures (gst_caps_from_string ("video/x-raw(ANY)"));
  g_object_set (decoder, "uri", split_uri (input_.uri).bare.c_str (), "caps", pictures.get (),
                "expose-all-streams", FALSE, nullptr);
  g_signal_connect (decoder, "source-setup",
                    G_CALLBACK (+[] (GstElement *, GstElement *source, Input *self) {
                      set_up_source (source, self);
                    }),
                    this);
  g_signal_connect_object (decoder, "pad-added", G_CALLBACK (link_video), scaler.get (),
                           GConnectFlags (0));
  // Else Motion JPEG waits for further streams until the decoder's queues are full: for seconds.
  const auto set_up_demuxer = [] (GstBin *, GstBin *, GstElement *element, gpointer) {
    GstElementFactory *factory = gst_element_get_factory (element);
    if (factory && g_str_equal (GST_OBJECT_NAME (factory), "multipartdemux"))
      g_object_set (element, "single-stream", TRUE, nullptr);
  };
  g_signal_connect (decoder, "deep-element-added", G_CALLBACK (+set_up_demuxer), nullptr);
  gst_bin_add (GST_BIN (bin_.get ()), decoder);
  return true;
}

// Credentials go to the source by themselves, so that no message or log of GStreamer has them.
void Input::set_up_source (GstElement *source, Input *self)
{
  const SplitUri split = split_uri (self->input_.uri);
  GObjectClass *type = G_OBJECT_GET_CLASS (source);
  if (!split.user.empty () && g_object_class_find_property (type, "user-pw"))
    g_object_set (source, "user-id", split.user.c_str (), "user-pw", split.password.c_str (),
                  nullptr);
  const std::string scheme = scheme_of (split.bare);
  if (scheme.starts_with ("rtsp") && g_object_class_find_property (type, "protocols")) {
    g_object_set (source, "latency", self->latency_, nullptr);
    g_signal_connect (source, "select-stream", G_CALLBACK (takes_stream), nullptr);
    // TCP passes every network, and its end is seen at once. rtspu:// asks for UDP.
    if (scheme == "rtsp") gst_util_set_object_arg (G_OBJECT (source), "protocols", "tcp");
  } else if (scheme.starts_with ("http") && g_object_class_find_property (type, "do-timestamp")) {
    // Motion JPEG has no times of its own.
    g_object_set (source, "is-live", TRUE, "do-timestamp", TRUE, nullptr);
  }
}

// The first picture is shown; the grid takes no interlaced frames.
void Input::link_video (GstElement *decoder, GstPad *pad, GstElement *scaler)
{
  const Owned<GstPad> sink (gst_element_get_static_pad (scaler, "sink"));
  if (gst_pad_is_linked (sink.get ())) return;
  const Owned<GstObject> bin (gst_object_get_parent (GST_OBJECT (decoder)));
  GstElement *fields = bin && is_interlaced (pad)
                           ? gst_parse_bin_from_description (kProgressive, TRUE, nullptr)
                           : nullptr;
  if (!fields) {
    gst_pad_link (pad, sink.get ());
    return;
  }
  gst_bin_add (GST_BIN (bin.get ()), fields);
  gst_element_link (fields, scaler);
  gst_element_sync_state_with_parent (fields);
  const Owned<GstPad> entry (gst_element_get_static_pad (fields, "sink"));
  gst_pad_link (pad, entry.get ());
}

void Input::disconnect ()
{
  if (!bin_) return;
  const Owned<GstPad> source (gst_element_get_static_pad (bin_.get (), "src"));
  gst_pad_unlink (source.get (), pad_.get ());
  gst_element_set_locked_state (bin_.get (), TRUE);
  if (GST_OBJECT_PARENT (bin_.get ())) gst_bin_remove (pipeline_.get (), bin_.get ());
  stop_elsewhere (std::move (bin_));
}

void Input::fail (const std::string &why)
{
  const gint64 now = g_get_monotonic_time ();
  if (brought_frames () || lost_at_ == 0) lost_at_ = now;
  fault_ = redact (why);
  begins_again_ = false;
  disconnect ();
  const double longest =
      std::min<double> (double (now - lost_at_) / G_USEC_PER_SEC / 2, kMostPause);
  const double pause = std::max (1.0, longest * (1 - kJitter * g_random_double ()));
  g_message ("%s: %s; the next try is in %.0f s", redact (input_.name).c_str (), fault_.c_str (),
             pause);
  try_at_ = now + static_cast<gint64> (pause * G_USEC_PER_SEC);
}

// The end of a camera is a fault; that of a file, or of a photo that a camera gives, is not.
void Input::end ()
{
  const std::string scheme = scheme_of (input_.uri);
  if (scheme != "file" && !scheme.starts_with ("http")) return fail ("the stream has ended");
  if (!brought_frames ()) return fail ("it ended without a picture");
  begin_again ();
}

void Input::begin_again ()
{
  lost_at_ = 0;
  begins_again_ = true;
  disconnect ();
  try_at_ = std::max (g_get_monotonic_time (), began_at_ + kShortest);
  tick ();
}

gint64 Input::silent_for () const
{
  const gint64 last = counters_->last_frame;
  return g_get_monotonic_time () - std::max (last, began_at_);
}

void Input::tick ()
{
  if (!bin_) {
    if (g_get_monotonic_time () >= try_at_) connect ();
    return;
  }
  const bool began = counters_->last_frame != 0;
  const int most = began ? silence_ : std::max (silence_, kPatience);
  if (silent_for () > most * G_USEC_PER_SEC)
    fail (began ? "it sends nothing any more" : "it does not begin to send");
}

bool Input::handle (GstMessage *message)
{
  if (!bin_ || !GST_MESSAGE_SRC (message) ||
      !(GST_MESSAGE_SRC (message) == GST_OBJECT (bin_.get ()) ||
        gst_object_has_as_ancestor (GST_MESSAGE_SRC (message), GST_OBJECT (bin_.get ()))))
    return false;
  switch (GST_MESSAGE_TYPE (message)) {
    case GST_MESSAGE_ERROR: fail (message_text (message)); break;
    case GST_MESSAGE_WARNING:
      g_message ("%s: %s", redact (input_.name).c_str (), message_text (message).c_str ());
      break;
    case GST_MESSAGE_APPLICATION: end (); break;
    default: break;
  }
  return true;
}

Input::Status Input::status () const
{
  Status status;
  status.name = redact (input_.name);
  status.uri = redact (input_.uri);
  // A photo and a clip that begin anew are so for a moment without a frame.
  const bool anew = begins_again_ && g_get_monotonic_time () - began_at_ < 2 * kShortest;
  const bool connected = anew || (bin_ && brought_frames ());
  status.connection = connected ? "connected" : bin_ ? "connecting" : "waiting";
  status.fault = fault_;
  if (!connected && !bin_)
    status.retry_in = std::max (0.0, double (try_at_ - g_get_monotonic_time ()) / G_USEC_PER_SEC);
  status.frames = counters_->frames;
  status.connections = connections_;
  return status;
}

}  // namespace wall
