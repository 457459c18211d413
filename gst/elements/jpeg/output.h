// What downstream is told of the frames: caps, the full picture's size, how it is turned.
#pragma once

#include <gst/video/gstvideodecoder.h>

#include <optional>
#include <string>

#include "core/format.h"
#include "glue/owned.h"

namespace quad::jpegdec {

// Of a frame.
struct Shape {
  PixelFormat format = PixelFormat::unknown;
  Size full;                // of the whole picture, in pixels
  Size size;                // as decoded
  int scale = 0;            // at which it is, in eighths
  bool for_target = false;  // downstream's answer made it smaller, if it is
  bool limited_range = false;

  bool operator== (const Shape &) const = default;
};

// Whether the caps of what follows `src` allow frames of a format and a size.
bool is_taken (GstPad *src, PixelFormat format, Size size);

// For the decoder's streaming thread. The decoder has to live longer.
class Output {
 public:
  explicit Output (GstVideoDecoder *decoder) : decoder_ (decoder) {}
  ~Output () { forget_input (); }
  Output (const Output &) = delete;
  Output &operator= (const Output &) = delete;

  // The input's caps; output caps follow before the next frame.
  void set_input (GstVideoCodecState *state);
  const GstVideoCodecState *input () const { return input_; }

  // Negotiates frames of `shape`, if the last ones were others. `why` is for the log. An error is
  // on the bus.
  GstFlowReturn prepare (const Shape &shape, const std::string &why);
  // Whether frames were negotiated since the input's caps came.
  bool has_caps () const { return negotiated_.has_value (); }
  // Puts a tag before the next frame, if it is turned in another way than the last.
  void set_orientation (std::optional<Orientation> orientation);
  // A new stream: its tags begin anew, and downstream is told everything again.
  void begin_stream ();
  void reset ();

 private:
  void forget_input ();
  bool negotiate (const Shape &shape);
  void push_full_picture (const Shape &shape);

  GstVideoDecoder *decoder_;
  GstVideoCodecState *input_ = nullptr;
  std::optional<Shape> negotiated_;
  bool told_full_picture_ = false;  // downstream knows of a larger picture
  std::optional<Orientation> told_orientation_;
};

}  // namespace quad::jpegdec
