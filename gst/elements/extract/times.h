// GStreamer's times as core's.
#pragma once

#include <gst/gst.h>

#include <algorithm>

#include "core/frame_choice.h"

namespace quad::extract {

// No time lies further from 0. So no difference of two times overflows.
inline constexpr Nanoseconds kFarthest = kUnlimited / 2;

// A limit: GST_CLOCK_TIME_NONE becomes kUnlimited.
constexpr Nanoseconds nanoseconds (guint64 time)
{
  return time > static_cast<guint64> (kUnlimited) ? kUnlimited : static_cast<Nanoseconds> (time);
}

// A point in time, at most kFarthest.
constexpr Nanoseconds point (guint64 time) { return std::min (nanoseconds (time), kFarthest); }

}  // namespace quad::extract
