// One encoder of the wall's pictures for all who want them.
#pragma once

#include <gst/app/app.h>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "composition.h"
#include "owned.h"

namespace wall {

enum class Codec { kH264, kVp8 };

// Is made at the first add () and encodes while there is someone to encode for.
class Encoder {
 public:
  Encoder (Composition &composition, const Config &config, Codec codec);
  ~Encoder ();
  Encoder (const Encoder &) = delete;
  Encoder &operator= (const Encoder &) = delete;

  // From the next keyframe on, which is asked for, `source` gets frames in running time: of the
  // composition's pipeline, or with `from_zero` counted from that keyframe. Any number may be
  // added; a source that does not take them loses frames up to a keyframe. False: there is no such
  // encoder; `why` names what to install.
  bool add (GstAppSrc *source, bool from_zero, std::string &why);
  void remove (GstAppSrc *source);

  // A keyframe at that running time of the source's, or with GST_CLOCK_TIME_NONE soon: viewers
  // with bad networks ask all the time, and get one every 250 ms. From any thread.
  void request_keyframe (GstAppSrc *source, GstClockTime at);

 private:
  struct Consumer {
    Owned<GstAppSrc> source;
    bool from_zero;
    bool waiting = true;  // for a keyframe
    GstClockTime first = 0;
  };

  bool make (std::string &why);
  bool let_in (GstPad *pad, GstBuffer *picture);
  void ask_now ();
  void encoded (GstSample *sample);
  void push (Consumer &consumer, GstSample *sample, GstClockTime pts, GstClockTime dts);

  Composition &composition_;
  const Config &config_;
  const Codec codec_;
  Owned<GstElement> bin_, sink_;  // in the composition's pipeline
  std::mutex lock_;
  std::vector<Consumer> consumers_;   // guarded by lock_
  std::vector<GstClockTime> wanted_;  // keyframes at running times; guarded by lock_
  bool soon_ = false;                 // a keyframe is wanted; guarded by lock_
  GstClockTime last_keyframe_ = 0;    // running time; guarded by lock_
};

}  // namespace wall
