// A frame's bytes, to be compared with another's.
#pragma once

#include <gst/video/video.h>

#include <vector>

namespace quad::test {

// The samples of a frame, plane by plane, without padding.
inline std::vector<guint8> bytes_of (const GstVideoInfo &info, GstBuffer *buffer)
{
  std::vector<guint8> bytes;
  GstVideoFrame frame;
  if (!gst_video_frame_map (&frame, &info, buffer, GST_MAP_READ)) g_error ("cannot map");
  for (guint p = 0; p < GST_VIDEO_FRAME_N_PLANES (&frame); p++) {
    guint c = 0;  // the first component that lies in this plane
    while (GST_VIDEO_FORMAT_INFO_PLANE (info.finfo, c) != p) c++;
    const int row =
        GST_VIDEO_FRAME_COMP_WIDTH (&frame, c) * GST_VIDEO_FRAME_COMP_PSTRIDE (&frame, c);
    for (int y = 0; y < GST_VIDEO_FRAME_COMP_HEIGHT (&frame, c); y++) {
      const auto *from = static_cast<const guint8 *> (GST_VIDEO_FRAME_PLANE_DATA (&frame, p)) +
                         std::ptrdiff_t{y} * GST_VIDEO_FRAME_PLANE_STRIDE (&frame, p);
      bytes.insert (bytes.end (), from, from + row);
    }
  }
  gst_video_frame_unmap (&frame);
  return bytes;
}

}  // namespace quad::test
