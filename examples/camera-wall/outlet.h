// A pipeline of its own for one output, fed by an encoder: what fails in it ends that output and
// nothing else.
#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "encoder.h"
#include "owned.h"

namespace wall {

// To be used in the main thread.
class Outlet {
 public:
  // `on_end` is told in the main thread why the output has ended by itself; it may destroy the
  // outlet.
  Outlet (Composition &composition, std::function<void (const std::string &)> on_end);
  ~Outlet ();
  Outlet (const Outlet &) = delete;
  Outlet &operator= (const Outlet &) = delete;

  // Starts a line of gst-launch-1.0 behind an appsrc. False: `why` says why not.
  bool start (const std::string &line, const char *caps, std::string &why);
  // Frames come from now on. False as above.
  bool feed (Encoder &encoder, bool from_zero, std::string &why);
  // Sends EOS and waits until all is written, for three seconds at most.
  void finish ();

  Owned<GstElement> element (const char *name) const;

 private:
  void forward_requests ();
  void handle (GstMessage *message);

  Composition &composition_;
  std::function<void (const std::string &)> on_end_;
  Owned<GstElement> pipeline_;
  Owned<GstAppSrc> source_;
  std::atomic<Encoder *> encoder_ = nullptr;
  guint watch_ = 0;
};

}  // namespace wall
