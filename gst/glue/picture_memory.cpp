#include "glue/picture_memory.h"

#include <cstring>
#include <memory>
#include <mutex>
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

 private:
  Owned<GstMemory> memory_;
  GstMapInfo map_{};
};

std::shared_ptr<Block> new_block (gsize size, GstAllocationParams params)
{
  auto block =
      std::make_shared<Block> (Owned<GstMemory>{gst_allocator_alloc (nullptr, size, &params)});
  return block->map () ? block : nullptr;
}

std::shared_ptr<Block> copy_of (const Block &block)
{
  const GstMemory &memory = block.memory ();
  auto copy = new_block (memory.maxsize, {GstMemoryFlags{}, memory.align, 0, 0, {}});
  if (copy) std::memcpy (copy->bytes (), block.bytes (), memory.maxsize);
  return copy;
}

struct PictureMemory {
  GstMemory base;
  std::mutex lock;
  std::shared_ptr<Block> block;
  int maps = 0;
};

PictureMemory &self_of (GstMemory *memory) { return *reinterpret_cast<PictureMemory *> (memory); }

GstMemory *make (GstAllocator *allocator, std::shared_ptr<Block> block, GstMemoryFlags flags,
                 gsize offset, gsize size)
{
  auto *made = new PictureMemory{};
  gst_memory_init (&made->base, flags, allocator, nullptr, block->memory ().maxsize,
                   block->memory ().align, offset, size);
  made->block = std::move (block);
  return &made->base;
}

GstMemory *allocate (GstAllocator *allocator, gsize size, GstAllocationParams *params)
{
  const auto block = new_block (size, *params);
  return block ? make (allocator, block, params->flags, block->memory ().offset, size) : nullptr;
}

void free_memory (GstAllocator *, GstMemory *memory) { delete &self_of (memory); }

gpointer map (GstMemory *memory, GstMapInfo *info, gsize)
{
  PictureMemory &self = self_of (memory);
  const std::lock_guard guard (self.lock);
  if ((info->flags & GST_MAP_WRITE) && self.maps == 0 && self.block.use_count () > 1) {
    auto own = copy_of (*self.block);
    if (!own) return nullptr;
    self.block = std::move (own);
  }
  self.maps++;
  return self.block->bytes ();
}

void unmap (GstMemory *memory, GstMapInfo *)
{
  PictureMemory &self = self_of (memory);
  const std::lock_guard guard (self.lock);
  self.maps--;
}

GstMemory *copy (GstMemory *memory, gssize offset, gssize size)
{
  PictureMemory &self = self_of (memory);
  const std::lock_guard guard (self.lock);
  return make (memory->allocator, self.block, GstMemoryFlags{}, memory->offset + gsize (offset),
               size < 0 ? memory->size - gsize (offset) : gsize (size));
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
  self->mem_share = copy;
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

void offer_picture_memory (GstQuery *allocation)
{
  GstAllocationParams params;
  gst_allocation_params_init (&params);
  gst_query_add_allocation_param (allocation, allocator (), &params);
}

}  // namespace quad
