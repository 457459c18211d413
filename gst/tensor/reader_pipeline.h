// The pipeline that a QuadReader reads from.
#pragma once

#include <gst/gst.h>

#include <atomic>
#include <mutex>
#include <optional>
#include <string>

#include "glue/owned.h"
#include "tensor/input_watch.h"
#include "tensor/picture.h"

namespace quad::tensor {

// uridecodebin, what makes the picture, and an appsink. The part between is built when the first
// frame comes, as it goes by the stream's caps and tags.
class ReaderPipeline {
 public:
  struct Request {
    const char *location;
    const char *filters;             // elements, or nullptr
    std::optional<Picture> picture;  // without one, frames leave the filters as they are
    int device;
    guint depth;
  };

  ReaderPipeline () = default;
  ReaderPipeline (const ReaderPipeline &) = delete;
  ReaderPipeline &operator= (const ReaderPipeline &) = delete;
  ~ReaderPipeline ();
  // False with an error set.
  bool build (const Request &request, GError **error);

  GstElement *element () const { return pipeline_.get (); }
  GstElement *sink () const { return sink_.get (); }
  GstBus *bus () const { return bus_.get (); }
  // Of the stream that is shown, as it is at its beginning, where frames begin to be decoded.
  Source source () const;
  // Why nothing will ever come; empty as long as something may.
  std::string stuck ();

 private:
  static void take_pad (GstElement *decoder, GstPad *pad, gpointer self);
  static GstPadProbeReturn begin (GstPad *pad, GstPadProbeInfo *info, gpointer self);
  static void end_pads (GstElement *decoder, gpointer self);
  bool make_decoder (const std::string &uri, GError **error);
  bool make_filters (const char *filters, GError **error);
  // Builds what stands between `pad` and the sink. A sentence where it cannot.
  std::string connect (GstPad *pad);

  Owned<GstElement> pipeline_, decoder_, sink_, filters_;
  Owned<GstBus> bus_;
  std::optional<Picture> picture_;
  int device_ = -1;
  std::atomic<bool> found_ = false;  // whether there is a stream of video
  mutable std::mutex mutex_;         // guards what follows
  Source source_;
  bool closing_ = false;
  InputWatch input_;
};

}  // namespace quad::tensor
