#include "http_answer.h"

namespace wall {

void answer (SoupServerMessage *message, guint status, const char *type, const std::string &body)
{
  soup_server_message_set_status (message, status, nullptr);
  soup_server_message_set_response (message, type, SOUP_MEMORY_COPY, body.data (), body.size ());
}

void answer_json (SoupServerMessage *message, const Json &json)
{
  answer (message, SOUP_STATUS_OK, "application/json", json.text ());
}

void answer_error (SoupServerMessage *message, guint status, const std::string &sentence)
{
  answer (message, status, "application/json", Json ().set ("error", sentence).text ());
}

PendingAnswer::PendingAnswer (SoupServerMessage *message) : message_ (share (message))
{
  soup_server_message_pause (message);
  handler_ = g_signal_connect_swapped (
      message, "disconnected", G_CALLBACK (+[] (PendingAnswer *self) { self->gone_ = true; }),
      this);
}

PendingAnswer::~PendingAnswer ()
{
  if (!sent_ && !gone_) {
    answer_error (message_.get (), SOUP_STATUS_SERVICE_UNAVAILABLE, "The wall ends.");
    send ();
  }
  g_signal_handler_disconnect (message_.get (), handler_);
}

void PendingAnswer::send ()
{
  sent_ = true;
  if (!gone_) soup_server_message_unpause (message_.get ());
}

}  // namespace wall
