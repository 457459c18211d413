// Where a film begins.
#pragma once

#include <gst/gst.h>

namespace quad {

// The stream time at which it does, by the first segment of its stream. One whose timestamps are
// the stream's times, as those of MPEG-TS, does not say so, and the film begins where it does. One
// that maps them to other times does, as those of edit lists: 0 is where the film begins.
inline GstClockTime film_begin (const GstSegment &first)
{
  const bool tells = first.format != GST_FORMAT_TIME || first.start != first.time;
  return tells || !GST_CLOCK_TIME_IS_VALID (first.start) ? 0 : first.start;
}

}  // namespace quad
