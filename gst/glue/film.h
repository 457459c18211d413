// Where a film begins.
#pragma once

#include <gst/gst.h>

#include <optional>

namespace quad {

// The stream time at which a film begins, by the first segment of its stream. A segment that maps
// timestamps to other stream times, as edit lists do, says that the film begins at 0. One whose
// timestamps are stream times, as in MPEG-TS, does not say where: the film begins where it begins.
inline GstClockTime film_begin (const GstSegment &first)
{
  const bool tells = first.format != GST_FORMAT_TIME || first.start != first.time;
  return tells || !GST_CLOCK_TIME_IS_VALID (first.start) ? 0 : first.start;
}

// How much larger timestamps are than stream times.
inline gint64 offset_of (const GstSegment &segment)
{
  return static_cast<gint64> (segment.start - segment.time);
}

// True if the same frames go on, and all timestamps mean other stream times from now on:
// matroskademux does so when it finds that another stream begins earlier.
inline bool is_correction (const GstSegment &now, const GstSegment &before)
{
  return now.format == before.format && now.rate == before.rate && now.base == before.base &&
         now.time == before.time && now.start < before.start;
}

// Follows the segments of a stream that nobody seeks, to know where its film begins.
class FilmBegin {
 public:
  void take (const GstSegment &segment)
  {
    if (!begin_)
      begin_ = film_begin (segment);
    else if (segment.format == GST_FORMAT_TIME && is_correction (segment, before_))
      *begin_ += static_cast<GstClockTime> (offset_of (before_) - offset_of (segment));
    before_ = segment;
  }
  // In stream time; 0 before the first segment.
  GstClockTime get () const { return begin_.value_or (0); }

 private:
  GstSegment before_ = {};
  std::optional<GstClockTime> begin_;
};

}  // namespace quad
