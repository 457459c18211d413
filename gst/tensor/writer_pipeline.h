// The pipeline that a QuadWriter writes with.
#pragma once

#include <gst/video/video.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "glue/owned.h"
#include "tensor/incoming.h"
#include "tensor/writer_events.h"

namespace quad::tensor {

// A kind of file, by the ending of its name.
struct FileKind {
  std::string_view ending;
  std::string_view muxer;     // of H.264; empty: a GIF
  std::string_view settings;  // the muxer's, but for its clock

  bool is_gif () const { return muxer.empty (); }
  // Whether its clock is chosen by the rate.
  bool has_ticks () const { return !settings.empty (); }
};
// Null where the ending says no kind that can be written: `problem` names those that can.
const FileKind *kind_of (const std::string &path, std::string &problem);
// How long a film of this rate (0: it varies) may be, so that the file can tell its times, in whole
// seconds; GST_CLOCK_TIME_NONE: as long as you like.
GstClockTime longest_film (const FileKind &kind, int fps_n);
// What this machine lacks to write such a file on the host or on a CUDA device (0 and up), as a
// sentence; empty: nothing.
std::string lacking_for (const FileKind &kind, int device);

// appsrc, quaddownscale that converts, an encoder, a muxer and filesink. The converter takes the
// callers' samples and lets them go, before the encoder sees the frame.
class WriterPipeline {
 public:
  struct Request {
    const FileKind *kind;
    const Incoming *frame;   // as all are
    int fps_n, fps_d;        // 0/1: the rate varies
    GstClockTime shown_for;  // the first frame
    int device;              // whose encoder it is; -1: the host's
    std::string path;
  };

  WriterPipeline () = default;
  WriterPipeline (const WriterPipeline &) = delete;
  WriterPipeline &operator= (const WriterPipeline &) = delete;
  ~WriterPipeline () { stop (); }
  // Builds and starts it. Returns why it failed, or nothing.
  Failure start (const Request &request);

  // Sends a frame as it has been described in `start`. `borrowed`: the samples are used as they
  // lie, and the events say when they are returned; else too, but they were copied.
  Failure push (const Incoming &frame, GstClockTime pts, GstClockTime duration);
  // No more frames come.
  void end ();
  void stop ();

  const WriterEvents &events () const { return *events_; }

 private:
  static GstBusSyncReply take_message (GstBus *bus, GstMessage *message, gpointer events);
  std::string line () const;
  Failure prepare_device ();
  Failure buffer_of (const Incoming &frame, Owned<GstBuffer> &buffer);
  void mend_durations ();
  void note_duration (GstClockTime pts, GstClockTime duration);
  void mend (GstPad *pad, GstBuffer *buffer);

  Request request_ = {};
  GstVideoInfo info_ = {};  // of what is sent: with even sides where H.264 needs them
  Owned<GstElement> pipeline_, source_;
  Owned<GstBuffer> picture_;  // on a device
  std::shared_ptr<WriterEvents> events_ = std::make_shared<WriterEvents> ();
  std::mutex durations_mutex_;
  std::map<GstClockTime, GstClockTime> durations_;  // of frames in the encoder, by their times
};

}  // namespace quad::tensor
