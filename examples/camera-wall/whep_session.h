// One viewer by WebRTC.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "outlet.h"
#include "whep_offer.h"

namespace wall {

// To be used in the main thread. It is shared, because answers of WebRTC's threads may come when it
// has gone.
class WhepSession : public std::enable_shared_from_this<WhepSession> {
 public:
  // `on_end`: the viewer has gone or cannot be reached.
  WhepSession (Composition &composition, Encoder &encoder, Offer offer,
               std::function<void ()> on_end);
  ~WhepSession ();

  // `on_answer` gets the answer in SDP with all of this machine's addresses, or "". False: `why`
  // says why not.
  bool start (const std::string &sdp, std::function<void (const std::string &)> on_answer,
              std::string &why);
  void add_candidates (const std::string &fragment);

 private:
  std::string line () const;
  void watch ();
  void negotiate (const std::string &sdp);
  void answer_made (GstPromise *promise);
  void gathered ();
  void connection_changed ();
  void end ();

  Encoder &encoder_;
  const Offer offer_;
  std::function<void ()> on_end_;
  std::function<void (const std::string &)> on_answer_;
  Outlet outlet_;
  Owned<GstElement> rtc_;
  guint timeout_ = 0;
};

}  // namespace wall
