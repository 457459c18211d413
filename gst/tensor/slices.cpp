#include "tensor/slices.h"

#include <gst/video/video.h>

#include "glue/owned.h"
#include "tensor/guard.h"

namespace quad::tensor {
namespace {

GQuark block_quark ()
{
  static const GQuark quark = g_quark_from_static_string ("quad-tensor-block");
  return quark;
}

}  // namespace

GstBuffer *Slices::next (gsize size)
{
  const std::lock_guard lock (mutex_);
  if (size_ == 0 && !places_.empty ()) {
    block_ = std::make_shared<Block> (size * places_.size ());
    size_ = size;
  }
  if (size != size_ || given_ == places_.size ())
    return gst_buffer_new_allocate (nullptr, size, nullptr);
  auto *keeps = new std::shared_ptr<Block>{block_};
  std::byte *data = block_->data () + places_[given_++] * size;
  GstBuffer *piece = gst_buffer_new_wrapped_full (
      GstMemoryFlags{}, data, size, 0, size, keeps,
      [] (gpointer block) { delete static_cast<std::shared_ptr<Block> *> (block); });
  gst_mini_object_set_qdata (GST_MINI_OBJECT (gst_buffer_peek_memory (piece, 0)), block_quark (),
                             block_.get (), nullptr);
  return piece;
}

const Block *block_of (GstBuffer *buffer)
{
  if (gst_buffer_n_memory (buffer) != 1) return nullptr;
  const GstMemory *memory = gst_buffer_peek_memory (buffer, 0);
  return static_cast<const Block *> (
      gst_mini_object_get_qdata (GST_MINI_OBJECT (memory), block_quark ()));
}

namespace {

// A pool whose buffers are slices.
struct SlicePool {
  GstBufferPool parent;
  std::shared_ptr<Slices> *slices;
  gsize size;
};

struct SlicePoolClass {
  GstBufferPoolClass parent_class;
};

gpointer parent_class = nullptr;

SlicePool *self_of (gpointer pool) { return static_cast<SlicePool *> (pool); }

gboolean set_config (GstBufferPool *pool, GstStructure *config)
{
  guint size = 0;
  if (!gst_buffer_pool_config_get_params (config, nullptr, &size, nullptr, nullptr)) return FALSE;
  self_of (pool)->size = size;
  return GST_BUFFER_POOL_CLASS (parent_class)->set_config (pool, config);
}

GstFlowReturn alloc_buffer (GstBufferPool *pool, GstBuffer **buffer, GstBufferPoolAcquireParams *)
{
  *buffer = contain<GstBuffer *> (
      nullptr, nullptr, [&] { return (*self_of (pool)->slices)->next (self_of (pool)->size); });
  // Without memory for all frames at once, they are drawn one by one, and the batch says what
  // fails.
  if (!*buffer) *buffer = gst_buffer_new_allocate (nullptr, self_of (pool)->size, nullptr);
  return *buffer ? GST_FLOW_OK : GST_FLOW_ERROR;
}

void finalize (GObject *object)
{
  delete self_of (object)->slices;
  G_OBJECT_CLASS (parent_class)->finalize (object);
}

void init_class (gpointer klass, gpointer)
{
  parent_class = g_type_class_peek_parent (klass);
  G_OBJECT_CLASS (klass)->finalize = finalize;
  GST_BUFFER_POOL_CLASS (klass)->set_config = set_config;
  GST_BUFFER_POOL_CLASS (klass)->alloc_buffer = alloc_buffer;
}

GType slice_pool_get_type ()
{
  static const GType type = g_type_register_static_simple (
      GST_TYPE_BUFFER_POOL, "QuadTensorSlicePool", sizeof (SlicePoolClass), init_class,
      sizeof (SlicePool), nullptr, GTypeFlags{});
  return type;
}

GstPadProbeReturn answer (GstPad *, GstPadProbeInfo *info, gpointer data)
{
  GstQuery *query = GST_PAD_PROBE_INFO_QUERY (info);
  if (GST_QUERY_TYPE (query) != GST_QUERY_ALLOCATION) return GST_PAD_PROBE_OK;
  GstCaps *caps = nullptr;
  gboolean need_pool = FALSE;
  gst_query_parse_allocation (query, &caps, &need_pool);
  GstVideoInfo video;
  if (!caps || !need_pool || !gst_video_info_from_caps (&video, caps) ||
      !gst_caps_features_is_equal (gst_caps_get_features (caps, 0),
                                   GST_CAPS_FEATURES_MEMORY_SYSTEM_MEMORY))
    return GST_PAD_PROBE_OK;
  const Owned<GstBufferPool> pool{GST_BUFFER_POOL (g_object_new (slice_pool_get_type (), nullptr))};
  self_of (pool.get ())->slices =
      new std::shared_ptr<Slices>{*static_cast<std::shared_ptr<Slices> *> (data)};
  const auto size = guint (GST_VIDEO_INFO_SIZE (&video));
  GstStructure *config = gst_buffer_pool_get_config (pool.get ());
  gst_buffer_pool_config_set_params (config, caps, size, 0, 0);
  gst_buffer_pool_set_config (pool.get (), config);
  gst_query_add_allocation_pool (query, pool.get (), size, 0, 0);
  return GST_PAD_PROBE_HANDLED;
}

}  // namespace

void offer_slices (GstPad *pad, const std::shared_ptr<Slices> &slices)
{
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM, answer,
                     new std::shared_ptr<Slices>{slices},
                     [] (gpointer data) { delete static_cast<std::shared_ptr<Slices> *> (data); });
}

}  // namespace quad::tensor
