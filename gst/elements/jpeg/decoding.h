// What a quadjpegdec does with its stream.
#pragma once

#include <gst/video/gstvideodecoder.h>

#include <mutex>
#include <optional>

#include "elements/jpeg/faults.h"
#include "elements/jpeg/output.h"
#include "elements/jpeg/packing.h"
#include "elements/jpeg/scale_chooser.h"
#include "elements/jpeg/settings.h"
#include "jpeg/decoder.h"
#include "jpeg/image_finder.h"

namespace quad::jpegdec {

// The functions of GstVideoDecoderClass. All but `settings` and `change` are called by its thread,
// or while that stands still.
class Decoding {
 public:
  explicit Decoding (GstVideoDecoder *decoder);

  template <typename Change>
  void change (Change change)
  {
    const std::lock_guard lock (mutex_);
    change (settings_);
  }
  Settings settings () const
  {
    const std::lock_guard lock (mutex_);
    return settings_;
  }

  // Forgets all earlier streams.
  void start ();
  // Forgets the image that has begun, and asks downstream anew.
  void flush ();
  // Another stream begins.
  void begin_stream ();
  // The input's caps.
  void set_format (GstVideoCodecState *state);
  void set_segment (const GstSegment &segment);
  // Cuts a byte stream into images.
  GstFlowReturn parse (GstVideoCodecFrame *frame, GstAdapter *adapter, bool at_end);
  // What has come so far is to be decoded: a cut image at its end is one too.
  GstFlowReturn drain ();
  // The stream is over. An error if none of its images could be decoded.
  GstFlowReturn finish ();
  // Takes the frame.
  GstFlowReturn handle (GstVideoCodecFrame *frame);

 private:
  bool is_unsorted () const { return in_time_ && !parsed_ && forwards_; }
  std::optional<GstFlowReturn> sort (GstAdapter *adapter, bool at_end);
  GstFlowReturn take_packet (gsize size, bool is_all);
  GstFlowReturn have_cut_image ();
  GstFlowReturn handle (GstVideoCodecFrame *frame, jpeg::Bytes image);
  GstFlowReturn refuse (GstVideoCodecFrame *frame, const std::string &why);
  GstFlowReturn decode (GstVideoCodecFrame *frame, jpeg::Bytes image, const jpeg::Header &header,
                        PixelFormat format);
  std::string refusal_of (const jpeg::Header &header, const Settings &settings) const;
  void choose_packetized ();

  GstVideoDecoder *decoder_;
  mutable std::mutex mutex_;
  Settings settings_;

  bool parsed_ = false;                 // the input's caps say that each buffer is an image
  bool in_time_ = false;                // its segment is one of times
  bool forwards_ = true;                // it is played so
  Packing packing_ = Packing::unknown;  // of a stream in time that no parser has seen
  gsize first_ = 0, held_ = 0;          // bytes of its first buffer and of all, while unknown
  bool shown_ = false;                  // a frame has been decoded since the start
  jpeg::ImageFinder finder_;
  jpeg::Decoder jpeg_;
  ScaleChooser chooser_;
  Output output_;
  Faults faults_;
};

}  // namespace quad::jpegdec
