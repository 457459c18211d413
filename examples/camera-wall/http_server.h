// The wall's HTTP server: who may ask, and who answers.
#pragma once

#include <libsoup/soup.h>

#include <functional>
#include <string>
#include <vector>

#include "config.h"
#include "listener.h"
#include "owned.h"

namespace wall {

// Answers a request. `tail` is what follows the route's path.
using Handler = std::function<void (SoupServerMessage *message, const std::string &tail)>;

struct Route {
  const char *method;
  std::string path;  // ends with a slash: all below it
  const char *type;  // of the body; NULL: there is none
  Handler handler;
  bool open = false;  // needs no token
};

// Runs in the main thread. Every refusal is a JSON object with a sentence.
class HttpServer {
 public:
  explicit HttpServer (const Config &config);
  ~HttpServer ();
  HttpServer (const HttpServer &) = delete;
  HttpServer &operator= (const HttpServer &) = delete;

  void add (Route route) { routes_.push_back (std::move (route)); }
  // False: `why` says why it cannot listen.
  bool start (std::string &why);
  // http://ADDRESS:PORT/, with the token if there is one.
  std::string address () const;

 private:
  void serve (GSocketConnection *connection);
  void check (SoupServerMessage *message);
  bool may_come (SoupServerMessage *message);
  bool may_ask (SoupServerMessage *message, const Route &route);
  bool has_token (SoupServerMessage *message) const;
  const Route *find (SoupServerMessage *message, std::string *allowed) const;
  void handle (SoupServerMessage *message);

  const Config &config_;
  std::vector<Route> routes_;
  Owned<SoupServer> server_;
  Listener listener_;
};

// A parameter of the URI's query, or "".
std::string query_of (SoupServerMessage *message, const char *name);

}  // namespace wall
