#include "glue/picture_memory.h"

#include <gtest/gtest.h>

#include <cstring>

#include "glue/owned.h"

namespace quad::test {
namespace {

constexpr gsize kSize = 1000;

// As an element's upstream gets it.
Owned<GstAllocator> offered (GstVideoFormat format = GST_VIDEO_FORMAT_I420)
{
  GstVideoInfo info;
  gst_video_info_set_format (&info, format, 16, 16);
  const Owned<GstCaps> caps{gst_video_info_to_caps (&info)};
  const Owned<GstQuery> query{gst_query_new_allocation (caps.get (), TRUE)};
  offer_picture_memory (query.get (), info);
  GstAllocator *allocator = nullptr;
  if (gst_query_get_n_allocation_params (query.get ()))
    gst_query_parse_nth_allocation_param (query.get (), 0, &allocator, nullptr);
  return Owned<GstAllocator>{allocator};
}

Owned<GstBuffer> picture (guint8 value, GstAllocationParams params = {})
{
  const Owned<GstAllocator> allocator = offered ();
  Owned<GstBuffer> buffer{gst_buffer_new_allocate (allocator.get (), kSize, &params)};
  gst_buffer_memset (buffer.get (), 0, value, kSize);
  return buffer;
}

class Mapped {
 public:
  Mapped (const Owned<GstBuffer> &buffer, GstMapFlags flags) : buffer_{buffer.get ()}
  {
    gst_buffer_map (buffer_, &map_, flags);
  }
  Mapped (const Mapped &) = delete;
  Mapped &operator= (const Mapped &) = delete;
  ~Mapped () { gst_buffer_unmap (buffer_, &map_); }
  guint8 *data () const { return map_.data; }

 private:
  GstBuffer *buffer_;
  GstMapInfo map_{};
};

const guint8 *bytes_of (const Owned<GstBuffer> &buffer)
{
  return Mapped{buffer, GST_MAP_READ}.data ();
}

void expect_all (const Owned<GstBuffer> &buffer, guint8 value)
{
  const Mapped map{buffer, GST_MAP_READ};
  for (gsize i = 0; i < kSize; i++) ASSERT_EQ (map.data ()[i], value) << i;
}

// What a decoder shows and lets go of.
Owned<GstBuffer> shown_of (const Owned<GstBuffer> &held)
{
  const Mapped decoder{held, GST_MAP_READWRITE};
  return Owned<GstBuffer>{gst_buffer_copy (held.get ())};
}

// What gst_video_decoder_finish_frame () does with a picture that its decoder holds.
TEST (PictureMemory, CopyOfWhatIsMappedForWritingIsTheSameBytes)
{
  Owned<GstBuffer> held = picture (1);
  {
    const Mapped decoder{held, GST_MAP_READWRITE};
    const Owned<GstBuffer> shown{gst_buffer_make_writable (gst_buffer_ref (held.get ()))};
    ASSERT_NE (shown.get (), held.get ());
    EXPECT_EQ (bytes_of (shown), decoder.data ());
    expect_all (shown, 1);
  }
}

TEST (PictureMemory, BytesOutliveTheirPicture)
{
  Owned<GstBuffer> held = picture (2);
  const Owned<GstBuffer> shown = shown_of (held);
  held.reset ();
  expect_all (shown, 2);
}

// A pool hands the buffer out again while its last picture is still read.
TEST (PictureMemory, NextPictureHasOtherBytes)
{
  Owned<GstBuffer> held = picture (3);
  Owned<GstBuffer> shown = shown_of (held);
  gst_buffer_memset (held.get (), 0, 4, kSize);
  expect_all (shown, 3);
  expect_all (held, 4);
  const guint8 *mine = bytes_of (held);
  shown.reset ();
  gst_buffer_memset (held.get (), 0, 5, kSize);
  EXPECT_EQ (bytes_of (held), mine);
}

TEST (PictureMemory, WhoWritesToACopyHasBytesOfItsOwn)
{
  const Owned<GstBuffer> held = picture (6);
  const Mapped decoder{held, GST_MAP_READWRITE};
  const Owned<GstBuffer> shown{gst_buffer_copy (held.get ())};
  {
    const Mapped writer{shown, GST_MAP_READWRITE};
    EXPECT_NE (writer.data (), decoder.data ());
    EXPECT_EQ (writer.data ()[kSize - 1], 6);
    std::memset (writer.data (), 7, kSize);
  }
  EXPECT_EQ (decoder.data ()[0], 6);
  expect_all (shown, 7);
}

// FFmpeg's decoder of GIFs draws over what it has shown.
TEST (PictureMemory, IsForYuvAlone)
{
  for (const GstVideoFormat format : {GST_VIDEO_FORMAT_I420, GST_VIDEO_FORMAT_NV12,
                                      GST_VIDEO_FORMAT_Y444_10LE, GST_VIDEO_FORMAT_I422_10LE})
    EXPECT_TRUE (offered (format)) << gst_video_format_to_string (format);
  for (const GstVideoFormat format : {GST_VIDEO_FORMAT_RGB, GST_VIDEO_FORMAT_BGRA,
                                      GST_VIDEO_FORMAT_RGB8P, GST_VIDEO_FORMAT_GRAY8})
    EXPECT_FALSE (offered (format)) << gst_video_format_to_string (format);
}

// Who reads keeps what it reads, and its picture, which is written to then, is not that of the
// copy.
TEST (PictureMemory, WriterBesideAReader)
{
  const Owned<GstAllocator> allocator = offered ();
  const Owned<GstMemory> memory{gst_allocator_alloc (allocator.get (), kSize, nullptr)};
  GstMapInfo write, read, again;
  ASSERT_TRUE (gst_memory_map (memory.get (), &write, GST_MAP_READWRITE));
  std::memset (write.data, 1, kSize);
  ASSERT_TRUE (gst_memory_map (memory.get (), &read, GST_MAP_READ));
  gst_memory_unmap (memory.get (), &write);
  const Owned<GstMemory> copy{gst_memory_copy (memory.get (), 0, -1)};
  ASSERT_TRUE (gst_memory_map (memory.get (), &again, GST_MAP_READWRITE));
  std::memset (again.data, 2, kSize);
  gst_memory_unmap (memory.get (), &again);
  EXPECT_EQ (read.data[0], 1);
  // Nor does a copy that nobody else has write to what is still read.
  ASSERT_TRUE (gst_memory_map (copy.get (), &again, GST_MAP_READWRITE));
  again.data[0] = 3;
  EXPECT_EQ (read.data[0], 1);
  again.data[0] = 1;
  gst_memory_unmap (copy.get (), &again);
  gst_memory_unmap (memory.get (), &read);
  ASSERT_TRUE (gst_memory_map (copy.get (), &read, GST_MAP_READ));
  EXPECT_EQ (read.data[kSize - 1], 1);
  gst_memory_unmap (copy.get (), &read);
}

gsize largest_allocation = 0;

// The system's allocator while this lives, which notes what is asked of it.
class Noting {
 public:
  Noting ()
  {
    static const GType type = g_type_register_static_simple (
        GST_TYPE_ALLOCATOR, "NotingAllocator", sizeof (GstAllocatorClass),
        [] (gpointer klass, gpointer) { GST_ALLOCATOR_CLASS (klass)->alloc = note; },
        sizeof (GstAllocator), nullptr, GTypeFlags{});
    largest_allocation = 0;
    gst_allocator_set_default (
        static_cast<GstAllocator *> (gst_object_ref_sink (g_object_new (type, nullptr))));
  }
  Noting (const Noting &) = delete;
  Noting &operator= (const Noting &) = delete;
  ~Noting () { gst_allocator_set_default (gst_allocator_find (GST_ALLOCATOR_SYSMEM)); }

 private:
  static GstMemory *note (GstAllocator *, gsize size, GstAllocationParams *params)
  {
    largest_allocation = MAX (largest_allocation, size);
    const Owned<GstAllocator> system{gst_allocator_find (GST_ALLOCATOR_SYSMEM)};
    return gst_allocator_alloc (system.get (), size, params);
  }
};

// A pool's picture that is written to again and again while its last one is read.
TEST (PictureMemory, KeepsItsSize)
{
  const Owned<GstBuffer> held = picture (1);
  Owned<GstBuffer> shown;
  const Noting noting;
  for (int i = 0; i < 100; i++) {
    shown = shown_of (held);
    gst_buffer_memset (held.get (), 0, guint8 (i), kSize);
    ASSERT_LE (largest_allocation, kSize + 64) << i;
  }
  EXPECT_GE (largest_allocation, kSize);
}

TEST (PictureMemory, SmallPartDoesNotKeepThePicture)
{
  const Owned<GstBuffer> held = picture (5);
  GstMemory *memory = gst_buffer_peek_memory (held.get (), 0);
  const Owned<GstMemory> part{gst_memory_copy (memory, 100, 50)};
  EXPECT_LT (part->maxsize, kSize);
  EXPECT_EQ (part->size, 50U);
  GstMapInfo map;
  ASSERT_TRUE (gst_memory_map (part.get (), &map, GST_MAP_READ));
  EXPECT_EQ (map.data[49], 5);
  gst_memory_unmap (part.get (), &map);
}

TEST (PictureMemory, PartsAndCopiesOfAnyDepth)
{
  Owned<GstBuffer> held = picture (0);
  {
    const Mapped map{held, GST_MAP_WRITE};
    for (gsize i = 0; i < kSize; i++) map.data ()[i] = static_cast<guint8> (i);
  }
  const Owned<GstBuffer> deep{gst_buffer_copy_deep (held.get ())};
  const Owned<GstBuffer> part{
      gst_buffer_copy_region (held.get (), GST_BUFFER_COPY_MEMORY, 100, 50)};
  const Owned<GstBuffer> part_of_part{
      gst_buffer_copy_region (part.get (), GST_BUFFER_COPY_MEMORY, 10, 20)};
  gst_buffer_memset (held.get (), 0, 9, kSize);
  EXPECT_EQ (gst_buffer_get_size (part_of_part.get ()), 20U);
  EXPECT_EQ (bytes_of (part)[0], 100);
  EXPECT_EQ (bytes_of (part_of_part)[0], 110);
  EXPECT_EQ (bytes_of (deep)[kSize - 1], static_cast<guint8> (kSize - 1));
  expect_all (held, 9);
}

TEST (PictureMemory, AsTheParametersSay)
{
  constexpr gsize kPrefix = 64, kPadding = 32, kAlign = 63;
  GstAllocationParams params;
  gst_allocation_params_init (&params);
  params.flags =
      static_cast<GstMemoryFlags> (GST_MEMORY_FLAG_ZERO_PREFIXED | GST_MEMORY_FLAG_ZERO_PADDED);
  params.prefix = kPrefix, params.padding = kPadding, params.align = kAlign;
  const Owned<GstBuffer> buffer = picture (8, params);
  gsize offset = 0, most = 0;
  EXPECT_EQ (gst_buffer_get_sizes (buffer.get (), &offset, &most), kSize);
  EXPECT_EQ (offset, kPrefix);
  EXPECT_GE (most, kPrefix + kSize + kPadding);
  const guint8 *bytes = bytes_of (buffer);
  EXPECT_EQ (reinterpret_cast<guintptr> (bytes) & kAlign, 0U);
  EXPECT_EQ (bytes[-1], 0);
  EXPECT_EQ (bytes[kSize], 0);
  const Owned<GstBuffer> copy{gst_buffer_copy_deep (buffer.get ())};
  gst_buffer_memset (copy.get (), 0, 9, kSize);
  EXPECT_EQ (reinterpret_cast<guintptr> (bytes_of (copy)) & kAlign, 0U);
  expect_all (buffer, 8);
}

}  // namespace
}  // namespace quad::test
