// The pipeline that a QuadReader reads from.
#pragma once

#include <gst/gst.h>

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "glue/owned.h"
#include "tensor/input_watch.h"
#include "tensor/picture.h"
#include "tensor/slices.h"
#include "tensor/stream_choice.h"

namespace quad::tensor {

// uridecodebin, the elements that make the picture, and an appsink. The middle part depends on the
// stream's caps and tags, so it is built when the first frame comes.
class ReaderPipeline {
 public:
  struct Request {
    const char *location;
    const char *filters;             // written as for gst-launch-1.0, or nullptr
    std::optional<Picture> picture;  // if not set, frames stay as the filters give them
    int device;
    guint depth;
    std::shared_ptr<Slices> slices;   // what frames in system memory are drawn into, or null
    std::vector<GstClockTime> times;  // of all frames that `filters` may choose; empty: any
    guint threads = 0;                // that decode; 0: the decoder's own number
    guint stream = 0;                 // which video stream
  };

  ReaderPipeline () = default;
  ReaderPipeline (const ReaderPipeline &) = delete;
  ReaderPipeline &operator= (const ReaderPipeline &) = delete;
  ~ReaderPipeline ();
  // Returns false with `error` set on failure.
  bool build (const Request &request, GError **error);

  GstElement *element () const { return pipeline_.get (); }
  GstElement *sink () const { return sink_.get (); }
  GstBus *bus () const { return bus_.get (); }
  // The shown stream's properties at its beginning.
  Source source () const;
  // The stream's first segment, which says where the film begins if the first frame's does not.
  std::optional<GstSegment> first_segment () const;
  // Why no frame will ever come; empty while one still may.
  Failure stuck ();

 private:
  static void take_pad (GstPad *pad, gpointer self);
  static GstPadProbeReturn begin (GstPad *pad, GstPadProbeInfo *info, gpointer self);
  bool make_decoder (const std::string &uri, const Request &request, GError **error);
  bool make_filters (const char *filters, GError **error);
  // Builds the elements between `pad` and the sink. Returns a sentence on failure.
  std::string connect (GstPad *pad);
  // Keeps the first segment; `pad` is not linked, so it forgets that when another one follows.
  void take_segment (GstEvent *event);
  // Sends the first segment, too, where it is needed.
  void send_first_segment (GstPad *pad, GstPad *to);

  Owned<GstElement> pipeline_, decoder_, sink_, filters_;
  Owned<GstBus> bus_;
  std::optional<Picture> picture_;
  int device_ = -1;
  StreamChoice stream_;
  mutable std::mutex mutex_;  // guards what follows
  Source source_;
  Owned<GstEvent> first_segment_;
  bool needs_first_segment_ = false;
  bool closing_ = false;
  InputWatch input_;
};

}  // namespace quad::tensor
