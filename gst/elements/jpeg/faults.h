// Tells the user of frames that are damaged, once for each run of them. A few whole frames do not
// end a run: a bad cable or camera damages every other frame for hours.
#pragma once

#include <gst/video/gstvideodecoder.h>

#include <string>

namespace quad::jpegdec {

// For the decoder's streaming thread.
class Faults {
 public:
  explicit Faults (GstVideoDecoder *decoder) : decoder_ (decoder) {}

  // A frame is whole. Many in a row end a run of damaged ones.
  void whole ();
  // A frame is shown as far as it could be decoded.
  void damaged (const std::string &why);
  // Leaves a frame out, which it takes. An error if there have been more than max-errors.
  GstFlowReturn drop (GstVideoCodecFrame *frame, const std::string &why);
  // Why the last frame was left out; empty if none was.
  const std::string &last () const { return last_; }
  void reset ()
  {
    whole_ = kEndsRun;
    last_.clear ();
  }

 private:
  bool begins_run ();

  GstVideoDecoder *decoder_;
  static constexpr int kEndsRun = 100;
  int whole_ = kEndsRun;  // frames in a row
  std::string last_;
};

}  // namespace quad::jpegdec
