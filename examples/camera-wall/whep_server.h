// The wall for browsers: WHEP (draft-ietf-wish-whep).
#pragma once

#include <map>
#include <memory>
#include <string>

#include "http_server.h"
#include "whep_session.h"

namespace wall {

// POST /whep with an offer makes a session, whose address is in Location: PATCH adds candidates,
// DELETE ends it.
class WhepServer {
 public:
  WhepServer (Composition &composition, Encoder &h264, Encoder &vp8);
  void add_routes (HttpServer &server);
  std::size_t viewers () const { return sessions_.size (); }

 private:
  void offer (SoupServerMessage *message);
  void patch (SoupServerMessage *message, const std::string &id);
  void remove (SoupServerMessage *message, const std::string &id);

  Composition &composition_;
  Encoder &h264_, &vp8_;
  std::map<std::string, std::shared_ptr<WhepSession>> sessions_;
};

}  // namespace wall
