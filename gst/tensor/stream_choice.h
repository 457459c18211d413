// Which of a file's video streams is read.
#pragma once

#include <gst/gst.h>

#include <atomic>
#include <mutex>
#include <string>
#include <vector>

#include "glue/owned.h"

namespace quad::tensor {

// Whether the pad's caps begin with this, such as "video/".
bool is_kind (GstPad *pad, const char *kind);

// Streams count in the order in which demuxers add them. decodebin's own order depends on the
// codecs and on whether it decodes, so it is not used. Streams that are not chosen stay unlinked.
//
// The callbacks run on the pipeline's threads; the choice has to outlive them.
class StreamChoice {
 public:
  using Take = void (*) (GstPad *pad, gpointer user_data);

  // Calls `take` once, before data comes, with the pad of video stream `number` of a uridecodebin;
  // where there is none, the uridecodebin posts an error. Call it before the pipeline starts.
  void choose (GstElement *uridecodebin, guint number, Take take, gpointer user_data);
  // From any thread.
  bool found () const { return found_; }

 private:
  static void meet_element (GstBin *, GstBin *parent, GstElement *element, gpointer self);
  static void meet_stream (GstElement *demuxer, GstPad *pad, gpointer self);
  static void meet_pad (GstElement *, GstPad *pad, gpointer self);
  static void end_pads (GstElement *decoder, gpointer self);
  // Sorts the pads by their streams.
  void sort ();
  std::string missing () const;

  guint wanted_ = 0;
  Take take_ = nullptr;
  gpointer user_data_ = nullptr;
  std::atomic<bool> found_ = false;
  std::mutex mutex_;  // guards what follows
  bool demuxes_ = false, decided_ = false;
  guint met_ = 0;
  std::vector<Owned<GstPad>> streams_, pads_;  // of demuxers; of the uridecodebin
};

}  // namespace quad::tensor
