// The custom meta (gst_buffer_get_custom_meta) of each frame that frameextract selected.
#pragma once

namespace quad {

inline constexpr char kExtractedFrameMeta[] = "quad-extracted-frame";

// Its fields, all guint64. Messages of frameextract have those of the same names.
namespace extracted {
inline constexpr char kIndex[] = "index";
// Times in nanoseconds from where the film begins; GST_CLOCK_TIME_NONE where no time was asked for.
inline constexpr char kRequested[] = "requested-time";
inline constexpr char kActual[] = "actual-time";
// Of the meta: the stream time at which the film begins.
inline constexpr char kOrigin[] = "origin";
// Of frame-missed, where it stands for several ticks: how many, and the last of them.
inline constexpr char kCount[] = "count";
inline constexpr char kLastIndex[] = "last-index";
inline constexpr char kLastRequested[] = "last-requested-time";
}  // namespace extracted

}  // namespace quad
