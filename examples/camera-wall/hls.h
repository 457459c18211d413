// The wall for televisions: HTTP live streaming.
#pragma once

#include <memory>
#include <string>

#include "http_server.h"
#include "outlet.h"

namespace wall {

// Runs for as long as it lives, if the settings name a folder. Serves /hls/wall.m3u8. After a
// fault, such as a full disk, it begins anew.
class Hls {
 public:
  Hls (Composition &composition, Encoder &encoder, const Config &config);
  ~Hls ();

  // False: `why` says why not, and it does not begin anew.
  bool start (std::string &why);
  void add_routes (HttpServer &server);
  bool is_on () const { return outlet_ != nullptr; }
  // Why it ended by itself, or "" if it has not done so for some seconds.
  const std::string &fault () const { return fault_; }

 private:
  bool open (std::string &why);
  void fail (const std::string &fault);
  void tick ();
  void serve (SoupServerMessage *message, const std::string &name) const;

  Composition &composition_;
  Encoder &encoder_;
  const Config &config_;
  std::unique_ptr<Outlet> outlet_;
  std::string fault_;
  guint timer_ = 0;
};

}  // namespace wall
