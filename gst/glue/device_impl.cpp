#include "glue/device_impl.h"

#include <utility>

namespace quad {

void Device::Impl::publish ()
{
  const std::lock_guard guard (lock);
  if (context.get () == candidate) return;
  stream.reset ();
  context.reset (candidate ? GST_CUDA_CONTEXT (gst_object_ref (candidate)) : nullptr);
}

// open () is retried per frame; report once.
void Device::Impl::refuse (const std::string &why, const char *detail)
{
  if (refused) return;
  refused = true;
  GST_ELEMENT_ERROR (element, RESOURCE, NOT_FOUND, ("%s", why.c_str ()),
                     ("%s", detail ? detail : ""));
}

Owned<GstBufferPool> Device::Impl::configured (Owned<GstBufferPool> pool, GstCaps *caps,
                                               guint &size, guint min, guint max) const
{
  GstStructure *config = gst_buffer_pool_get_config (pool.get ());
  gst_buffer_pool_config_set_params (config, caps, size, min, max);
  gst_buffer_pool_config_add_option (config, GST_BUFFER_POOL_OPTION_VIDEO_META);
  stream->configure (config);
  if (!gst_buffer_pool_set_config (pool.get (), config)) return nullptr;
  // The pool knows the size of a frame with the device's pitch.
  config = gst_buffer_pool_get_config (pool.get ());
  gst_buffer_pool_config_get_params (config, nullptr, &size, nullptr, nullptr);
  gst_structure_free (config);
  return pool;
}

Owned<GstBufferPool> Device::Impl::pool_for (GstCaps *caps, guint &size, guint min, guint max,
                                             Owned<GstBufferPool> offered) const
{
  const bool ours = offered && GST_IS_CUDA_BUFFER_POOL (offered.get ()) &&
                    GST_CUDA_BUFFER_POOL (offered.get ())->context == context.get ();
  Owned<GstBufferPool> pool;
  if (ours) pool = configured (std::move (offered), caps, size, min, max);
  // The pool may be in use with another configuration.
  if (!pool)
    pool = configured (Owned<GstBufferPool>{gst_cuda_buffer_pool_new (context.get ())}, caps, size,
                       min, max);
  return pool;
}

}  // namespace quad
