// One input of the wall: it connects by itself, again and again, and never touches the others.
#pragma once

#include <memory>
#include <string>

#include "config.h"
#include "flow.h"
#include "owned.h"

namespace wall {

// Its pad of the grid stays for as long as it lives. What is in front of it is a bin that is made
// anew for each connection. To be used in the main thread.
class Input {
 public:
  // What the page and the statistics show.
  struct Status {
    std::string name, uri;   // without credentials
    std::string connection;  // connecting, connected or waiting
    std::string fault;       // why the last connection ended; without credentials
    double retry_in = 0;     // seconds, while waiting
    guint64 frames = 0;      // of all connections
    int connections = 0;     // tries so far
  };

  Input (GstBin *pipeline, Owned<GstPad> pad, const InputConfig &input, const Config &config);
  ~Input ();
  Input (const Input &) = delete;
  Input &operator= (const Input &) = delete;

  void connect ();
  // To be called a few times a second: it sees silence and the time of the next try.
  void tick ();
  // Deals with an ERROR, WARNING or APPLICATION message of its bin. False: it is not its own.
  bool handle (GstMessage *message);

  GstPad *pad () const { return pad_.get (); }
  Status status () const;

 private:
  bool make_bin ();
  bool add_source ();
  void watch_pad ();
  void disconnect ();
  void fail (const std::string &why);
  void end ();
  void begin_again ();
  bool brought_frames () const { return counters_->last_frame != 0; }
  gint64 silent_for () const;
  static void set_up_source (GstElement *source, Input *self);
  static void link_video (GstElement *decoder, GstPad *pad, GstElement *scaler);

  Owned<GstBin> pipeline_;
  Owned<GstPad> pad_;
  InputConfig input_;
  int latency_, silence_;
  std::shared_ptr<Counters> counters_ = std::make_shared<Counters> ();
  Owned<GstElement> bin_;  // NULL while waiting
  std::string fault_;
  int connections_ = 0;
  gint64 lost_at_ = 0;                // when faults began; 0: the last connection was a good one
  bool begins_again_ = false;         // the last connection ended as it should
  gint64 began_at_ = 0, try_at_ = 0;  // g_get_monotonic_time ()
};

}  // namespace wall
