// Random buffers.
#include <gst/video/video.h>

#include <atomic>
#include <memory>

#include "random.h"
#include "support/jpeg_maker.h"

namespace quad::fuzz {
namespace {

std::atomic<long> in_use{0};

struct Bytes {
  std::unique_ptr<guint8[]> data;
};

Bytes *some_bytes (gsize size)
{
  return new Bytes{std::make_unique<guint8[]> (std::max<gsize> (1, size))};
}

// Takes the bytes.
GstMemory *memory_of (Bytes *bytes, gsize size, bool readonly = false)
{
  in_use++;
  const auto give_back = [] (gpointer data) {
    delete static_cast<Bytes *> (data);
    in_use--;
  };
  return gst_memory_new_wrapped (readonly ? GST_MEMORY_FLAG_READONLY : GstMemoryFlags{},
                                 bytes->data.get (), size, 0, size, bytes, give_back);
}

GstMemory *some_memory (Random &random, gsize size, bool readonly = false)
{
  Bytes *bytes = some_bytes (size);
  std::uint32_t x = random.bits () | 1;
  for (gsize i = 0; i < size; i++)
    bytes->data[i] = static_cast<guint8> ((x = x * 1664525u + 1013904223u) >> 24);
  return memory_of (bytes, size, readonly);
}

// A JPEG, or a part of one, or several; some are damaged.
void fill_with_jpeg (Random &random, GstBuffer *buffer)
{
  test::JpegKind kind;
  kind.sampling = random.below (TJ_NUMSAMP);
  kind.progressive = random.one_in (4);
  kind.rgb = random.one_in (12);
  kind.quality = 1 + random.below (100);
  kind.shade = random.below (9);
  test::JpegBytes jpeg = test::make_jpeg ({1 + random.below (70), 1 + random.below (70)}, kind);
  if (random.one_in (4))
    jpeg = test::with_segment (jpeg, 0xe1, test::exif (random.below (10), random.one_in (2)));
  if (random.one_in (10)) jpeg = test::without_segments (jpeg, random.one_in (4) ? 0xdb : 0xc4);
  if (random.one_in (10)) jpeg = test::without_end (jpeg);
  if (random.one_in (10)) jpeg.resize (random.bits () % jpeg.size ());
  if (random.one_in (10)) jpeg = test::joined ({jpeg, jpeg, {0, 0xff, 0xd8}});
  if (random.one_in (5) && !jpeg.empty ())
    for (int n = 1 + random.below (3); n > 0; n--)
      jpeg[random.bits () % jpeg.size ()] = static_cast<guint8> (random.bits ());
  for (gsize at = 0; at < jpeg.size ();) {
    const gsize size =
        random.one_in (6) ? 1 + random.bits () % (jpeg.size () - at) : jpeg.size () - at;
    Bytes *bytes = some_bytes (size);
    std::copy_n (jpeg.begin () + static_cast<std::ptrdiff_t> (at), size, bytes->data.get ());
    gst_buffer_append_memory (buffer, memory_of (bytes, size, random.one_in (3)));
    at += size;
    if (gst_buffer_n_memory (buffer) == 8) break;
  }
}

void add_video_meta (GstBuffer *buffer, const GstVideoInfo &info)
{
  gst_buffer_add_video_meta (buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_INFO_FORMAT (&info),
                             static_cast<guint> (info.width), static_cast<guint> (info.height));
}

// For caps that cannot be read.
void fill_without_caps (Random &random, GstBuffer *buffer)
{
  if (!random.one_in (4))
    gst_buffer_append_memory (buffer,
                              some_memory (random, static_cast<gsize> (random.below (400))));
  if (random.one_in (3))
    gst_buffer_add_video_meta (buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_I420, 4, 4);
}

void fill_with_another_size (Random &random, GstBuffer *buffer, gsize size)
{
  const gsize other = random.one_in (3)   ? size - 1
                      : random.one_in (2) ? size + static_cast<gsize> (random.below (100))
                                          : random.bits () % (size + 1);
  gst_buffer_append_memory (buffer, some_memory (random, other));
}

void fill_with_several (Random &random, GstBuffer *buffer, const GstVideoInfo &info)
{
  gsize left = GST_VIDEO_INFO_SIZE (&info);
  while (left > 0) {
    const bool last = gst_buffer_n_memory (buffer) == 14;
    const gsize part = last ? left : 1 + random.bits () % left;
    gst_buffer_append_memory (buffer, some_memory (random, part, random.one_in (3)));
    left -= part;
  }
  if (random.one_in (2)) add_video_meta (buffer, info);
}

// With gaps between rows and planes, and a meta that says so.
void fill_with_gaps (Random &random, GstBuffer *buffer, const GstVideoInfo &info)
{
  gsize offset[GST_VIDEO_MAX_PLANES] = {};
  gint stride[GST_VIDEO_MAX_PLANES] = {};
  auto at = static_cast<gsize> (random.below (5));
  for (guint p = 0; p < GST_VIDEO_INFO_N_PLANES (&info); p++) {
    gint components[GST_VIDEO_MAX_COMPONENTS];
    gst_video_format_info_component (info.finfo, p, components);
    stride[p] = GST_VIDEO_INFO_PLANE_STRIDE (&info, p) + random.below (7);
    offset[p] = at;
    at += static_cast<gsize> (stride[p]) * static_cast<gsize> (GST_VIDEO_FORMAT_INFO_SCALE_HEIGHT (
                                               info.finfo, components[0], info.height));
  }
  gst_buffer_append_memory (buffer, some_memory (random, at));
  gst_buffer_add_video_meta_full (buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_INFO_FORMAT (&info),
                                  static_cast<guint> (info.width), static_cast<guint> (info.height),
                                  GST_VIDEO_INFO_N_PLANES (&info), offset, stride);
}

// Makes one field of a meta wrong.
void spoil (Random &random, GstVideoMeta *meta, gsize size)
{
  const int p = random.below (GST_VIDEO_MAX_PLANES);
  const auto side = [&random] (guint right) {
    return random.pick<guint> (
        {0, 1, right + 1, right * 2, 16384, 16385, G_MAXINT / 16, G_MAXUINT});
  };
  switch (random.below (9)) {
    case 0: meta->offset[p] = random.bits () % (size + 9); break;
    case 1:
      meta->offset[p] = random.pick<gsize> (
          {G_MAXSIZE, G_MAXSIZE / 2, G_MAXUINT, gsize{G_MAXINT} + 1, size, size - 1});
      break;
    case 2: meta->stride[p] = random.below (2000) - 1000; break;
    case 3: meta->stride[p] = random.pick ({G_MAXINT, G_MININT, 0, -1, 1}); break;
    case 4: meta->stride[p] = meta->stride[p] == G_MININT ? 7 : -meta->stride[p]; break;
    case 5: meta->width = side (meta->width); break;
    case 6: meta->height = side (meta->height); break;
    case 7: meta->n_planes = static_cast<guint> (random.below (GST_VIDEO_MAX_PLANES + 1)); break;
    default: meta->format = static_cast<GstVideoFormat> (random.below (100)); break;
  }
}

void fill_with_a_lie (Random &random, GstBuffer *buffer, const GstVideoInfo &info)
{
  const gsize size = GST_VIDEO_INFO_SIZE (&info);
  const int memories = random.one_in (3) ? 2 + random.below (2) : 1;
  for (int i = 0; i < memories; i++)
    gst_buffer_append_memory (
        buffer, some_memory (random, size / static_cast<gsize> (memories) + random.bits () % 64));
  add_video_meta (buffer, info);
  GstVideoMeta *meta = gst_buffer_get_video_meta (buffer);
  for (int times = 1 + random.below (4); meta && times > 0; times--) spoil (random, meta, size);
}

void add_other_metas (Random &random, GstBuffer *buffer, int width)
{
  if (random.one_in (8)) {
    GstVideoCropMeta *crop = gst_buffer_add_video_crop_meta (buffer);
    for (guint *field : {&crop->x, &crop->y, &crop->width, &crop->height})
      *field = random.one_in (4) ? random.pick<guint> ({0, G_MAXUINT, G_MAXINT, 16384, 16385})
                                 : static_cast<guint> (random.below (width + 2));
  }
  if (random.one_in (20))
    gst_buffer_add_video_region_of_interest_meta (buffer, "face", random.bits (), random.bits (),
                                                  random.bits (), random.bits ());
  if (random.one_in (30))
    gst_buffer_add_video_time_code_meta_full (buffer, 30, 1, nullptr,
                                              GST_VIDEO_TIME_CODE_FLAGS_NONE, 0, 0, 1, 2, 0);
  if (random.one_in (20)) gst_buffer_add_video_affine_transformation_meta (buffer);
}

}  // namespace

Owned<GstBuffer> some_buffer (Random &random, GstCaps *caps)
{
  constexpr gsize kLarge = 3'000'000;
  Owned<GstBuffer> buffer{gst_buffer_new ()};
  if (caps && gst_structure_has_name (gst_caps_get_structure (caps, 0), "image/jpeg")) {
    fill_with_jpeg (random, buffer.get ());
    return buffer;
  }
  GstVideoInfo info;
  if (!caps || !gst_video_info_from_caps (&info, caps) || GST_VIDEO_INFO_SIZE (&info) == 0 ||
      GST_VIDEO_INFO_SIZE (&info) > kLarge) {
    fill_without_caps (random, buffer.get ());
    return buffer;
  }
  const gsize size = GST_VIDEO_INFO_SIZE (&info);
  switch (random.below (12)) {
    case 0: fill_with_another_size (random, buffer.get (), size); break;
    case 1: fill_with_several (random, buffer.get (), info); break;
    case 2:
    case 3: fill_with_gaps (random, buffer.get (), info); break;
    case 4: fill_with_a_lie (random, buffer.get (), info); break;
    default:
      gst_buffer_append_memory (buffer.get (), some_memory (random, size, random.one_in (5)));
  }
  add_other_metas (random, buffer.get (), info.width);
  return buffer;
}

long memories_in_use () { return in_use; }

}  // namespace quad::fuzz
