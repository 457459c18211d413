// One pass over a file that decodes nothing.
#pragma once

#include <gst/gst.h>

#include <vector>

#include "glue/owned.h"
#include "tensor/clip_info.h"
#include "tensor/input_watch.h"
#include "tensor/messages.h"
#include "tensor/packet_times.h"
#include "tensor/stream_choice.h"

namespace quad::tensor {

// A coded picture, as a decoder would give it.
struct Unit {
  GstClockTime time;      // from where the film begins
  GstClockTime duration;  // GST_CLOCK_TIME_NONE if the file does not say it
  bool keyframe;
};

// Reads the packets of a video stream, after the demuxer and the parser.
class Scan {
 public:
  enum class Extent { info, frames };

  Scan () = default;
  Scan (const Scan &) = delete;
  Scan &operator= (const Scan &) = delete;
  ~Scan ();
  // Returns false with `error` set on failure.
  bool start (const char *location, guint stream, Extent extent, GError **error);
  // Waits for at most `timeout` ns; END means that all was read. One thread at a time.
  QuadReaderStatus wait (GstClockTime timeout, GError **error);

  // After END:
  const ClipInfo &info () const { return info_; }
  std::vector<Unit> &units () { return units_; }  // in the order of the file
  // Why a decoder may give other frames or other times, so that one has to decode to know them;
  // null if it gives these.
  const char *doubt () const { return doubt_; }
  // Whether units () say which pictures are keyframes.
  bool says_keyframes () const { return !untimed_ && !unmarked_; }

 private:
  static int choose (GstElement *, GstPad *, GstCaps *, GstElementFactory *factory, gpointer);
  static void take_pad (GstPad *pad, gpointer self);
  static GstPadProbeReturn look (GstPad *pad, GstPadProbeInfo *info, gpointer self);
  static gboolean take_in_list (GstBuffer **unit, guint, gpointer self);
  void take_event (GstEvent *event);
  void take (GstBuffer *unit);
  void doubt (const char *why) { doubt_ = doubt_ ? doubt_ : why; }
  // Whether decoders that begin at a keyframe give this picture.
  void check_order (GstBuffer *unit);
  // Whether a packet is lost before this one, or another film begins.
  void check_flow (GstBuffer *unit);
  // Whether pictures have the same time: their decoder may give them others.
  bool has_repeats () const;
  void read_info ();
  void stop ();

  Owned<GstElement> pipeline_, decoder_, sink_;
  Owned<GstBus> bus_;
  Owned<GstPad> video_;
  Extent extent_ = Extent::info;
  StreamChoice stream_;
  PostedErrors errors_;
  InputWatch input_;
  bool prerolled_ = false, ended_ = false;

  // The streaming thread writes these until the pipeline stops.
  PacketTimes times_;
  GstClockTime first_key_ = GST_CLOCK_TIME_NONE;  // after the last discontinuity
  GstClockTime latest_ = GST_CLOCK_TIME_NONE;
  GstClockTime last_dts_ = GST_CLOCK_TIME_NONE, last_duration_ = GST_CLOCK_TIME_NONE;
  bool begun_ = false, met_packet_ = false, has_gap_ = false;
  bool untimed_ = false;   // there are keyframes without times
  bool unmarked_ = false;  // the container and the parser mark no keyframes
  bool raw_ = false;
  const char *doubt_ = nullptr;
  bool (*hidden_) (GstBuffer *) = nullptr;
  std::vector<Unit> units_;
  ClipInfo info_;
};

}  // namespace quad::tensor
