// When gifstreamenc writes each frame, and for how long it is shown.
#pragma once

#include <gst/video/gstvideoencoder.h>

#include <memory>
#include <mutex>
#include <optional>

#include "gif/clock.h"
#include "gif/encoder.h"
#include "glue/frame.h"

GST_DEBUG_CATEGORY_EXTERN (gif_stream_enc_debug);

namespace quad::gif {

// A mapped frame that waits for the next frame's time.
class HeldFrame {
 public:
  // Takes the reference. Settings are those of the frame's time.
  HeldFrame (GstVideoCodecFrame *frame, const GstVideoInfo &info, const Settings &settings);
  ~HeldFrame ();
  HeldFrame (const HeldFrame &) = delete;
  HeldFrame &operator= (const HeldFrame &) = delete;

  // Why the frame cannot be read, as the end of a sentence after "A frame"; nullptr if it can.
  const char *problem () const { return problem_; }
  const PackedView &view () const { return view_; }
  int lossy () const { return lossy_; }
  double dither_strength () const { return dither_strength_; }
  // Unmaps the frame and returns the reference.
  GstVideoCodecFrame *release ();

 private:
  const char *view_as (const GstVideoInfo &info);

  GstVideoCodecFrame *frame_;
  std::optional<MappedBuffer> mapped_;
  PackedView view_;
  const char *problem_;
  int lossy_;
  double dither_strength_;
};

// All functions but settings () and change () need the encoder's stream lock. Errors are posted on
// the element.
class Stream {
 public:
  explicit Stream (GstVideoEncoder *element) : element_{element} {}

  Settings settings () const;
  template <typename Change>
  void change (Change &&change)
  {
    const std::lock_guard lock{mutex_};
    change (settings_);
  }

  // Sets the format of the next frames. False if they cannot be part of the file that was begun.
  bool set_format (const GstVideoInfo &info);
  // The size of all further frames, once there was one.
  std::optional<Size> fixed_size () const;
  // Takes the reference.
  GstFlowReturn take (GstVideoCodecFrame *frame);
  // There is no frame until `end` (running time): the waiting frame is shown until then.
  void gap_until (std::int64_t end);
  // Writes the waiting frame and the trailer. Later frames begin another file.
  GstFlowReturn finish ();
  // Forgets all: the next frame begins a file.
  void reset ();

 private:
  bool begin (std::int64_t time);
  std::int64_t time_of (GstVideoCodecFrame *frame);
  std::int64_t duration_of (GstVideoCodecFrame *frame) const;
  GstFlowReturn write (std::int64_t delay, const PackedView *next, bool last);
  const PackedView *view_after (const HeldFrame &next, std::int64_t delay, PackedView &nothing);
  GstFlowReturn drop (std::unique_ptr<HeldFrame> frame);

  GstVideoEncoder *element_;
  mutable std::mutex mutex_;  // of settings_ and fixed_size_
  Settings settings_;
  std::optional<Size> fixed_size_;

  GstVideoInfo info_;
  std::unique_ptr<Encoder> encoder_;
  std::unique_ptr<HeldFrame> held_;
  std::optional<Clock> clock_;                 // set by the first frame
  guint64 frames_ = 0, merged_ = 0;            // of this file: written, and merged into another
  guint64 size_ = 0;                           // bytes written so far
  bool written_ = false;                       // a frame was written
  bool finished_ = false;                      // a file was finished, and none has begun since
  bool refused_ = false;                       // a size was refused
  std::int64_t last_time_ = 0, end_time_ = 0;  // of the newest frame, in ns of running time
  bool warned_ = false;
  Bytes bytes_;
  std::vector<std::byte> nothing_;  // a transparent row
};

}  // namespace quad::gif
