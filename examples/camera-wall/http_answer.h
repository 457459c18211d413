// Answers to requests, at once or later.
#pragma once

#include <libsoup/soup.h>

#include <memory>
#include <string>

#include "json.h"
#include "owned.h"

namespace wall {

void answer (SoupServerMessage *message, guint status, const char *type, const std::string &body);
void answer_json (SoupServerMessage *message, const Json &json);
// {"error": "..."}: a sentence that says what to do.
void answer_error (SoupServerMessage *message, guint status, const std::string &sentence);

// A request that waits for its answer. The client may go before that: then there is nothing to
// answer.
class PendingAnswer {
 public:
  explicit PendingAnswer (SoupServerMessage *message);
  ~PendingAnswer ();  // answers 503 if nothing else did
  PendingAnswer (const PendingAnswer &) = delete;
  PendingAnswer &operator= (const PendingAnswer &) = delete;

  // The message to answer; NULL if the client has gone.
  SoupServerMessage *message () const { return gone_ ? nullptr : message_.get (); }
  // The answer is complete.
  void send ();

 private:
  Owned<SoupServerMessage> message_;
  gulong handler_;
  bool gone_ = false, sent_ = false;
};

}  // namespace wall
