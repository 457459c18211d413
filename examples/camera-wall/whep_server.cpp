#include "whep_server.h"

#include "http_answer.h"

namespace wall {
namespace {

constexpr std::size_t kMostViewers = 32;

std::string body_of (SoupServerMessage *message)
{
  const Owned<GBytes> body (
      soup_message_body_flatten (soup_server_message_get_request_body (message)));
  gsize size = 0;
  const void *data = g_bytes_get_data (body.get (), &size);
  return data ? std::string (static_cast<const char *> (data), size) : "";
}

void answer_created (SoupServerMessage *message, const std::string &id, const std::string &sdp)
{
  soup_message_headers_replace (soup_server_message_get_response_headers (message), "Location",
                                ("/whep/" + id).c_str ());
  answer (message, SOUP_STATUS_CREATED, "application/sdp", sdp);
}

}  // namespace

WhepServer::WhepServer (Composition &composition, Encoder &h264, Encoder &vp8)
    : composition_ (composition), h264_ (h264), vp8_ (vp8)
{
}

void WhepServer::add_routes (HttpServer &server)
{
  using Message = SoupServerMessage *;
  using Text = const std::string &;
  server.add ({"POST", "/whep", "application/sdp", [this] (Message m, Text) { offer (m); }});
  server.add ({"PATCH", "/whep/", "application/trickle-ice-sdpfrag",
               [this] (Message m, Text id) { patch (m, id); }});
  server.add ({"DELETE", "/whep/", nullptr, [this] (Message m, Text id) { remove (m, id); }});
}

void WhepServer::offer (SoupServerMessage *message)
{
  const std::string sdp = body_of (message);
  std::string why;
  const auto read = read_offer (sdp, why);
  if (!read) return answer_error (message, SOUP_STATUS_BAD_REQUEST, why);
  if (sessions_.size () >= kMostViewers)
    return answer_error (message, SOUP_STATUS_SERVICE_UNAVAILABLE,
                         "The wall has no room for more viewers.");

  const Owned<char> uuid (g_uuid_string_random ());
  const std::string id = uuid.get ();
  Encoder &encoder = read->codec == Codec::kH264 ? h264_ : vp8_;
  auto session = std::make_shared<WhepSession> (composition_, encoder, *read,
                                                [this, id] { sessions_.erase (id); });
  sessions_[id] = session;
  auto pending = std::make_shared<PendingAnswer> (message);
  const auto on_answer = [pending, id] (const std::string &answer_sdp) {
    if (SoupServerMessage *waiting = pending->message ()) {
      if (answer_sdp.empty ())
        answer_error (waiting, SOUP_STATUS_BAD_REQUEST, "The offer cannot be answered.");
      else
        answer_created (waiting, id, answer_sdp);
    }
    pending->send ();
  };
  if (session->start (sdp, on_answer, why)) return;
  sessions_.erase (id);
  answer_error (message, SOUP_STATUS_INTERNAL_SERVER_ERROR, "WebRTC cannot be started: " + why);
  pending->send ();
}

void WhepServer::patch (SoupServerMessage *message, const std::string &id)
{
  const auto found = sessions_.find (id);
  if (found == sessions_.end ())
    return answer_error (message, SOUP_STATUS_NOT_FOUND, "There is no such session: it has ended.");
  found->second->add_candidates (body_of (message));
  soup_server_message_set_status (message, SOUP_STATUS_NO_CONTENT, nullptr);
}

void WhepServer::remove (SoupServerMessage *message, const std::string &id)
{
  if (sessions_.erase (id) == 0)
    return answer_error (message, SOUP_STATUS_NOT_FOUND, "There is no such session: it has ended.");
  answer_json (message, Json ());
}

}  // namespace wall
