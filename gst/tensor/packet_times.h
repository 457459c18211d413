// When the picture in a packet is shown.
#pragma once

#include <gst/gst.h>

#include <optional>

#include "glue/film.h"

namespace quad::tensor {

struct Shown {
  GstClockTime time;      // from where the film begins
  GstClockTime duration;  // GST_CLOCK_TIME_NONE if the file does not say it
};

// Follows a stream before its decoder. For the streaming thread.
class PacketTimes {
 public:
  void take (GstEvent *event);
  bool timed () const { return segment_.format == GST_FORMAT_TIME; }
  // The timestamp of the film's begin, by the last segment.
  gint64 zero () const { return offset_of (segment_) + static_cast<gint64> (film_begin_.get ()); }
  // The times that a decoder gives the picture, or nothing if it lies outside of the segment.
  // `unit` has a PTS, and the segment is in time.
  std::optional<Shown> shown (GstBuffer *unit) const;

 private:
  GstSegment segment_ = {};
  FilmBegin film_begin_;
  GstClockTime frame_length_ = GST_CLOCK_TIME_NONE;  // by the caps' frame rate
};

}  // namespace quad::tensor
