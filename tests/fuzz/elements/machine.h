// One element between sources that send anything and a sink that answers anything, each on a
// thread of its own, while it is seeked, changed, stopped and started.
#pragma once

#include <gst/gst.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "glue/owned.h"
#include "random.h"

namespace quad::fuzz {

// A pad of a template that takes any caps: without one, GStreamer answers the question for caps
// with the pad's own, of which it holds no reference.
Owned<GstPad> pad_for_any (const char *name, GstPadDirection direction);

// Sends to one sink pad of the element.
class Feeder {
 public:
  // Links with `peer`, and sends on its own thread until it is done or told to stop.
  Feeder (std::uint32_t seed, Owned<GstPad> peer, Taken taken, bool flushes);
  ~Feeder ();
  Feeder (const Feeder &) = delete;
  Feeder &operator= (const Feeder &) = delete;

  GstPad *peer () const { return peer_.get (); }
  void stop () { stop_ = true; }
  // The pad that it sends to must be inactive, or accept what it sends.
  void join ();

 private:
  void run ();
  void open ();
  void step ();
  Owned<GstEvent> some_event ();
  Owned<GstEvent> change ();
  void send_buffer ();
  void send_query ();
  void flush ();
  bool seek (GstEvent *event);

  // Its pad owns it, as a query may still run when the feeder is gone.
  struct Answers {
    bool live, seekable;
    bool answer (GstQuery *query) const;
  };

  Random random_;
  Owned<GstPad> src_, peer_;
  Owned<GstCaps> caps_;
  Taken taken_;
  bool flushes_, seekable_;
  GRecMutex stream_;               // held while it sends, as in a source
  std::recursive_mutex flushing_;  // a source flushes once at a time
  GstClockTime now_ = 0;           // protected by stream_
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

// Receives the element's output.
class Output {
 public:
  Output (std::uint32_t seed, GstElement *element, bool picky);
  ~Output ();
  Output (const Output &) = delete;
  Output &operator= (const Output &) = delete;

  GstPad *pad () const { return pad_.get (); }
  void toggle_picky ();
  // From now on it accepts everything at once.
  void wind_up () { winding_up_ = true; }

 private:
  GstFlowReturn take (Owned<GstBuffer> buffer);
  void take_event (GstEvent *event);
  bool answer (GstQuery *query);
  Owned<GstCaps> wanted_caps ();
  void answer_allocation (GstQuery *query);

  std::mutex lock_;
  Random random_;  // protected by lock_, as all below
  bool picky_, ended_ = false;
  Owned<GstCaps> caps_;
  std::atomic<bool> winding_up_{false};
  Owned<GstPad> pad_;
};

class Machine {
 public:
  Machine (const std::string &element, unsigned seed);

  // Throws nothing; reports findings (findings.h).
  void run ();

 private:
  void add_feeder ();
  void remove_feeder ();
  void step ();
  void seek ();
  void send_event ();
  void send_query ();
  void change_state ();

  Random random_;
  const bool grid_;
  const bool masked_;  // it has a second input, of masks
  const Taken taken_;
  Owned<GstElement> element_;
  Owned<GstBus> bus_;
  std::unique_ptr<Output> output_;
  std::vector<std::unique_ptr<Feeder>> feeders_;
};

}  // namespace quad::fuzz
