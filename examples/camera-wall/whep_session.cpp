#include "whep_session.h"

#define GST_USE_UNSTABLE_API
#include <gst/webrtc/webrtc.h>

#include <utility>

namespace wall {
namespace {

constexpr guint kPatience = 15;  // seconds for a viewer to connect

using Description =
    std::unique_ptr<GstWebRTCSessionDescription, decltype (&gst_webrtc_session_description_free)>;
using Weak = std::weak_ptr<WhepSession>;

// Runs `act` in the main thread, if the session is still there.
void in_main (const Weak &session, std::function<void (WhepSession &)> act)
{
  auto *call = new std::function<void ()> ([session, act = std::move (act)] {
    if (const auto alive = session.lock ()) act (*alive);
  });
  g_idle_add_full (
      G_PRIORITY_DEFAULT,
      [] (gpointer data) -> gboolean {
        (*static_cast<std::function<void ()> *> (data)) ();
        return G_SOURCE_REMOVE;
      },
      call, [] (gpointer data) { delete static_cast<std::function<void ()> *> (data); });
}

void delete_weak (gpointer data, GClosure *) { delete static_cast<Weak *> (data); }

}  // namespace

WhepSession::WhepSession (Composition &composition, Encoder &encoder, Offer offer,
                          std::function<void ()> on_end)
    : encoder_ (encoder),
      offer_ (std::move (offer)),
      on_end_ (std::move (on_end)),
      outlet_ (composition, [this] (const std::string &why) {
        g_message ("a viewer is lost: %s", why.c_str ());
        end ();
      })
{
}

WhepSession::~WhepSession ()
{
  if (timeout_) g_source_remove (timeout_);
}

// capssetter: the answer repeats the viewer's own profile, which names the same stream in other
// words, and names the source of the packets before the first of them comes: browsers show no
// other.
std::string WhepSession::line () const
{
  const std::string number = std::to_string (offer_.payload);
  const std::string source = std::to_string (g_random_int ());
  std::string caps =
      "application/x-rtp,media=(string)video,clock-rate=(int)90000,payload=(int)" + number;
  caps += ",ssrc=(uint)" + source;
  std::string payloader;
  if (offer_.codec == Codec::kH264) {
    payloader = "rtph264pay config-interval=-1 aggregate-mode=zero-latency pt=" + number;
    caps += ",encoding-name=(string)H264,packetization-mode=(string)1,profile-level-id=(string)" +
            offer_.profile;
  } else {
    payloader = "rtpvp8pay picture-id-mode=15-bit pt=" + number;
    caps += ",encoding-name=(string)VP8";
  }
  return payloader + " ssrc=" + source + " ! capssetter caps=\"" + caps +
         "\" ! webrtcbin name=rtc bundle-policy=max-bundle latency=0";
}

bool WhepSession::start (const std::string &sdp,
                         std::function<void (const std::string &)> on_answer, std::string &why)
{
  const char *caps = offer_.codec == Codec::kH264
                         ? "video/x-h264,stream-format=byte-stream,alignment=au"
                         : "video/x-vp8";
  if (!outlet_.start (line (), caps, why)) return false;
  rtc_ = outlet_.element ("rtc");
  on_answer_ = std::move (on_answer);
  watch ();
  negotiate (sdp);
  const auto late = [] (gpointer self) -> gboolean {
    static_cast<WhepSession *> (self)->timeout_ = 0;
    static_cast<WhepSession *> (self)->end ();
    return G_SOURCE_REMOVE;
  };
  timeout_ = g_timeout_add_seconds (kPatience, late, this);
  return true;
}

void WhepSession::watch ()
{
  const auto on_gathering = [] (GObject *, GParamSpec *, Weak *session) {
    in_main (*session, [] (WhepSession &alive) { alive.gathered (); });
  };
  const auto on_connection = [] (GObject *, GParamSpec *, Weak *session) {
    in_main (*session, [] (WhepSession &alive) { alive.connection_changed (); });
  };
  // No report from the viewer for some time: it has gone without a word.
  const auto on_silence = [] (GstElement *, guint, guint, Weak *session) {
    in_main (*session, [] (WhepSession &alive) { alive.end (); });
  };
  const Owned<GstElement> rtp (gst_bin_get_by_name (GST_BIN (rtc_.get ()), "rtpbin"));
  const struct {
    gpointer object;
    const char *signal;
    GCallback act;
  } kWatched[] = {
      {rtc_.get (), "notify::ice-gathering-state", G_CALLBACK (+on_gathering)},
      {rtc_.get (), "notify::connection-state", G_CALLBACK (+on_connection)},
      {rtp.get (), "on-timeout", G_CALLBACK (+on_silence)},
  };
  for (const auto &each : kWatched)
    g_signal_connect_data (each.object, each.signal, each.act, new Weak (weak_from_this ()),
                           delete_weak, GConnectFlags (0));
}

void WhepSession::negotiate (const std::string &sdp)
{
  GstWebRTCRTPTransceiver *way = nullptr;
  g_signal_emit_by_name (rtc_.get (), "get-transceiver", 0, &way);
  if (way) {
    // Lost packets are sent again if the viewer asks.
    g_object_set (way, "direction", GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_SENDONLY, "do-nack", TRUE,
                  nullptr);
    gst_object_unref (way);
  }
  GstSDPMessage *message = nullptr;
  gst_sdp_message_new_from_text (sdp.c_str (), &message);
  const Description offer (gst_webrtc_session_description_new (GST_WEBRTC_SDP_TYPE_OFFER, message),
                           gst_webrtc_session_description_free);
  g_signal_emit_by_name (rtc_.get (), "set-remote-description", offer.get (), nullptr);
  const auto made = [] (GstPromise *promise, gpointer session) {
    // The promise is the callback's.
    const std::shared_ptr<GstPromise> shared (promise, gst_promise_unref);
    in_main (*static_cast<Weak *> (session),
             [shared] (WhepSession &alive) { alive.answer_made (shared.get ()); });
  };
  GstPromise *promise =
      gst_promise_new_with_change_func (made, new Weak (weak_from_this ()),
                                        [] (gpointer data) { delete static_cast<Weak *> (data); });
  g_signal_emit_by_name (rtc_.get (), "create-answer", nullptr, promise);
}

void WhepSession::answer_made (GstPromise *promise)
{
  GstWebRTCSessionDescription *made = nullptr;
  const GstStructure *reply = gst_promise_wait (promise) == GST_PROMISE_RESULT_REPLIED
                                  ? gst_promise_get_reply (promise)
                                  : nullptr;
  if (reply)
    gst_structure_get (reply, "answer", GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &made, nullptr);
  if (!made) {
    if (auto on_answer = std::exchange (on_answer_, nullptr)) on_answer ("");
    return end ();
  }
  const Description answer (made, gst_webrtc_session_description_free);
  g_signal_emit_by_name (rtc_.get (), "set-local-description", made, nullptr);
}

// The answer has all addresses of this machine, so no more need to be sent after it.
void WhepSession::gathered ()
{
  GstWebRTCICEGatheringState state;
  g_object_get (rtc_.get (), "ice-gathering-state", &state, nullptr);
  if (state != GST_WEBRTC_ICE_GATHERING_STATE_COMPLETE || !on_answer_) return;
  GstWebRTCSessionDescription *local = nullptr;
  g_object_get (rtc_.get (), "local-description", &local, nullptr);
  if (!local) return;
  const Description owned (local, gst_webrtc_session_description_free);
  const Owned<char> text (gst_sdp_message_as_text (local->sdp));
  std::exchange (on_answer_, nullptr) (text.get ());
}

void WhepSession::connection_changed ()
{
  GstWebRTCPeerConnectionState state;
  g_object_get (rtc_.get (), "connection-state", &state, nullptr);
  std::string why;
  switch (state) {
    case GST_WEBRTC_PEER_CONNECTION_STATE_CONNECTED:
      if (timeout_) g_source_remove (std::exchange (timeout_, 0u));
      if (!outlet_.feed (encoder_, false, why)) end ();
      break;
    case GST_WEBRTC_PEER_CONNECTION_STATE_FAILED:
    case GST_WEBRTC_PEER_CONNECTION_STATE_CLOSED: end (); break;
    default: break;
  }
}

void WhepSession::add_candidates (const std::string &fragment)
{
  for (const Candidate &each : read_candidates (fragment, offer_))
    g_signal_emit_by_name (rtc_.get (), "add-ice-candidate", each.medium, each.text.c_str ());
}

void WhepSession::end ()
{
  // It destroys the session, unless someone else holds it.
  if (auto on_end = std::exchange (on_end_, nullptr)) on_end ();
}

}  // namespace wall
