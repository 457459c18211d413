// The wall as a JPEG.
#pragma once

#include <memory>
#include <vector>

#include "composition.h"
#include "http_answer.h"
#include "http_server.h"

namespace wall {

// Serves /snapshot.jpg. Whoever asks while one is made gets that one.
class Snapshots {
 public:
  explicit Snapshots (Composition &composition) : composition_ (composition) {}
  void add_routes (HttpServer &server);

 private:
  using Waiting = std::vector<std::unique_ptr<PendingAnswer>>;

  void ask (SoupServerMessage *message);
  static void send (Waiting &waiting, GstSample *jpeg);

  Composition &composition_;
  // Shared with the conversion, which may outlive the wall.
  std::shared_ptr<Waiting> waiting_ = std::make_shared<Waiting> ();
};

}  // namespace wall
