// Where a film begins.
#pragma once

#include <gst/gst.h>

namespace quad {

// The stream time at which a film begins, by the first segment of its stream. A segment that maps
// timestamps to other stream times, as edit lists do, says that the film begins at 0. One whose
// timestamps are stream times, as in MPEG-TS, does not say where: the film begins where it begins.
inline GstClockTime film_begin (const GstSegment &first)
{
  const bool tells = first.format != GST_FORMAT_TIME || first.start != first.time;
  return tells || !GST_CLOCK_TIME_IS_VALID (first.start) ? 0 : first.start;
}

}  // namespace quad
