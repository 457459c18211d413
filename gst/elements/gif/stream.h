// What gifstreamenc does with the frames that come: when each is written, and for how long it is
// shown.
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

// A frame that waits for the time of the next one, mapped.
class HeldFrame {
 public:
  // Takes the reference. `lossy` and `dither_strength` are those of its time.
  HeldFrame (GstVideoCodecFrame *frame, const GstVideoInfo &info, const Settings &settings);
  ~HeldFrame ();
  HeldFrame (const HeldFrame &) = delete;
  HeldFrame &operator= (const HeldFrame &) = delete;

  // Why the frame cannot be read, for the user: a sentence's end after "A frame"; or nullptr.
  const char *problem () const { return problem_; }
  const PackedView &view () const { return view_; }
  int lossy () const { return lossy_; }
  double dither_strength () const { return dither_strength_; }
  // Lets go of the memory, and gives the reference away.
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

// All but settings () and change () is called with the encoder's stream lock held. Errors are
// posted as messages of the element.
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

  // Frames like these come. False where they cannot be part of the file that was begun.
  bool set_format (const GstVideoInfo &info);
  // The size that all further frames have, once one has come.
  std::optional<Size> fixed_size () const;
  // Takes the reference.
  GstFlowReturn take (GstVideoCodecFrame *frame);
  // Nothing comes until `end`, of running time: what waits is shown till then.
  void gap_until (std::int64_t end);
  // Writes what waits, and the end. What comes after that is another file.
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
  std::optional<Clock> clock_;       // from the first frame on
  guint64 frames_ = 0, merged_ = 0;  // of this file: written, and shown as part of another
  guint64 size_ = 0;                 // in bytes, so far
  bool written_ = false;             // a frame was
  bool finished_ = false;            // a file was, and no other one has begun
  bool refused_ = false;             // a size was
  std::int64_t last_time_ = 0, end_time_ = 0;  // of the newest frame, in ns of running time
  bool warned_ = false;
  Bytes bytes_;
  std::vector<std::byte> nothing_;  // a transparent row
};

}  // namespace quad::gif
