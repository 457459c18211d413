// Whether what a buffer says of the picture in it can be.
#pragma once

#include <gst/video/video.h>

#include <algorithm>
#include <cstdint>

namespace quad {

// Whether a frame of `info` may lie in a buffer with `meta` (or none, nullptr): what
// gst_video_frame_map takes for granted.
inline bool matches (const GstVideoInfo &info, const GstVideoMeta *meta)
{
  auto holds = [] (guint side, int least) {
    return side >= static_cast<guint> (least) && side <= static_cast<guint> (G_MAXINT / 16);
  };
  return !meta ||
         (meta->format == GST_VIDEO_INFO_FORMAT (&info) && holds (meta->width, info.width) &&
          holds (meta->height, info.height) && meta->n_planes == GST_VIDEO_INFO_N_PLANES (&info));
}

// Whether rows [0, rows) of `row_bytes` from `data` on lie inside the memory.
inline bool inside (const guint8 *data, int stride, int rows, int row_bytes, const guint8 *begin,
                    gsize size)
{
  const std::intptr_t first = data - begin;
  const std::intptr_t last = first + std::intptr_t{stride} * (rows - 1);
  const std::intptr_t low = std::min (first, last), high = std::max (first, last) + row_bytes;
  return low >= 0 && high <= static_cast<std::intptr_t> (size);
}

}  // namespace quad
