#include "glue/picture_memory.h"

#include <atomic>
#include <cstring>
#include <memory>
#include <mutex>
#include <new>
#include <utility>

#include "glue/owned.h"

namespace quad {
namespace {

// Memory of the system, mapped as long as it lives.
class Block {
 public:
  explicit Block (Owned<GstMemory> memory) : memory_{std::move (memory)} {}
  Block (const Block &) = delete;
  Block &operator= (const Block &) = delete;
  ~Block ()
  {
    if (map_.data) gst_memory_unmap (memory_.get (), &map_);
  }

  bool map () { return memory_ && gst_memory_map (memory_.get (), &map_, GST_MAP_READWRITE); }
  const GstMemory &memory () const { return *memory_; }
  // Where the offset is 0.
  guint8 *bytes () const { return map_.data - memory_->offset; }

  // How many memories have these bytes, and how often they are mapped. Who finds that nobody else
  // uses them sees what the others did.
  void join () { users_.fetch_add (1, std::memory_order_relaxed); }
  void leave () { users_.fetch_sub (1, std::memory_order_release); }
  int users () const { return users_.load (std::memory_order_acquire); }

 private:
  Owned<GstMemory> memory_;
  GstMapInfo map_{};
  std::atomic<int> users_{0};
};

std::shared_ptr<Block> new_block (gsize size, GstAllocationParams params)
{
  auto block =
      std::make_shared<Block> (Owned<GstMemory>{gst_allocator_alloc (nullptr, size, &params)});
  return block->map () ? block : nullptr;
}

struct PictureMemory {
  ~PictureMemory () { block->leave (); }

  bool is_shared () const { return block->users () > 1 + maps; }
  // The same bytes for itself alone.
  bool part ()
  {
    auto own = new_block (base.maxsize, {GstMemoryFlags{}, base.align, 0, 0, {}});
    if (!own) return false;
    std::memcpy (own->bytes (), block->bytes (), base.maxsize);
    own->join ();
    block->leave ();
    block = std::move (own);
    maps = 0;
    return true;
  }

  GstMemory base;
  std::mutex lock;
  std::shared_ptr<Block> block;
  int maps = 0;     // of `block`
  int writers = 0;  // who have it mapped
};

// Lies in GstMapInfo::user_data, so that nothing is allocated.
using Mapped = std::shared_ptr<Block>;
static_assert (sizeof (Mapped) <= sizeof (GstMapInfo::user_data));

PictureMemory &self_of (GstMemory *memory) { return *reinterpret_cast<PictureMemory *> (memory); }

GstMemory *make (GstAllocator *allocator, std::shared_ptr<Block> block, GstMemoryFlags flags,
                 gsize maxsize, gsize offset, gsize size)
{
  auto *made = new PictureMemory{};
  gst_memory_init (&made->base, flags, allocator, nullptr, maxsize, block->memory ().align, offset,
                   size);
  block->join ();
  made->block = std::move (block);
  return &made->base;
}

GstMemory *allocate (GstAllocator *allocator, gsize size, GstAllocationParams *params)
{
  const auto block = new_block (size, *params);
  if (!block) return nullptr;
  const GstMemory &memory = block->memory ();
  return make (allocator, block, params->flags, memory.maxsize, memory.offset, size);
}

void free_memory (GstAllocator *, GstMemory *memory) { delete &self_of (memory); }

gpointer map (GstMemory *memory, GstMapInfo *info, gsize)
{
  PictureMemory &self = self_of (memory);
  const std::lock_guard guard (self.lock);
  const bool writes = info->flags & GST_MAP_WRITE;
  if (writes && self.writers == 0 && self.is_shared () && !self.part ()) return nullptr;
  if (writes) self.writers++;
  self.maps++;
  self.block->join ();
  // Who reads goes on reading there when a writer gets other bytes.
  return (new (info->user_data) Mapped{self.block})->get ()->bytes ();
}

void unmap (GstMemory *memory, GstMapInfo *info)
{
  PictureMemory &self = self_of (memory);
  Mapped &mapped = *std::launder (reinterpret_cast<Mapped *> (info->user_data));
  const std::lock_guard guard (self.lock);
  if (info->flags & GST_MAP_WRITE) self.writers--;
  if (mapped == self.block) self.maps--;
  mapped->leave ();
  std::destroy_at (&mapped);
}

GstMemory *share (GstMemory *memory, gssize offset, gssize size)
{
  PictureMemory &self = self_of (memory);
  const std::lock_guard guard (self.lock);
  return make (memory->allocator, self.block, GstMemoryFlags{}, memory->maxsize,
               memory->offset + gsize (offset),
               size < 0 ? memory->size - gsize (offset) : gsize (size));
}

// A small part of a picture does not keep all of it.
GstMemory *copy (GstMemory *memory, gssize offset, gssize size)
{
  if (offset == 0 && (size < 0 || gsize (size) == memory->size))
    return share (memory, offset, size);
  PictureMemory &self = self_of (memory);
  const gsize bytes = size < 0 ? memory->size - gsize (offset) : gsize (size);
  GstAllocationParams params{GstMemoryFlags{}, memory->align, 0, 0, {}};
  Owned<GstMemory> made{gst_allocator_alloc (nullptr, bytes, &params)};
  GstMapInfo to;
  if (!made || !gst_memory_map (made.get (), &to, GST_MAP_WRITE)) return nullptr;
  {
    // Who has it mapped for writing would keep it from being mapped for reading.
    const std::lock_guard guard (self.lock);
    std::memcpy (to.data, self.block->bytes () + memory->offset + offset, bytes);
  }
  gst_memory_unmap (made.get (), &to);
  return made.release ();
}

void init_class (gpointer klass, gpointer)
{
  GST_ALLOCATOR_CLASS (klass)->alloc = allocate;
  GST_ALLOCATOR_CLASS (klass)->free = free_memory;
}

void init (GTypeInstance *instance, gpointer)
{
  auto *self = reinterpret_cast<GstAllocator *> (instance);
  self->mem_type = "QuadPictureMemory";
  self->mem_map_full = map;
  self->mem_unmap_full = unmap;
  self->mem_copy = copy;
  self->mem_share = share;
  // vp9dec, which maps its pictures for reading after they are drawn, leaves such allocators alone.
  GST_OBJECT_FLAGS (self) |= GST_ALLOCATOR_FLAG_CUSTOM_ALLOC;
  GST_OBJECT_FLAGS (self) |= GST_OBJECT_FLAG_MAY_BE_LEAKED;
}

// One for all, which is never freed.
GstAllocator *allocator ()
{
  static GstAllocator *const only = [] {
    const GType type = g_type_register_static_simple (GST_TYPE_ALLOCATOR, "QuadPictureAllocator",
                                                      sizeof (GstAllocatorClass), init_class,
                                                      sizeof (GstAllocator), init, GTypeFlags{});
    return static_cast<GstAllocator *> (gst_object_ref_sink (g_object_new (type, nullptr)));
  }();
  return only;
}

}  // namespace

void offer_picture_memory (GstQuery *allocation, const GstVideoInfo &info)
{
  if (!GST_VIDEO_INFO_IS_YUV (&info)) return;
  GstAllocationParams params;
  gst_allocation_params_init (&params);
  gst_query_add_allocation_param (allocation, allocator (), &params);
}

}  // namespace quad
