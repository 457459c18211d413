// Buffers are checked against their caps and mapped; nothing outside of their memory is reachable.
#include "glue/frame.h"

#include <gtest/gtest.h>

#include <array>
#include <numeric>

#include "core/renderer.h"
#include "glue/video.h"
#include "support/gst_helpers.h"

using namespace quad;
using namespace quad::test;

namespace {

constexpr const char *kContradicts =
    "has a video meta of another format, or a smaller size, than its caps";
constexpr const char *kUnmappable = "is smaller than its caps say, or its memory cannot be mapped";
constexpr const char *kOutside = "is smaller than its caps and strides say";

GstVideoInfo info_of (GstVideoFormat format, int width, int height)
{
  GstVideoInfo info;
  gst_video_info_set_format (&info, format, guint (width), guint (height));
  return info;
}

// `size` bytes: 0, 1, 2 ...
Owned<GstBuffer> counted (gsize size)
{
  Owned<GstBuffer> buffer{gst_buffer_new_allocate (nullptr, size, nullptr)};
  GstMapInfo map;
  gst_buffer_map (buffer.get (), &map, GST_MAP_WRITE);
  std::iota (map.data, map.data + size, guint8{0});
  gst_buffer_unmap (buffer.get (), &map);
  return buffer;
}

using Offsets = std::array<gsize, GST_VIDEO_MAX_PLANES>;
using Strides = std::array<gint, GST_VIDEO_MAX_PLANES>;

void lay_out (const Owned<GstBuffer> &buffer, GstVideoFormat format, int width, int height,
              Offsets offset, Strides stride)
{
  gst_buffer_add_video_meta_full (buffer.get (), GST_VIDEO_FRAME_FLAG_NONE, format, guint (width),
                                  guint (height), info_of (format, width, height).finfo->n_planes,
                                  offset.data (), stride.data ());
}

void add_crop (const Owned<GstBuffer> &buffer, guint x, guint y, guint width, guint height)
{
  GstVideoCropMeta *meta = gst_buffer_add_video_crop_meta (buffer.get ());
  meta->x = x;
  meta->y = y;
  meta->width = width;
  meta->height = height;
}

int value_at (const MappedFrame &frame, int plane, int x, int y)
{
  return std::to_integer<int> (frame.view ().plane[std::size_t (plane)].row (y)[x]);
}

// For a frame that must be refused.
std::string problem_of (const GstVideoInfo &info, const Owned<GstBuffer> &buffer)
{
  const MappedFrame frame (info, buffer.get (), GST_MAP_READ);
  EXPECT_FALSE (frame);
  return frame.problem ();
}

// In all formats, and at odd sizes, the last byte of each plane must be there.
TEST (Frame, HoldsEachFormatToTheByte)
{
  for (const FormatInfo &format : all_formats ())
    for (const Size size : {Size{16, 8}, Size{5, 3}}) {
      SCOPED_TRACE (std::string{format.name} + " " + std::to_string (size.width));
      const GstVideoInfo info = info_of (to_gst (format.format), size.width, size.height);
      Offsets offset = {};
      Strides stride = {};
      gsize bytes = 0;
      for (int p = 0; p < format.planes; p++) {
        const Size plane = plane_size (format, p, size);
        offset[std::size_t (p)] = bytes;
        stride[std::size_t (p)] = plane.width * format.bytes_per_position (p);
        bytes += gsize (stride[std::size_t (p)]) * gsize (plane.height);
      }
      for (const bool whole : {true, false}) {
        const Owned<GstBuffer> buffer = counted (whole ? bytes : bytes - 1);
        lay_out (buffer, to_gst (format.format), size.width, size.height, offset, stride);
        if (!whole) {
          EXPECT_EQ (problem_of (info, buffer), kOutside);
          continue;
        }
        const MappedFrame frame (info, buffer.get (), GST_MAP_READ);
        ASSERT_TRUE (frame) << frame.problem ();
        EXPECT_EQ (frame.view ().format, format.format);
        EXPECT_EQ (frame.view ().size, size);
        for (int p = 0; p < format.planes; p++) {
          const PlaneView &plane = frame.view ().plane[std::size_t (p)];
          EXPECT_EQ (plane.stride, stride[std::size_t (p)]);
          EXPECT_EQ (plane.size, plane_size (format, p, size));
          EXPECT_EQ (plane.data - frame.view ().plane[0].data,
                     std::ptrdiff_t (offset[std::size_t (p)]));
        }
      }
    }
}

TEST (Frame, WithoutMetaTheCapsSayWherePlanesLie)
{
  const GstVideoInfo info = info_of (GST_VIDEO_FORMAT_I420, 6, 4);
  const Owned<GstBuffer> buffer = counted (GST_VIDEO_INFO_SIZE (&info));
  const MappedFrame frame (info, buffer.get (), GST_MAP_READ);
  ASSERT_TRUE (frame);
  for (int p = 0; p < 3; p++) {
    EXPECT_EQ (frame.view ().plane[std::size_t (p)].stride, GST_VIDEO_INFO_PLANE_STRIDE (&info, p));
    EXPECT_EQ (value_at (frame, p, 0, 0), int (GST_VIDEO_INFO_PLANE_OFFSET (&info, p)));
  }
}

TEST (Frame, TooSmallForItsCaps)
{
  const GstVideoInfo info = info_of (GST_VIDEO_FORMAT_NV12, 16, 16);
  EXPECT_EQ (problem_of (info, counted (GST_VIDEO_INFO_SIZE (&info) - 1)), kUnmappable);
  EXPECT_EQ (problem_of (info, Owned<GstBuffer>{gst_buffer_new ()}), kUnmappable);
}

TEST (Frame, MetaThatContradictsItsCaps)
{
  const GstVideoInfo info = info_of (GST_VIDEO_FORMAT_GRAY8, 16, 16);
  struct {
    GstVideoFormat format;
    int width, height;
  } const rows[] = {{GST_VIDEO_FORMAT_NV12, 16, 16},
                    {GST_VIDEO_FORMAT_GRAY8, 15, 16},
                    {GST_VIDEO_FORMAT_GRAY8, 16, 15}};
  for (const auto &row : rows) {
    const Owned<GstBuffer> buffer = counted (1024);
    lay_out (buffer, row.format, row.width, row.height, {0, 256}, {16, 16});
    EXPECT_EQ (problem_of (info, buffer), kContradicts);
  }
  // More planes than the format has, and a side that overflows.
  for (const bool planes : {true, false}) {
    const Owned<GstBuffer> buffer = counted (1024);
    lay_out (buffer, GST_VIDEO_FORMAT_GRAY8, 16, 16, {}, {16});
    GstVideoMeta *meta = gst_buffer_get_video_meta (buffer.get ());
    if (planes)
      meta->n_planes = 2;
    else
      meta->height = G_MAXUINT;
    EXPECT_EQ (problem_of (info, buffer), kContradicts);
  }
}

TEST (Frame, StridesOfTheMeta)
{
  const GstVideoInfo info = info_of (GST_VIDEO_FORMAT_GRAY8, 4, 4);
  const Owned<GstBuffer> buffer = counted (100);
  lay_out (buffer, GST_VIDEO_FORMAT_GRAY8, 4, 4, {6}, {30});
  const MappedFrame frame (info, buffer.get (), GST_MAP_READ);
  ASSERT_TRUE (frame);
  EXPECT_EQ (value_at (frame, 0, 3, 3), 6 + 3 * 30 + 3);

  const Owned<GstBuffer> wide = counted (100);
  lay_out (wide, GST_VIDEO_FORMAT_GRAY8, 4, 4, {7}, {30});
  EXPECT_EQ (problem_of (info, wide), kOutside);
}

// The first row lies last.
TEST (Frame, NegativeStrides)
{
  const GstVideoInfo info = info_of (GST_VIDEO_FORMAT_GRAY8, 4, 4);
  const Owned<GstBuffer> buffer = counted (40);
  lay_out (buffer, GST_VIDEO_FORMAT_GRAY8, 4, 4, {36}, {-12});
  const MappedFrame frame (info, buffer.get (), GST_MAP_READ);
  ASSERT_TRUE (frame);
  EXPECT_EQ (value_at (frame, 0, 0, 0), 36);
  EXPECT_EQ (value_at (frame, 0, 3, 3), 3);

  for (const auto &[offset, stride] : {std::pair<gsize, gint>{35, -12}, {37, -12}, {36, -13}}) {
    const Owned<GstBuffer> bad = counted (40);
    lay_out (bad, GST_VIDEO_FORMAT_GRAY8, 4, 4, {offset}, {stride});
    EXPECT_EQ (problem_of (info, bad), kOutside) << offset << " " << stride;
  }
}

TEST (Frame, ChromaOutsideOfTheMemory)
{
  const GstVideoInfo info = info_of (GST_VIDEO_FORMAT_I420, 8, 8);
  for (const gsize v : {gsize{80}, gsize{81}}) {
    const Owned<GstBuffer> buffer = counted (96);
    lay_out (buffer, GST_VIDEO_FORMAT_I420, 8, 8, {0, 64, v}, {8, 4, 4});
    const MappedFrame frame (info, buffer.get (), GST_MAP_READ);
    EXPECT_EQ (bool{frame}, v == 80);
  }
}

// One memory for each plane, as decoders make them: a plane must lie inside its own.
TEST (Frame, SeveralMemories)
{
  const GstVideoInfo info = info_of (GST_VIDEO_FORMAT_I420, 8, 8);
  for (const gint chroma_stride : {4, 5}) {
    const Owned<GstBuffer> buffer{gst_buffer_new ()};
    for (const gsize size : {64, 16, 16})
      gst_buffer_append_memory (buffer.get (), gst_buffer_get_all_memory (counted (size).get ()));
    lay_out (buffer, GST_VIDEO_FORMAT_I420, 8, 8, {0, 64, 80}, {8, chroma_stride, 4});
    const MappedFrame frame (info, buffer.get (), GST_MAP_READ);
    ASSERT_EQ (bool{frame}, chroma_stride == 4) << frame.problem ();
    if (!frame) continue;
    EXPECT_EQ (value_at (frame, 0, 7, 7), 63);
    EXPECT_EQ (value_at (frame, 1, 3, 3), 15);
    EXPECT_EQ (value_at (frame, 2, 0, 0), 0);
  }
}

// Without a meta several memories are mapped as one.
TEST (Frame, SeveralMemoriesWithoutMeta)
{
  const GstVideoInfo info = info_of (GST_VIDEO_FORMAT_GRAY8, 4, 4);
  const Owned<GstBuffer> buffer{gst_buffer_append (counted (8).release (), counted (8).release ())};
  ASSERT_EQ (gst_buffer_n_memory (buffer.get ()), 2u);
  const MappedFrame frame (info, buffer.get (), GST_MAP_READ);
  ASSERT_TRUE (frame);
  EXPECT_EQ (value_at (frame, 0, 3, 1), 7);
  EXPECT_EQ (value_at (frame, 0, 3, 3), 7);
}

TEST (Frame, ACropLiesInTheWholeFrame)
{
  const GstVideoInfo info = info_of (GST_VIDEO_FORMAT_GRAY8, 4, 4);
  const Owned<GstBuffer> buffer = counted (64);
  lay_out (buffer, GST_VIDEO_FORMAT_GRAY8, 8, 8, {0}, {8});
  // Without a crop the meta's size is padding.
  EXPECT_EQ (frame_size (buffer.get (), info), (Size{4, 4}));
  EXPECT_EQ (MappedFrame (info, buffer.get (), GST_MAP_READ).view ().size, (Size{4, 4}));
  add_crop (buffer, 3, 2, 4, 4);
  const MappedFrame frame (info, buffer.get (), GST_MAP_READ);
  ASSERT_TRUE (frame);
  EXPECT_EQ (frame.view ().size, (Size{8, 8}));
  EXPECT_EQ (crop_of (buffer.get (), frame.view ().size), (Rect{3, 2, 4, 4}));
}

TEST (Frame, CropsAreCutToTheFrame)
{
  struct {
    guint x, y, width, height;
    Rect seen;
  } const rows[] = {
      {0, 0, 8, 6, {0, 0, 8, 6}},
      {6, 4, 8, 8, {6, 4, 2, 2}},
      {1, 1, G_MAXUINT, G_MAXUINT, {1, 1, 7, 5}},
  };
  for (const auto &row : rows) {
    const Owned<GstBuffer> buffer = counted (1);
    EXPECT_EQ (crop_of (buffer.get (), {8, 6}), (Rect{0, 0, 8, 6}));
    add_crop (buffer, row.x, row.y, row.width, row.height);
    EXPECT_EQ (crop_of (buffer.get (), {8, 6}), row.seen);
  }
  for (const auto &[x, y, width] :
       {std::array<guint, 3>{8, 0, 1}, {0, 6, 1}, {0, 0, 0}, {G_MAXUINT, G_MAXUINT, G_MAXUINT}}) {
    const Owned<GstBuffer> buffer = counted (1);
    add_crop (buffer, x, y, width, 1);
    EXPECT_TRUE (crop_of (buffer.get (), {8, 6}).empty ());
  }
}

// Only the planes that are asked for must be there.
TEST (Frame, APartOfABuffer)
{
  const GstVideoInfo info = info_of (GST_VIDEO_FORMAT_NV12, 8, 8);
  const Owned<GstBuffer> buffer = counted (88);
  lay_out (buffer, GST_VIDEO_FORMAT_NV12, 8, 8, {0, 64}, {8, 8});  // 3 of 4 rows of chroma
  const MappedBuffer mapped (info, buffer.get (), GST_MAP_READ);
  ASSERT_TRUE (mapped);
  EXPECT_EQ (mapped.problem_of ({0, 0, 8, 6}), nullptr);
  EXPECT_EQ (mapped.problem_of ({2, 2, 6, 4}), nullptr);
  EXPECT_STREQ (mapped.problem_of ({0, 0, 8, 7}), kOutside);
  EXPECT_STREQ (mapped.problem_of ({0, 6, 2, 2}), kOutside);
  EXPECT_EQ (problem_of (info, buffer), kOutside);
}

// Any format is mapped. Formats without a plain layout are never read, and only drawable formats
// become a MappedFrame.
TEST (Frame, OtherFormats)
{
  for (const GstVideoFormat format :
       {GST_VIDEO_FORMAT_RGB16, GST_VIDEO_FORMAT_Y42B, GST_VIDEO_FORMAT_A420}) {
    const GstVideoInfo info = info_of (format, 6, 6);
    const Owned<GstBuffer> buffer = counted (GST_VIDEO_INFO_SIZE (&info));
    EXPECT_EQ (MappedBuffer (info, buffer.get (), GST_MAP_READ).problem_of ({0, 0, 6, 6}), nullptr);
    EXPECT_EQ (bool (MappedFrame (info, buffer.get (), GST_MAP_READ)),
               from_gst (format) != PixelFormat::unknown);
  }
  for (const GstVideoFormat format :
       {GST_VIDEO_FORMAT_v210, GST_VIDEO_FORMAT_RGB8P, GST_VIDEO_FORMAT_NV12_64Z32}) {
    const GstVideoInfo info = info_of (format, 6, 6);
    const Owned<GstBuffer> buffer = counted (GST_VIDEO_INFO_SIZE (&info));
    const MappedBuffer mapped (info, buffer.get (), GST_MAP_READ);
    ASSERT_TRUE (mapped);
    EXPECT_STREQ (mapped.problem_of ({0, 0, 6, 6}), kOutside);
  }
}

TEST (Frame, TakesNoReference)
{
  const GstVideoInfo info = info_of (GST_VIDEO_FORMAT_GRAY8, 4, 4);
  const Owned<GstBuffer> buffer = counted (16);
  {
    const MappedFrame frame (info, buffer.get (), GST_MAP_WRITE);
    ASSERT_TRUE (frame);
    EXPECT_TRUE (gst_buffer_is_writable (buffer.get ()));
    frame.view ().plane[0].row (1)[2] = std::byte{200};
  }
  guint8 written = 0;
  gst_buffer_extract (buffer.get (), 6, &written, 1);
  EXPECT_EQ (written, 200);
}

// GStreamer maps it, but forgets that it took no reference.
TEST (Frame, NoFrameOfAnEmptyBuffer)
{
  GstVideoInfo unknown;
  gst_video_info_init (&unknown);
  for (const GstVideoInfo &info : {unknown, GstVideoInfo{}}) {
    const Owned<GstBuffer> buffer{gst_buffer_new ()};
    {
      const MappedFrame frame (info, buffer.get (), GST_MAP_READ);
      EXPECT_FALSE (frame);
      EXPECT_STREQ (frame.problem (), "has caps that describe no frame");
    }
    EXPECT_EQ (GST_MINI_OBJECT_REFCOUNT_VALUE (buffer.get ()), 1);
  }
}

}  // namespace
