// Pools for decoders whose pictures are wider than they are shown.
//
// FFmpeg's decoders write blocks of 16 columns. Where the picture is narrower they cannot use a
// pool of its size. avdec_* then asks for one again at every frame, and in GStreamer 1.26 ends the
// process: "video meta uses 864x480 instead of 854x480". It does neither with a pool that knows no
// alignment.
#pragma once

#include <gst/video/video.h>

#include "glue/owned.h"

namespace quad {

// The pool to offer to a decoder of `info`; null where it makes the best one itself.
inline Owned<GstBufferPool> plain_pool (const GstVideoInfo &info)
{
  constexpr int kBlock = 16;
  const bool fits = GST_VIDEO_INFO_WIDTH (&info) % kBlock == 0;
  return Owned<GstBufferPool>{fits ? nullptr : gst_buffer_pool_new ()};
}

// Puts such pools in the place of those that downstream has offered in system memory.
inline void make_pools_plain (GstQuery *allocation)
{
  GstCaps *caps = nullptr;
  gst_query_parse_allocation (allocation, &caps, nullptr);
  GstVideoInfo info;
  if (!caps || !gst_video_info_from_caps (&info, caps) ||
      !gst_caps_features_is_equal (gst_caps_get_features (caps, 0),
                                   GST_CAPS_FEATURES_MEMORY_SYSTEM_MEMORY))
    return;
  for (guint i = 0; i < gst_query_get_n_allocation_pools (allocation); i++) {
    const Owned<GstBufferPool> plain = plain_pool (info);
    if (!plain) return;
    guint size = 0, min = 0, max = 0;
    gst_query_parse_nth_allocation_pool (allocation, i, nullptr, &size, &min, &max);
    gst_query_set_nth_allocation_pool (allocation, i, plain.get (), size, min, max);
  }
}

}  // namespace quad
