#include "tensor/mapping.h"

#include <algorithm>
#include <map>
#include <mutex>

namespace quad::tensor {
namespace {

// The mappings that there are, by the first memory of their buffers.
struct Registry {
  std::mutex mutex;
  std::map<const GstMemory *, std::weak_ptr<const Mapping>> mappings;
};

// Never destroyed, because frames may be freed after static objects when the program ends.
Registry &registry ()
{
  static auto *made = new Registry;
  return *made;
}

const GstMemory *first_memory (GstBuffer *buffer)
{
  return gst_buffer_n_memory (buffer) > 0 ? gst_buffer_peek_memory (buffer, 0) : nullptr;
}

bool same_memory (GstBuffer *a, GstBuffer *b)
{
  const guint n = gst_buffer_n_memory (a);
  if (n != gst_buffer_n_memory (b)) return false;
  for (guint i = 0; i < n; i++)
    if (gst_buffer_peek_memory (a, i) != gst_buffer_peek_memory (b, i)) return false;
  return true;
}

// Whether the planes lie alike, as far as it is the buffer that says where.
bool same_layout (GstBuffer *a, GstBuffer *b)
{
  const GstVideoMeta *one = gst_buffer_get_video_meta (a), *other = gst_buffer_get_video_meta (b);
  if (!one || !other) return one == other;
  return one->format == other->format && one->width == other->width &&
         one->height == other->height && one->n_planes == other->n_planes &&
         one->map == other->map &&
         std::equal (one->offset, one->offset + one->n_planes, other->offset) &&
         std::equal (one->stride, one->stride + one->n_planes, other->stride);
}

}  // namespace

std::shared_ptr<const Mapping> Mapping::of (GstBuffer *buffer, const GstVideoInfo &info,
                                            Memory memory, const char *&problem)
{
  const GstMemory *first = first_memory (buffer);
  std::shared_ptr<const Mapping> found;
  {
    const std::lock_guard lock (registry ().mutex);
    if (const auto at = registry ().mappings.find (first); at != registry ().mappings.end ())
      found = at->second.lock ();
  }
  if (found && same_memory (found->buffer_.get (), buffer) &&
      same_layout (found->buffer_.get (), buffer) && gst_video_info_is_equal (&found->info_, &info))
    return found;
  const auto made = std::make_shared<Mapping> (info, buffer, memory, first);
  if (!made->mapped_) {
    problem = made->mapped_.problem ();
    return nullptr;
  }
  const std::lock_guard lock (registry ().mutex);
  registry ().mappings[first] = made;
  return made;
}

Mapping::Mapping (const GstVideoInfo &info, GstBuffer *buffer, Memory memory,
                  const GstMemory *first)
    : info_{info}, first_{first}, mapped_{info, buffer, GST_MAP_READ, memory}
{
  // Not before it is mapped: with one more reference the buffer could not be changed by that.
  buffer_.reset (gst_buffer_ref (buffer));
}

Mapping::~Mapping ()
{
  // Another mapping of the memory may have taken the place of this one.
  const std::lock_guard lock (registry ().mutex);
  const auto at = registry ().mappings.find (first_);
  if (at != registry ().mappings.end () && at->second.expired ()) registry ().mappings.erase (at);
}

}  // namespace quad::tensor
