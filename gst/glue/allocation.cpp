#include "glue/allocation.h"

#include <algorithm>

#include "glue/drawable_caps.h"
#include "glue/picture_memory.h"
#include "glue/video.h"

namespace quad {
namespace {

// In system memory.
Owned<GstBufferPool> new_pool (GstCaps *caps, guint size, bool video_meta)
{
  Owned<GstBufferPool> pool{gst_video_buffer_pool_new ()};
  GstStructure *config = gst_buffer_pool_get_config (pool.get ());
  gst_buffer_pool_config_set_params (config, caps, size, 0, 0);
  if (video_meta) gst_buffer_pool_config_add_option (config, GST_BUFFER_POOL_OPTION_VIDEO_META);
  if (!gst_buffer_pool_set_config (pool.get (), config)) pool.reset ();
  return pool;
}

bool decide_on_host (GstQuery *query, GstCaps *caps)
{
  GstVideoInfo info;
  if (!gst_video_info_from_caps (&info, caps)) return false;
  const bool video_meta = gst_query_find_allocation_meta (query, GST_VIDEO_META_API_TYPE, nullptr);
  GstBufferPool *offered = nullptr;
  guint size = 0, min = 0, max = 0;
  const bool any = gst_query_get_n_allocation_pools (query) > 0;
  if (any) gst_query_parse_nth_allocation_pool (query, 0, &offered, &size, &min, &max);
  Owned<GstBufferPool> pool{offered};
  size = std::max (size, static_cast<guint> (GST_VIDEO_INFO_SIZE (&info)));
  if (!pool) {
    pool = new_pool (caps, size, video_meta);
    if (!pool) return false;
  } else if (video_meta &&
             gst_buffer_pool_has_option (pool.get (), GST_BUFFER_POOL_OPTION_VIDEO_META)) {
    GstStructure *config = gst_buffer_pool_get_config (pool.get ());
    gst_buffer_pool_config_set_params (config, caps, size, min, max);
    gst_buffer_pool_config_add_option (config, GST_BUFFER_POOL_OPTION_VIDEO_META);
    // If this pool refuses, the base class uses its own.
    gst_buffer_pool_set_config (pool.get (), config);
  }
  if (any)
    gst_query_set_nth_allocation_pool (query, 0, pool.get (), size, min, max);
  else
    gst_query_add_allocation_pool (query, pool.get (), size, min, max);
  return true;
}

}  // namespace

bool propose_frames (Backends &backends, GstQuery *query, guint held)
{
  GstCaps *caps = nullptr;
  gst_query_parse_allocation (query, &caps, nullptr);
  GstVideoInfo info;
  if (!caps || !gst_video_info_from_caps (&info, caps)) return false;
  if (Backend *device = backends.device_of (memory_of (caps))) {
    if (device->open ()) device->propose (query, held);
  } else if (gst_query_get_n_allocation_pools (query) == 0) {
    ask_for_buffers (query, info, held);
    offer_picture_memory (query, info);
  }
  gst_query_add_allocation_meta (query, GST_VIDEO_META_API_TYPE, nullptr);
  gst_query_add_allocation_meta (query, GST_VIDEO_CROP_META_API_TYPE, nullptr);
  return true;
}

Status decide_frames (Backends &backends, GstQuery *query)
{
  GstCaps *caps = nullptr;
  gst_query_parse_allocation (query, &caps, nullptr);
  if (!caps) return Status::unsupported_format;
  Backend *device = backends.device_of (memory_of (caps));
  if (!device) return decide_on_host (query, caps) ? Status::ok : Status::unsupported_format;
  if (!device->open ()) return Status::device_failed;
  return device->decide (query) ? Status::ok : Status::out_of_device_memory;
}

Owned<GstBuffer> new_frame (Backends &backends, Memory memory, const GstVideoInfo &info)
{
  const Owned<GstCaps> caps{gst_video_info_to_caps (&info)};
  set_memory (caps.get (), memory);
  const Owned<GstQuery> query{gst_query_new_allocation (caps.get (), TRUE)};
  if (!backends.of (memory).decide (query.get ())) return nullptr;
  GstBufferPool *made = nullptr;
  gst_query_parse_nth_allocation_pool (query.get (), 0, &made, nullptr, nullptr, nullptr);
  const Owned<GstBufferPool> pool{made};
  GstBuffer *buffer = nullptr;
  if (pool && gst_buffer_pool_set_active (pool.get (), TRUE))
    gst_buffer_pool_acquire_buffer (pool.get (), &buffer, nullptr);
  // The pool ends with its only buffer.
  if (pool) gst_buffer_pool_set_active (pool.get (), FALSE);
  return Owned<GstBuffer>{buffer};
}

}  // namespace quad
