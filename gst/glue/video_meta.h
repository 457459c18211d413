// What a buffer says of the picture in it.
#pragma once

#include <gst/video/video.h>

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

}  // namespace quad
