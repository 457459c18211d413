// Views as GStreamer's frames.
#pragma once

#include <gst/video/video.h>

#include "core/view.h"

namespace quad::bench {

inline GstVideoInfo info_for (PixelFormat format, Size size)
{
  GstVideoInfo info;
  gst_video_info_set_format (&info, gst_video_format_from_string (info_of (format).name),
                             static_cast<guint> (size.width), static_cast<guint> (size.height));
  return info;
}

// A GstVideoFrame on a view's memory, without a buffer.
inline GstVideoFrame frame_on (GstVideoInfo info, const FrameView &view)
{
  GstVideoFrame frame = {};
  for (std::size_t p = 0; p < GST_VIDEO_INFO_N_PLANES (&info); p++) {
    frame.data[p] = view.plane[p].data;
    info.stride[p] = static_cast<gint> (view.plane[p].stride);
  }
  frame.info = info;
  return frame;
}

}  // namespace quad::bench
