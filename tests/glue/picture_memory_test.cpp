#include "glue/picture_memory.h"

#include <gtest/gtest.h>

#include <cstring>

#include "glue/owned.h"

namespace quad::test {
namespace {

constexpr gsize kSize = 1000;

// As an element's upstream gets it.
Owned<GstAllocator> offered ()
{
  const Owned<GstCaps> caps{gst_caps_new_empty_simple ("video/x-raw")};
  const Owned<GstQuery> query{gst_query_new_allocation (caps.get (), TRUE)};
  offer_picture_memory (query.get ());
  GstAllocator *allocator = nullptr;
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
