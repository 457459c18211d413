// The wall for televisions: HTTP live streaming.
#pragma once

#include <memory>
#include <string>

#include "http_server.h"
#include "outlet.h"

namespace wall {

// Runs for as long as it lives, if the settings name a folder. Serves /hls/wall.m3u8.
class Hls {
 public:
  Hls (Composition &composition, Encoder &encoder, const Config &config);

  // False: `why` says why not.
  bool start (std::string &why);
  void add_routes (HttpServer &server);
  bool is_on () const { return outlet_ != nullptr; }

 private:
  void serve (SoupServerMessage *message, const std::string &name) const;

  Composition &composition_;
  Encoder &encoder_;
  const Config &config_;
  std::unique_ptr<Outlet> outlet_;
};

}  // namespace wall
