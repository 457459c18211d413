// Tells the user of frames that are damaged, once for each run of them.
#pragma once

#include <gst/video/gstvideodecoder.h>

#include <string>

namespace quad::jpegdec {

class Faults {
 public:
  explicit Faults (GstVideoDecoder *decoder) : decoder_ (decoder) {}

  // A frame is whole, so a run of damaged ones is over.
  void whole () { running_ = false; }
  // A frame is shown as far as it could be decoded.
  void damaged (const std::string &why);
  // Leaves a frame out, which it takes. An error if there have been more than max-errors.
  GstFlowReturn drop (GstVideoCodecFrame *frame, const std::string &why);
  // Why the last frame was left out; empty if none was.
  const std::string &last () const { return last_; }
  void reset ()
  {
    running_ = false;
    last_.clear ();
  }

 private:
  GstVideoDecoder *decoder_;
  bool running_ = false;
  std::string last_;
};

}  // namespace quad::jpegdec
