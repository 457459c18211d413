// When the frames of a film that is written are shown.
#pragma once

#include <gst/gst.h>

#include <string>

namespace quad::tensor {

// In nanoseconds; the film begins at 0 with its first frame.
class WriterTimes {
 public:
  WriterTimes () = default;
  // So many frames a second where they do not say it themselves; 0/1: all say it.
  WriterTimes (int fps_n, int fps_d) : fps_n_{fps_n}, fps_d_{fps_d} {}

  // Adds a frame: as quad_writer_write (). Returns why its times are wrong, as a sentence, or
  // nothing.
  std::string add (GstClockTime pts, GstClockTime duration);

  // Of the last frame.
  GstClockTime shown () const { return shown_ - begin_; }
  GstClockTime shown_for () const { return shown_for_; }
  // Of the film.
  guint64 count () const { return count_; }
  GstClockTime length () const { return count_ > 0 ? shown () + shown_for_ : 0; }

 private:
  GstClockTime ticks (guint64 n) const;

  int fps_n_ = 0, fps_d_ = 1;
  guint64 count_ = 0;
  GstClockTime begin_ = 0;  // the first frame's PTS
  GstClockTime shown_ = 0, shown_for_ = 0;
  // Frames of the rate since the last one that said a time: rounding errors do not add up.
  GstClockTime base_ = 0;
  guint64 since_base_ = 0;
};

}  // namespace quad::tensor
