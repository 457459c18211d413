// The custom meta (gst_buffer_get_custom_meta) of each frame that frameextract selected.
#pragma once

namespace quad {

inline constexpr char kExtractedFrameMeta[] = "quad-extracted-frame";

// Its fields, all guint64. Messages of frameextract have those of the same names.
namespace extracted {
inline constexpr char kIndex[] = "index";
// Times in nanoseconds of stream time; GST_CLOCK_TIME_NONE where no time was asked for.
inline constexpr char kRequested[] = "requested-time";
inline constexpr char kActual[] = "actual-time";
}  // namespace extracted

}  // namespace quad
