#include "elsewhere.h"

#include <cstring>
#include <deque>
#include <functional>

#include "glue/converted_tile.h"
#include "glue/video.h"
#include "host/host_renderer.h"

namespace {

constexpr const char *kType = "ElsewhereMemory";
constexpr int kMapFlag = int{GST_MAP_FLAG_LAST} << 1;

struct ElsewhereMemory {
  GstMemory parent;
  guint8 *data;
};

struct ElsewhereAllocator {
  GstAllocator parent;
};
struct ElsewhereAllocatorClass {
  GstAllocatorClass parent_class;
};
GType elsewhere_allocator_get_type ();
G_DEFINE_TYPE (ElsewhereAllocator, elsewhere_allocator, GST_TYPE_ALLOCATOR)

ElsewhereMemory *as_ours (GstMemory *memory)
{
  return reinterpret_cast<ElsewhereMemory *> (memory);
}

GstMemory *allocate (GstAllocator *allocator, gsize size, GstAllocationParams *)
{
  auto *memory = g_new0 (ElsewhereMemory, 1);
  gst_memory_init (GST_MEMORY_CAST (memory), GST_MEMORY_FLAG_NO_SHARE, allocator, nullptr, size, 0,
                   0, size);
  memory->data = static_cast<guint8 *> (g_malloc (size));
  return GST_MEMORY_CAST (memory);
}

void release (GstAllocator *, GstMemory *memory)
{
  g_free (as_ours (memory)->data);
  g_free (memory);
}

// Other code cannot read it as host memory.
gpointer map (GstMemory *memory, GstMapInfo *info, gsize)
{
  // Our flag is no value of the enumeration, so it is read as a number.
  int flags = 0;
  static_assert (sizeof flags == sizeof info->flags);
  std::memcpy (&flags, &info->flags, sizeof flags);
  return flags & kMapFlag ? as_ours (memory)->data : nullptr;
}

void elsewhere_allocator_class_init (ElsewhereAllocatorClass *klass)
{
  klass->parent_class.alloc = allocate;
  klass->parent_class.free = release;
}

void elsewhere_allocator_init (ElsewhereAllocator *self)
{
  GST_ALLOCATOR (self)->mem_type = kType;
  GST_ALLOCATOR (self)->mem_map_full = map;
  GST_ALLOCATOR (self)->mem_unmap_full = [] (GstMemory *, GstMapInfo *) {};
  GST_OBJECT_FLAG_SET (self, GST_ALLOCATOR_FLAG_CUSTOM_ALLOC);
}

GstAllocator *the_allocator ()
{
  static auto *const allocator = static_cast<GstAllocator *> (
      gst_object_ref_sink (g_object_new (elsewhere_allocator_get_type (), nullptr)));
  return allocator;
}

std::atomic<int> waits{0};
std::atomic<bool> can_draw{true};

}  // namespace

namespace quad::test {
namespace {

using Queue = std::deque<std::function<void ()>>;

FrameView in (Memory memory, FrameView view)
{
  view.memory = memory;
  return view;
}

Scene on_host (Scene scene)
{
  for (Tile &t : scene.tiles) t.source.memory = Memory::host;
  return scene;
}

// The host's renderer, later.
class QueuedRenderer : public Renderer {
 public:
  explicit QueuedRenderer (std::shared_ptr<Queue> queue) : queue_ (std::move (queue)) {}

  Memory memory () const override { return kElsewhere; }
  Status prepare (const Scene &scene) override
  {
    if (const Status s = check_scene (scene, kElsewhere, false); s != Status::ok) return s;
    return inner_->prepare (on_host (scene));
  }
  Status draw (const Scene &scene, const FrameView &out) override
  {
    queue_->push_back ([inner = inner_, scene = on_host (scene), out = in (Memory::host, out)] {
      if (inner->prepare (scene) != Status::ok || inner->draw (scene, out) != Status::ok)
        g_error ("a queued scene was not drawn");
    });
    return Status::ok;
  }

 private:
  std::shared_ptr<Queue> queue_;
  std::shared_ptr<Renderer> inner_ = host::make_host_renderer ({});
};

class Copies : public Adapter {
 public:
  explicit Copies (std::shared_ptr<Queue> queue) : renderer_ (std::move (queue)) {}

  Status download (const Tile &tile, const GstVideoInfo &from, MappedFrame *&frame,
                   GstVideoInfo &info) override
  {
    Scene scene = {.format = tile.source.format,
                   .canvas = tile.target.size (),
                   .site = tile.site,
                   .tiles = {tile}};
    scene.tiles[0].target = rect_of (scene.canvas);
    scene.tiles[0].alpha = 255;
    scene.tiles[0].blend = Blend::source;
    if (!resized (from, scene.canvas, info) || !reserve (info)) return Status::out_of_memory;
    if (const Status s = renderer_.prepare (scene); s != Status::ok) return s;
    frame = frame_.get ();
    return renderer_.draw (scene, frame->view ());
  }
  Status upload (const FrameView &picture, FrameView &copy) override
  {
    GstVideoInfo info;
    if (!gst_video_info_set_format (&info, to_gst (picture.format), guint (picture.size.width),
                                    guint (picture.size.height)) ||
        !reserve (info))
      return Status::out_of_memory;
    copy = in (kElsewhere, frame_->view ());
    const FormatInfo &format = info_of (picture.format);
    for (int p = 0; p < format.planes; p++) {
      const PlaneView &a = picture.plane[std::size_t (p)], &b = copy.plane[std::size_t (p)];
      for (int y = 0; y < a.size.height; y++)
        std::memcpy (b.row (y), a.row (y),
                     std::size_t (a.size.width * format.bytes_per_position (p)));
    }
    return Status::ok;
  }

 private:
  bool reserve (const GstVideoInfo &info)
  {
    frame_.reset ();
    buffer_.reset (gst_buffer_new_allocate (nullptr, GST_VIDEO_INFO_SIZE (&info), nullptr));
    frame_ = std::make_unique<MappedFrame> (info, buffer_.get (), GST_MAP_READWRITE);
    return bool{*frame_};
  }

  QueuedRenderer renderer_;
  Owned<GstBuffer> buffer_;
  std::unique_ptr<MappedFrame> frame_;
};

bool lies_elsewhere (GstBuffer *buffer)
{
  return gst_buffer_n_memory (buffer) > 0 &&
         gst_memory_is_type (gst_buffer_peek_memory (buffer, 0), kType);
}

Owned<GstBufferPool> pool_for (GstCaps *caps, guint size, guint min)
{
  Owned<GstBufferPool> pool{gst_video_buffer_pool_new ()};
  GstStructure *config = gst_buffer_pool_get_config (pool.get ());
  gst_buffer_pool_config_set_params (config, caps, size, min, 0);
  gst_buffer_pool_config_set_allocator (config, the_allocator (), nullptr);
  if (!gst_buffer_pool_set_config (pool.get (), config)) pool.reset ();
  return pool;
}

class Elsewhere : public Backend {
 public:
  std::unique_ptr<Renderer> make_renderer (Threads &) override
  {
    if (!can_draw) return nullptr;
    return std::make_unique<QueuedRenderer> (queue_);
  }
  std::unique_ptr<Adapter> make_adapter () override { return std::make_unique<Copies> (queue_); }
  bool decide (GstQuery *query) override
  {
    GstCaps *caps = nullptr;
    gst_query_parse_allocation (query, &caps, nullptr);
    GstVideoInfo info;
    if (!caps || !gst_video_info_from_caps (&info, caps)) return false;
    const guint size = static_cast<guint> (GST_VIDEO_INFO_SIZE (&info));
    while (gst_query_get_n_allocation_pools (query) > 0)
      gst_query_remove_nth_allocation_pool (query, 0);
    gst_query_add_allocation_pool (query, pool_for (caps, size, 0).get (), size, 0, 0);
    // The base classes configure the pool with the query's first allocator.
    while (gst_query_get_n_allocation_params (query) > 0)
      gst_query_remove_nth_allocation_param (query, 0);
    gst_query_add_allocation_param (query, the_allocator (), nullptr);
    return true;
  }
  const char *problem_of (GstBuffer *buffer) override
  {
    return lies_elsewhere (buffer) ? nullptr : "does not lie elsewhere, as its caps say";
  }
  Status end (std::span<GstBuffer *const>, GstBuffer *) override
  {
    waits++;
    for (; !queue_->empty (); queue_->pop_front ()) queue_->front () ();
    return Status::ok;
  }

 private:
  std::shared_ptr<Queue> queue_ = std::make_shared<Queue> ();
};

}  // namespace

BackendRow elsewhere_row ()
{
  return {.memory = kElsewhere,
          .feature = kElsewhereFeature,
          .name = "elsewhere",
          .download = "elsewheredownload",
          .converter = "elsewhereconvert",
          .holds = lies_elsewhere,
          .converts = [] (const GstVideoInfo &, const GstVideoInfo &) { return false; },
          .make = [] (GstElement *) -> std::unique_ptr<Backend> {
            return std::make_unique<Elsewhere> ();
          }};
}

Owned<GstBuffer> to_elsewhere (GstBuffer *frame)
{
  Owned<GstBuffer> copy{gst_buffer_new ()};
  GstMemory *memory = allocate (the_allocator (), gst_buffer_get_size (frame), nullptr);
  gst_buffer_extract (frame, 0, as_ours (memory)->data, gst_buffer_get_size (frame));
  gst_buffer_append_memory (copy.get (), memory);
  gst_buffer_copy_into (copy.get (), frame, GST_BUFFER_COPY_TIMESTAMPS, 0, static_cast<gsize> (-1));
  return copy;
}

Owned<GstBuffer> from_elsewhere (GstBuffer *frame)
{
  if (!lies_elsewhere (frame)) return Owned<GstBuffer>{gst_buffer_ref (frame)};
  GstMemory *memory = gst_buffer_peek_memory (frame, 0);
  Owned<GstBuffer> copy{gst_buffer_new_allocate (nullptr, memory->size, nullptr)};
  gst_buffer_fill (copy.get (), 0, as_ours (memory)->data, memory->size);
  return copy;
}

int waits_elsewhere () { return waits; }

void let_draw_elsewhere (bool can) { can_draw = can; }

}  // namespace quad::test
